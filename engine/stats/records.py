"""The file of the statistics: one JSON line for each suggestion whose outcome is known.

Several servers append to it. Its size is bounded: a full file replaces the older one of two.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import msgspec

from hearth.engine import files, paths, state

if TYPE_CHECKING:
    from filelock import FileLock

Outcome = Literal["accepted", "partly", "rejected", "typed", "passed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_MAX_BYTES = 2_000_000  # of each of the two files: some 10,000 suggestions
_LOCK_SECONDS = 1.0
_NO_TIME = 1e11  # in the year 5138: not a time but garbage


class SuggestionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One suggestion and its outcome.

    `shown` is None for clients that do not report what they show. The outcome `typed` means that the user typed
    the suggestion to its end, `passed` that the user typed something else. `saved` counts characters that the user
    did not have to type. `kept` is the share of the accepted text that still stood half a minute later, None if
    nobody looked.
    Some fields have older names in the file, which is on users' disks.
    """

    at: float  # seconds since 1970
    language: str
    model: str
    latency_ms: float
    confidence: float
    characters: int
    lines: int
    automatic: bool = True
    min_confidence: float = msgspec.field(default=0.0, name="floor")  # the setting in force
    shown: bool | None = None
    outcome: Outcome = msgspec.field(default="passed", name="fate")
    saved: int = 0
    kept: float | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(SuggestionRecord)


def path() -> Path:
    return paths.state_dir() / "ledger.jsonl"


def append(records: Sequence[SuggestionRecord]) -> None:
    """Append all of them or none. Raises `OSError` (a full disk, say); waits a second at most for a lock."""
    data = b"".join(_encoder.encode(record) + b"\n" for record in records)
    try:
        _append(data)
    except OSError as error:
        state.not_kept(path(), error)
        raise
    state.kept()


def load(since: float = 0.0) -> list[SuggestionRecord]:
    """The records since that time (seconds since 1970), oldest first. Lines that cannot be read are left out."""
    found: list[SuggestionRecord] = []
    for file in (_older(), path()):
        try:
            lines = files.read_bytes(file, 2 * _MAX_BYTES).splitlines()
        except OSError:
            continue
        for line in lines:
            try:
                record = _decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
            if since <= record.at < _NO_TIME:
                found.append(record)
    return sorted(found, key=lambda record: record.at)


def delete() -> bool:
    """Delete the statistics; returns whether any existed. Raises `OSError`."""
    if not path().parent.exists():
        return False
    with _locked(path().parent):
        there = [file for file in (path(), _older()) if file.exists()]
        for file in there:
            file.unlink()
    return bool(there)


def _append(data: bytes) -> None:
    with _locked(path().parent):
        size = path().stat().st_size if path().exists() else 0
        if size and size + len(data) > _MAX_BYTES:
            files.replace(path(), _older())
            size = 0
        _write(data, size)


def _older() -> Path:
    return path().with_suffix(".1.jsonl")


def _locked(folder: Path) -> "FileLock":
    """The writers' lock; a timeout is an `OSError` too."""
    from filelock import FileLock  # takes 9 ms, which `initialize` would have to wait for

    return FileLock(folder / "ledger.lock", timeout=_LOCK_SECONDS, mode=0o600)


def _write(data: bytes, size: int) -> None:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)  # else Windows adds bytes, and `size` is wrong
    handle = os.open(path(), flags, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        if size:
            # A power failure may have left half a line.
            file.seek(size - 1)
            data = data if file.read(1) == b"\n" else b"\n" + data
        file.seek(size)
        try:
            written = 0
            while written < len(data):
                written += file.write(data[written:]) or 0
        except OSError:
            file.truncate(size)
            raise
