"""The disk as the resolvers of imports see it: files and folders, looked up once a question, within bounds.

Manifests are kept parsed, and folders listed, until they change on the disk.
"""

import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, TypeVar

from hearth.engine.files import SETTINGS, read_text

T = TypeVar("T")

MAX_LOOKS = 6_000  # at files and folders, for one question
MAX_MANIFESTS = 500  # that are read for one question
MAX_ENTRIES = 1_000  # of one folder, in the order of their names
MAX_SECONDS = 1.0  # of processor time for one question; what is not found by then is not found
MAX_FOLDERS = 300  # that a list of folders with stars stands for
MAX_DEPTH = 4  # so many folders, less one, "**" stands for
_NO_SOURCES = {"node_modules", "site-packages", "__pycache__", "dist", "build", "target", "out", "bin", "obj"}


@dataclass(slots=True)
class Lookup:
    """For one question. `looks` counts what the disk was asked."""

    looks: int = 0
    manifests: int = 0
    _until: float = field(default_factory=lambda: time.thread_time() + MAX_SECONDS)
    _stats: dict[str, os.stat_result | None] = field(default_factory=dict)

    def is_over(self) -> bool:
        return self.looks >= MAX_LOOKS or time.thread_time() > self._until

    def is_file(self, path: Path) -> bool:
        found = self._stat(path)
        return found is not None and stat.S_ISREG(found.st_mode)

    def is_folder(self, path: Path) -> bool:
        found = self._stat(path)
        return found is not None and stat.S_ISDIR(found.st_mode)

    def first_file(self, *places: Path) -> Path | None:
        return next((place for place in places if self.is_file(place)), None)

    def entries(self, folder: Path) -> dict[str, bool]:
        """The names in a folder, each with whether it is a folder itself; without those that are hidden."""
        found = self._stat(folder)
        if found is None or not stat.S_ISDIR(found.st_mode):
            return {}
        return _listed(str(folder), found.st_mtime_ns)

    def folders(self, folder: Path) -> list[Path]:
        """The folders in one that may hold sources."""
        names = (name for name, is_folder in self.entries(folder).items() if is_folder)
        return [folder / name for name in names if name not in _NO_SOURCES]

    def manifest(self, file: Path, parse: Callable[[str], T], limit: int = SETTINGS) -> T | None:
        """What `parse` makes of the file; None where there is none, or it raises a `ValueError`."""
        found = self._stat(file)
        if found is None or not stat.S_ISREG(found.st_mode) or self.manifests >= MAX_MANIFESTS:
            return None
        self.manifests += 1
        parsed: T | None = _parsed(str(file), found.st_mtime_ns, found.st_size, parse, limit)
        return parsed

    def matching(self, base: Path, patterns: Sequence[str]) -> Iterator[Path]:
        """The folders below `base` that a manifest lists: `packages/*`, `libs/**`, `app`, `!old`."""
        excluded = [pattern[1:].strip("/") for pattern in patterns if pattern.startswith("!")]
        seen: set[Path] = set()
        for pattern in patterns[:MAX_FOLDERS]:
            parts = [part for part in pattern.replace("\\", "/").split("/") if part not in ("", ".")]
            if pattern.startswith(("!", "/")) or ".." in parts or parts.count("**") > 1:
                continue
            for folder in self._matching(base, parts):
                name = folder.relative_to(base)
                if folder not in seen and not any(name.match(each) for each in excluded if each):
                    seen.add(folder)
                    yield folder
                if len(seen) >= MAX_FOLDERS:
                    return

    def _matching(self, folder: Path, parts: Sequence[str]) -> Iterator[Path]:
        if not parts:
            yield folder
            return
        first, rest = parts[0], parts[1:]
        if first == "**":
            for depth in range(MAX_DEPTH):
                yield from self._matching(folder, ("*",) * depth + tuple(rest))
        elif "*" in first or "?" in first:
            for inner in self.folders(folder):
                if PurePath(inner.name).match(first):
                    yield from self._matching(inner, rest)
        elif self.is_folder(folder / first):
            yield from self._matching(folder / first, rest)

    def _stat(self, path: Path) -> os.stat_result | None:
        key = str(path)
        if key not in self._stats:
            if self.is_over():
                return None
            self.looks += 1
            try:
                self._stats[key] = path.stat()
            except (OSError, ValueError):  # it is not there, its name is too long or holds a NUL
                self._stats[key] = None
        return self._stats[key]


@lru_cache(maxsize=512)
def _listed(folder: str, modified: int) -> dict[str, bool]:
    try:
        with os.scandir(folder) as entries:
            found = {entry.name: entry.is_dir() for entry in entries if not entry.name.startswith(".")}
    except OSError:
        return {}
    return dict(sorted(found.items())[:MAX_ENTRIES])


@lru_cache(maxsize=1024)
def _parsed(file: str, modified: int, size: int, parse: Callable[[str], Any], limit: int) -> Any:
    try:
        return parse(read_text(file, limit))
    except (OSError, ValueError, RecursionError):
        return None
