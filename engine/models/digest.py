"""The SHA-256 of big files, computed once and remembered with evidence that the file is still the same.

Size and time of change can be set by whoever writes other bytes into the file; the time of the last change of its
inode (ctime) cannot.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from hearth.engine import files, paths, state

_CHUNK = 4 << 20


class _Record(msgspec.Struct, frozen=True):
    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha256: str

    @classmethod
    def of(cls, path: Path, found: os.stat_result, sha256: str) -> "_Record":
        return cls(str(path), found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, sha256)


_decoder = msgspec.json.Decoder(_Record)


def of(path: Path, on_bytes: Callable[[int], None] = lambda done: None) -> str:
    """The digest in lower-case hex. `on_bytes` hears how many bytes are done and may raise to stop."""
    known = remembered(path)
    if known:
        return known
    before = path.stat()
    digest = hash_file(path, on_bytes)
    # The time before reading: a file that changed during the check must not count as checked.
    _write(_Record.of(path, before, digest))
    return digest


def hash_file(path: Path, on_bytes: Callable[[int], None]) -> str:
    """Read it all, whatever is remembered."""
    hasher, done = hashlib.sha256(), 0
    with files.open_regular(path) as file:
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
            done += len(chunk)
            on_bytes(done)
    return hasher.hexdigest()


def remembered(path: Path) -> str:
    """The digest found earlier, or "" when the file is new or has changed since."""
    record = _record(path)
    try:
        found = path.stat()
    except OSError:
        return ""
    return record.sha256 if record and record == _Record.of(path, found, record.sha256) else ""


def move(old: Path, new: Path) -> None:
    """The file `old` is called `new` now: what is known of it stays known."""
    record = _record(old)
    with suppress(OSError):
        found = new.stat()
        if record and _Record.of(old, found, record.sha256) == msgspec.structs.replace(
            record,
            ctime_ns=found.st_ctime_ns,  # a new name changes the inode, so this time
        ):
            _write(_Record.of(new, found, record.sha256))
    forget(old)


def forget(path: Path) -> None:
    with suppress(OSError):  # where nothing can be deleted, nothing could be written either
        _record_of(path).unlink(missing_ok=True)


def _record(path: Path) -> _Record | None:
    try:
        return files.read_json(_record_of(path), files.NOTES, _decoder)
    except OSError:
        return None


def _write(record: _Record) -> None:
    state.keep(_record_of(Path(record.path)), msgspec.json.encode(record))  # else it is only computed again


def _record_of(path: Path) -> Path:
    # Not beside the file: that may be in the store of another program, where Hearth writes nothing.
    return _folder() / f"{hashlib.sha256(str(path).encode()).hexdigest()[:24]}.json"


def _folder() -> Path:
    """A folder of this user alone: anybody who can write there could pass any file off as checked."""
    try:
        return paths.private(paths.models_dir() / "checked")
    except OSError:
        return paths.state_dir() / "checked"
