"""Fails a test in which a server held up its event loop: see `hearth.lsp_server.watchdog`."""

import json
from pathlib import Path

from tests.pace import is_over

# Steps that may take longer than 0.1 s of the loop's processor time, and why.
ALLOWED: dict[str, str] = {}
_FAILS = 0.1  # seconds


def found(folder: Path, known: dict[tuple[str, str], int]) -> list[str]:
    """The long steps that servers have told of since the last time, except for those that are allowed.

    `known` is what has been told, which this adds to: a server outlives the test that has started it.
    """
    new: list[str] = []
    for file in sorted(folder.glob("*.json")):
        try:
            figures = json.loads(file.read_bytes())
        except FileNotFoundError:  # the server has ended, without a long step
            continue
        for name, each in figures["long"].items():
            count = each["count"] - known.get((file.name, name), 0)
            known[file.name, name] = each["count"]
            if count > 0 and is_over(each["longest"], _FAILS) and name not in ALLOWED:
                new.append(f"{name}: {count} times, up to {each['longest'] * 1000:.0f} ms")
    return new
