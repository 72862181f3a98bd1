"""The SHA-256 of big files, computed once: remembered with the file's size and time of change."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from engine import files, paths

_CHUNK = 4 << 20


class _Record(msgspec.Struct, frozen=True):
    path: str
    size: int
    mtime_ns: int
    sha256: str


_decoder = msgspec.json.Decoder(_Record)


def of(path: Path, on_bytes: Callable[[int], None] = lambda done: None) -> str:
    """The digest in lower-case hex. `on_bytes` hears how many bytes are done and may raise to stop."""
    known = remembered(path)
    if known:
        return known
    before = path.stat()
    digest = hash_file(path, on_bytes)
    # The time from before reading: a file that changed meanwhile must not pass for checked.
    _write(_Record(str(path), before.st_size, before.st_mtime_ns, digest))
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
        stat = path.stat()
    except OSError:
        return ""
    known = (str(path), stat.st_size, stat.st_mtime_ns)
    return record.sha256 if record and known == (record.path, record.size, record.mtime_ns) else ""


def move(old: Path, new: Path) -> None:
    """The file `old` is called `new` now."""
    record = _record(old)
    if record is not None:
        _write(msgspec.structs.replace(record, path=str(new)))
    forget(old)


def forget(path: Path) -> None:
    _record_of(path).unlink(missing_ok=True)


def _record(path: Path) -> _Record | None:
    try:
        return files.read_json(_record_of(path), files.NOTES, _decoder)
    except OSError:
        return None


def _write(record: _Record) -> None:
    with suppress(OSError):  # what is not remembered is only computed again
        files.write_atomically(_record_of(Path(record.path)), msgspec.json.encode(record))


def _record_of(path: Path) -> Path:
    # Not beside the file: that may lie in the store of another program, where Hearth writes nothing.
    return paths.models_dir() / "checked" / f"{hashlib.sha256(str(path).encode()).hexdigest()[:24]}.json"
