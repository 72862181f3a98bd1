"""The files that Hearth reads and keeps. Nobody else opens a file to read it (`tests/test_layers.py`).

A path may lead to anything: a pipe that never ends, a device, a link to either, gigabytes. So only a
regular file is read, no more of it than its kind is allowed, and an odd encoding is no error. What is written is
written whole or not at all.
"""

import codecs
import errno
import os
import stat
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from hearth.engine import paths

T = TypeVar("T")

# How long files of each kind may be, in bytes.
SETTINGS = 64 << 10
IGNORE_RULES = 256 << 10
SOURCE = 512 << 10  # a file of the workspace that is read for what it defines
NOTES = 4 << 20  # what Hearth has noted for itself in one file
MANIFEST = 1 << 20  # what other programs say about a model
CONVERSATION = 8 << 20
CERTIFICATES = 4 << 20  # of those whom a server's own may be signed by
SYMBOLS = 64 << 20  # what is kept of one workspace's symbols
DOCUMENT = 16 << 20  # a file that somebody names on the command line, or that is to be changed
SHARED_LIBRARY = 512 << 20

_PATIENCE = 1.0  # seconds
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without O_NONBLOCK a pipe that took the file's place in between would hold us up for ever.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


class UnfitFile(OSError):
    """There is something, but no file of a kind and length that is read; `strerror` says which it is not."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(errno.EINVAL, why, str(path))


def read_bytes(path: Path | str, limit: int) -> bytes:
    """All of a regular file of at most `limit` bytes. Raises `UnfitFile` for anything else, and `OSError`."""
    with open_regular(path) as file:
        data = file.read(limit + 1) or b""  # None where it would have to wait, as some under /proc do
    if len(data) > limit:
        raise UnfitFile(path, f"it is longer than {_size(limit)}")
    return data


def read_text(path: Path | str, limit: int) -> str:
    """The same as text; no encoding is an error."""
    return decoded(read_bytes(path, limit))


def read_json(path: Path | str, limit: int, decoder: msgspec.json.Decoder[T]) -> T:
    """What the decoder makes of the file. Raises `UnfitFile` where it makes nothing of it too, and `OSError`."""
    data = read_bytes(path, limit)
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, MemoryError) as error:
        raise UnfitFile(path, f"its content is not what it should be: {error}") from error


def open_regular(path: Path | str, buffering: int = -1) -> BinaryIO:
    """A regular file, links followed, open for reading. Raises `UnfitFile` for what is none, and `OSError`.

    What is none is not even opened: a pipe waits for somebody, and a device may do something.
    """
    try:
        _refuse_odd(path, Path(path).stat())
        handle = os.open(path, _FLAGS)
    except ValueError as error:  # a NUL in the path
        raise UnfitFile(repr(path), "no file has that name") from error
    try:
        _refuse_odd(path, os.fstat(handle))
        return os.fdopen(handle, "rb", buffering)
    except BaseException:
        os.close(handle)
        raise


def decoded(data: bytes) -> str:
    """Text in the encoding that its first bytes tell, else in UTF-8, else in Latin-1."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


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
        replace(Path(name), path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def replace(new: Path, path: Path) -> None:
    """Put `new` in the place of `path`. Raises `OSError`.

    On Windows that cannot be done as long as somebody reads either of them, a virus scanner for example.
    """
    give_up = time.monotonic() + (_PATIENCE if sys.platform == "win32" else 0)
    while True:
        try:
            new.replace(path)
            return
        except PermissionError:
            if time.monotonic() >= give_up:
                raise
        time.sleep(0.02)


def _refuse_odd(path: Path | str, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise UnfitFile(path, "it is not a regular file")


def _size(count: int) -> str:
    return f"{count >> 20} MB" if count >= 1 << 20 else f"{count >> 10} KB"
