"""How many threads are of use: the fast cores that this process may use.

llama.cpp divides each step evenly among its threads and waits for the last one. So a slow core holds up the fast
ones, and so does a thread that the system lets wait because others are to have that core.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil

from hearth.engine.files import NOTES, read_text

_CGROUP = Path("/sys/fs/cgroup")
_CPUS = Path("/sys/devices/system/cpu")
_FAST_ON_LINUX = Path("/sys/devices/cpu_core/cpus")  # of Intel's processors with two kinds of cores


def fast() -> int:
    """Physical cores of the fast kind, as many as this process is allowed; at least 1."""
    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return max(1, min([physical, *_of_the_fast_kind(), *_allowed()]))


def _of_the_fast_kind() -> Iterable[int]:
    """Nothing where all cores are alike, or where that cannot be found out."""
    if sys.platform == "darwin":
        yield from _said_by(["sysctl", "-n", "hw.perflevel0.physicalcpu"])
    elif sys.platform == "linux" and (threads := _listed(_FAST_ON_LINUX)):
        per_core = [_listed(_CPUS / f"cpu{each}" / "topology" / "thread_siblings_list") for each in threads]
        yield len({min(siblings) for siblings in per_core if siblings} or threads)


def _allowed() -> Iterable[int]:
    if sys.platform == "linux":
        yield len(os.sched_getaffinity(0))
        yield from _quota()


def _quota() -> Iterable[int]:
    """Whole cores' worth of time that a container gives, rounded up."""
    try:
        quota, period = read_text(_CGROUP / "cpu.max", NOTES).split()
        if quota != "max":
            yield max(1, -(-int(quota) // int(period)))
    except (OSError, ValueError, ZeroDivisionError):
        return


def _said_by(command: list[str]) -> Iterable[int]:
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout
        yield from [int(said)] if int(said) > 0 else []
    except (OSError, ValueError, subprocess.SubprocessError):
        return


def _listed(file: Path) -> set[int]:
    """The numbers of a list such as `0-3,8`; none where there is no such file."""
    try:
        ranges = [each.partition("-") for each in read_text(file, NOTES).strip().split(",")]
        return {number for first, _, last in ranges for number in range(int(first), int(last or first) + 1)}
    except (OSError, ValueError):
        return set()
