"""Remembers what a grammar was reading when the process died, so that it is not given that again.

Each process has a small file that it shares with the disk. While a thread parses, one line there says with which
grammar and what, by digests; a process that dies leaves it so. The next one finds what processes left that are
gone, and keeps it for a week. Without a state folder nothing is remembered.
"""

import atexit
import hashlib
import logging
import mmap
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from hearth.engine import paths
from hearth.engine.languages import Language

log = logging.getLogger("hearth.context")
SECONDS_KEPT = 7 * 86400.0
BAD_RECORD = 3  # crashes after which a grammar gets no text at all
_KEPT = "crashed"  # lines with a time in front
_MAX_KEPT = 200
_LINE = 128  # bytes, of one thread
_LINES = 32  # a thread that finds none free is not noted


class Text(NamedTuple):
    """What is parsed: with which grammar, and a digest of its name, or of all of it where it has none."""

    grammar: str
    digest: str

    @classmethod
    def read(cls, line: bytes) -> "Text | None":
        parts = line.decode("ascii", "replace").split()
        return cls(*parts) if len(parts) == 2 else None

    def line(self) -> bytes:
        return f"{self.grammar} {self.digest}".encode("ascii", "replace")


@dataclass
class Memory:
    """The texts that crashed a grammar before, and those that are being parsed now."""

    crashes: tuple[Text, ...] = ()
    lines: mmap.mmap | None = None
    _free: list[int] = field(default_factory=lambda: list(range(0, _LINE * _LINES, _LINE)))

    def is_safe(self, text: Text) -> bool:
        bad = [crash for crash in self.crashes if crash.grammar == text.grammar]
        return not bad or (text not in bad and len(bad) < BAD_RECORD)

    @contextmanager
    def noting(self, text: Text) -> Iterator[None]:
        if self.lines is None or not self._free:
            yield
            return
        start = self._free.pop()
        self.lines[start : start + _LINE] = text.line()[:_LINE].ljust(_LINE)
        try:
            yield
        finally:
            self.lines[start : start + _LINE] = b" " * _LINE
            self._free.append(start)


def text_of(source: bytes, language: Language, name: str) -> Text:
    """`name` is a path or a URI: what crashes is edited next, and may crash again."""
    digest = hashlib.blake2b(name.encode("utf-8", "replace") or source, digest_size=8).hexdigest()
    return Text(_grammar(language), digest)


@cache
def memory() -> Memory:
    """The memory of this process, made when it parses for the first time."""
    try:
        folder = paths.private(paths.state_dir() / "parsing")
        crashes = _collect(folder)
        return Memory(crashes, _lines(folder / f"{os.getpid()}.now"))
    except OSError as error:
        log.info("what crashes a grammar is not remembered: %s", error)
        return Memory()


def _lines(file: Path) -> mmap.mmap:
    file.write_bytes(b" " * _LINE * _LINES)
    atexit.register(file.unlink, missing_ok=True)
    with file.open("r+b") as opened:
        return mmap.mmap(opened.fileno(), _LINE * _LINES)


def _collect(folder: Path) -> tuple[Text, ...]:
    """The texts that ended processes left behind, with those noted before."""
    kept, now = _read(folder / _KEPT), time.time()
    found = [line for file in folder.glob("*.now") for line in _left_by(file)]
    for line in found:
        log.warning("the process ended while it parsed with %s: that text gets no tree", line.grammar)
    every = [(at, text) for at, text in kept if 0 <= now - at < SECONDS_KEPT] + [(now, text) for text in found]
    every = every[-_MAX_KEPT:]
    if found:
        lines = (b"%d %s\n" % (at, text.line()) for at, text in every)
        (folder / _KEPT).write_bytes(b"".join(lines))
    return tuple(text for _, text in every)


def _left_by(file: Path) -> list[Text]:
    """What is noted in the file of a process that is gone; the file goes, too."""
    import psutil  # only where another process parses, or did

    if not file.stem.isdigit() or psutil.pid_exists(int(file.stem)):
        return []
    with suppress(OSError):
        with file.open("rb") as opened:
            data = opened.read(_LINE * _LINES)
        file.unlink()  # fails for the second of two that find it
        lines = (data[start : start + _LINE] for start in range(0, len(data), _LINE))
        return [text for line in lines if (text := Text.read(line)) is not None]
    return []


def _read(file: Path) -> list[tuple[float, Text]]:
    found: list[tuple[float, Text]] = []
    with suppress(OSError):
        with file.open("rb") as opened:
            data = opened.read(_LINE * _MAX_KEPT)
        for line in data.splitlines():
            at, _, rest = line.partition(b" ")
            if at.isdigit() and (text := Text.read(rest)) is not None:
                found.append((float(at[:15]), text))
    return found


@cache
def _grammar(language: Language) -> str:
    """The grammar's name with its version: another version may be better."""
    try:
        return f"{language.name}-{version(language.grammar.replace('_', '-'))}"
    except PackageNotFoundError:
        return language.name
