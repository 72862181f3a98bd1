"""The index on the disk: a file for each workspace in the cache folder, one line for each source file."""

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from hearth.engine import paths
from hearth.engine.files import SYMBOLS, read_bytes, write_atomically
from hearth.engine.index.entries import Entry

log = logging.getLogger("hearth.index")
MAX_WORKSPACES = 20  # of which an index is kept; those not used for longest go
_FORM = b"hearth symbols 2\n"  # a file in another form is read as empty
_decoder = msgspec.json.Decoder(Entry)
_encoder = msgspec.json.Encoder()


def load(root: str) -> Iterator[Entry]:
    """What is kept of a workspace, bit by bit; nothing where that cannot be read."""
    try:
        data = read_bytes(_file(root), SYMBOLS)
    except OSError:
        return
    if not data.startswith(_FORM):
        return
    for line in data[len(_FORM) :].splitlines():
        try:
            yield _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return  # what comes behind is no better


def save(root: str, entries: Iterable[Entry]) -> None:
    """Keep it, readable by this user only. A disk that is full costs the cache, nothing else."""
    lines, size = [_FORM], len(_FORM)
    for entry in entries:
        line = _encoder.encode(entry) + b"\n"
        size += len(line)
        if size > SYMBOLS:
            break
        lines.append(line)
    try:
        write_atomically(_file(root), b"".join(lines))
        _tidy()
    except OSError as error:
        log.info("the index of symbols is not kept: %s", error)


def folder() -> Path:
    return paths.cache_dir() / "symbols"


def _file(root: str) -> Path:
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:24]
    return folder() / f"{digest}.jsonl"


def _tidy() -> None:
    files = sorted(folder().glob("*.jsonl"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[MAX_WORKSPACES:]:
        with suppress(OSError):
            file.unlink()
