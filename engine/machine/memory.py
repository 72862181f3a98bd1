"""How much main memory this process may use."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from hearth.engine.files import NOTES, read_text
from hearth.engine.machine import control_groups

# Of control groups, version 2 and version 1: the limit, what is used, and the name of what is cached.
_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """Of one control group: bytes in all, and what is left of them."""

    total: int
    left: int


def total() -> int:
    """Bytes, used or not, of the system or of the narrowest control group."""
    return min([int(psutil.virtual_memory().total), *(limit.total for limit in limits())])


def limits() -> Iterator[Limit]:
    """Of the control groups that have one. What files are cached in gives way (`inactive_file`)."""
    for folder in control_groups.folders("memory"):
        for limit, used, cached in _FILES:
            match [control_groups.numbers_in(folder / name) for name in (limit, used)]:
                case [[int(most)], [int(taken)]]:
                    yield Limit(most, max(0, most - taken + _in_statistics(folder, cached)))


def _in_statistics(folder: Path, name: str) -> int:
    """0 where it is not said."""
    try:
        lines = [line.split() for line in read_text(folder / "memory.stat", NOTES).splitlines()]
        return next((int(line[1]) for line in lines if len(line) == 2 and line[0] == name), 0)
    except (OSError, ValueError):
        return 0
