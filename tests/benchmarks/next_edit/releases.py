"""Two releases in a row of public packages, at fixed versions, fetched once into the cache folder."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.next_edit.hunks import Hunk, hunks, links
from tests.benchmarks.packages import Package, from_npm, from_pip, unpacked
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


@dataclass(frozen=True, slots=True)
class Pair:
    """Releases in a row of one package; `files` is a glob below the unpacked one."""

    name: str
    before: str
    after: str
    files: str
    from_: str = "pip"

    def package(self, version: str) -> Package:
        fetch, language = (from_pip, "python") if self.from_ == "pip" else (from_npm, "javascript")
        return Package(language, self.name, version, fetch, (self.files,))


@dataclass(slots=True)
class Release:
    """The files that changed, each with its old text, and what was changed in them."""

    name: str
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
            found.append(
                changed(f"{pair.name} {pair.after}", dict(_texts(before, pair)), dict(_texts(after, pair)))
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


PAIRS: tuple[Pair, ...] = (
    Pair("openai-agents", "0.17.8", "0.18.0", "agents/**/*.py"),
    Pair("openai-agents", "0.19.4", "0.20.0", "agents/**/*.py"),
    Pair("openai-agents", "0.21.1", "0.22.0", "agents/**/*.py"),
    Pair("openai-agents", "0.23.1", "0.24.0", "agents/**/*.py"),
    Pair("langchain-core", "1.7.7", "1.8.0", "langchain_core/**/*.py"),
    Pair("huggingface-hub", "1.32.0", "1.33.0", "huggingface_hub/**/*.py"),
    Pair("huggingface-hub", "2.2.0", "2.3.0", "huggingface_hub/**/*.py"),
    Pair("anyio", "4.14.2", "4.15.0", "anyio/**/*.py"),
    Pair("anyio", "4.15.1", "4.16.0", "anyio/**/*.py"),
)
