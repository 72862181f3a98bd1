"""The code that is typed here, and nowhere else: packages younger than the models, at fixed versions.

Qwen2.5-Coder has read code up to early 2024. The Python and TypeScript projects were begun after that (or, for
LiveStore, first published); those in Go are Debian's of mid-2024, when these modules were new.
"""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.home import Unavailable
from tests.benchmarks.options import CACHE
from tests.benchmarks.packages import Package, Project, Source, from_debian, from_npm, from_pip, projects
from tests.benchmarks.trace import Place, places

_LONGEST = 60_000  # characters of a file


@dataclass(frozen=True, slots=True)
class Code:
    """What is typed; a place's name is the absolute path of its file, below one of the projects."""

    places: list[Place]
    projects: list[Project]
    missing: list[str]

    def project_of(self, place: Place) -> Project:
        return next(each for each in self.projects if Path(place.name) in each.files)

    def root_of(self, place: Place) -> str:
        return str(self.project_of(place).root)


def found(per_language: int, seed: int) -> Code:
    """So many places of each language. Raises `Unavailable` where no package can be had."""
    unpacked, missing = projects(PACKAGES)
    if not unpacked:
        raise Unavailable("no code to type: " + "; ".join(missing))
    sources = [_source(project, path) for project in unpacked for path in project.files]
    short = [source for source in sources if len(source.text) <= _LONGEST]
    return Code(places(short, per_language, seed), unpacked, missing)


def short_name(place: Place) -> str:
    """The same on each machine."""
    return Path(os.path.relpath(place.name, CACHE / "packages")).as_posix()


def _source(project: Project, path: Path) -> Source:
    return Source(project.language, str(path), path.read_text("utf-8"))


_from_trixie = partial(from_debian, release="trixie")
PACKAGES = (
    Package("python", "fastmcp", "2.10.0", from_pip, ("fastmcp/**/*.py",)),
    Package("python", "openai-agents", "0.1.0", from_pip, ("agents/**/*.py",)),
    Package("python", "smolagents", "1.19.0", from_pip, ("smolagents/**/*.py",)),
    Package("typescript", "@tanstack/db", "0.1.0", from_npm, ("package/src/**/*.ts",)),
    Package("typescript", "@tanstack/pacer", "0.14.0", from_npm, ("package/src/**/*.ts",)),
    Package("typescript", "@livestore/common", "0.3.1", from_npm, ("package/src/**/*.ts",)),
    Package(
        "go",
        "golang-github-charmbracelet-x-dev",
        "0.0~git20240809.9ab0ca0+ds-2",
        _from_trixie,
        ("root/**/charmbracelet/x/**/*.go",),
    ),
    Package(
        "go",
        "golang-github-charmbracelet-huh-dev",
        "0.5.2+ds-2",
        _from_trixie,
        ("root/**/charmbracelet/huh/**/*.go",),
    ),
)
