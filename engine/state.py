"""What Hearth keeps on this disk and may lose: chats, statistics, what it learnt of the machine.

A disk that is full or cannot be written costs what would have been kept, never an answer. All that is kept goes
through here, so one place knows whether it was, and what to tell the user.
"""

import logging
from pathlib import Path

from hearth.engine import paths
from hearth.engine.files import write_atomically

log = logging.getLogger("hearth.state")
_failed: OSError | None = None  # why the last thing was not kept; None when it was


def keep(path: Path, data: bytes) -> bool:
    """Write the file whole, for this user only; whether that worked. Never raises `OSError`."""
    try:
        write_atomically(path, data)
    except OSError as error:
        not_kept(path, error)
        return False
    kept()
    return True


def kept() -> None:
    """Something was kept by other means than `keep`."""
    global _failed
    _failed = None


def not_kept(path: Path, error: OSError) -> None:
    """Something could not be kept."""
    global _failed
    _failed = error
    log.warning("%s cannot be written: %s", path, error.strerror or error)


def trouble() -> str:
    """What is not kept, why, and what to do, in words for the user; "" where all is well."""
    error = paths.state_trouble() or _failed
    if error is None:
        return ""
    return (
        f"nothing can be saved in {paths.wanted_state_dir()} ({error.strerror or error}): chats, statistics and "
        "measurements of this machine will be lost. Everything else works. Make room there, make it writable, "
        "or set HEARTH_HOME to another folder."
    )
