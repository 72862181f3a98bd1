"""Two releases in a row of public packages, at fixed versions, fetched once into the cache folder."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from hearth.engine.index.entries import Entry
from tests.benchmarks.next_edit.hunks import Hunk, hunks, links
from tests.benchmarks.next_edit.pairs import PAIRS, Half, Pair
from tests.benchmarks.next_edit.workspace import entries
from tests.benchmarks.packages import unpacked
from tests.editors import debian

MAX_TEXT = 200_000  # characters of a file
LANGUAGES = {".py": "python", ".ts": "typescript", ".js": "javascript", ".tsx": "tsx"}
_NOT_BY_HAND = (
    "version",
    "_pb2",
    ".min.",
    ".d.ts",
    ".generated",
    "/dist/",
    "/vendor",
    "/_vendor",
    "/test",
    "/docs/",
)


@dataclass(slots=True)
class Release:
    """The files that changed, each with its old text, and what was changed in them.

    `root` is the folder of the older release.
    """

    name: str
    registry: str = ""
    half: Half = "judging"
    root: str = "/project"
    entries: tuple[Entry, ...] = ()  # what the index of a workspace knows of the older release
    texts: dict[str, str] = field(default_factory=dict)
    hunks: list[Hunk] = field(default_factory=list)
    links: dict[Hunk, set[Hunk]] = field(default_factory=dict)

    def of(self, file: str) -> list[Hunk]:
        return [hunk for hunk in self.hunks if hunk.file == file]


def releases() -> tuple[list[Release], list[str]]:
    """(all releases, why one is missing) in a fixed order."""
    found, missing = [], []
    for pair in PAIRS:
        try:
            before, after = (unpacked(pair.package(version)) for version in (pair.before, pair.after))
            release = changed(f"{pair.name} {pair.after}", dict(_texts(before, pair)), dict(_texts(after, pair)))
            found.append(
                replace(
                    release,
                    registry=pair.registry,
                    half=pair.half,
                    root=os.path.realpath(before),
                    entries=entries(before, pair.files),
                )
            )
        except (debian.Missing, OSError, subprocess.SubprocessError) as error:
            missing.append(f"{pair.name} {pair.before} and {pair.after} cannot be had: {error}")
    return found, missing


def changed(name: str, before: dict[str, str], after: dict[str, str]) -> Release:
    release = Release(name)
    for file in sorted(before.keys() & after.keys()):
        found = hunks(file, before[file], after[file])
        if found:
            release.texts[file] = before[file]
            release.hunks += found
    release.links = links(release.hunks)
    return release


def _texts(folder: Path, pair: Pair) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob(pair.files)):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in LANGUAGES or any(part in f"/{name}" for part in _NOT_BY_HAND):
            continue
        text = path.read_text("utf-8", errors="replace")
        if len(text) <= MAX_TEXT and "\r" not in text:
            yield name, text
