"""Files that Hearth keeps: written whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from engine import paths


def write_atomically(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step; readers see the old content or the new, never a half.

    Readable by this user only. Raises `OSError` (a full disk, say) and then leaves the old file alone.
    """
    paths.make(path.parent)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), 0o600)  # the umask may have taken even the owner's rights
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
