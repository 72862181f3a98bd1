"""The code that is typed again: public packages at fixed versions, fetched once into the cache folder.

Python comes by pip, TypeScript by npm, Go from the Debian release that its version is of. A language that
cannot be had on this machine is left out, with the reason.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.options import CACHE
from tests.editors import debian


@dataclass(frozen=True, slots=True)
class Package:
    """`files` are glob patterns below the unpacked package; `language` is the LSP language id."""

    language: str
    name: str
    version: str
    fetch: Callable[[str, str, Path], None]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One file; `name` is its path below the package."""

    language: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Project:
    """One package as it lies on the disk: the folder to open as a workspace, and its source files, sorted."""

    language: str
    name: str
    root: Path
    files: tuple[Path, ...]


def sources() -> tuple[list[Source], list[str]]:
    """(all files, why a package is missing) in a fixed order."""
    unpacked, missing = projects()
    return [_source(project.language, path) for project in unpacked for path in project.files], missing


def projects(packages: Sequence[Package] | None = None) -> tuple[list[Project], list[str]]:
    """(all packages, why one is missing) in a fixed order; of `PACKAGES` unless others are given."""
    found: list[Project] = []
    missing: list[str] = []
    for package in PACKAGES if packages is None else packages:
        try:
            files = _files(package, unpacked(package))
            root = Path(os.path.commonpath(files)).parent
            found.append(Project(package.language, package.name, root, files))
        except (debian.Missing, OSError, subprocess.SubprocessError) as error:
            missing.append(f"{package.language}: {package.name} {package.version} cannot be had: {error}")
    return found, missing


def unpacked(package: Package) -> Path:
    folder = CACHE / "packages" / f"{package.name}-{package.version}"
    done = folder / "complete"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        package.fetch(package.name, package.version, folder)
        if not any(folder.iterdir()):
            raise OSError("what came is empty")
        done.touch()
    return folder


def _files(package: Package, folder: Path) -> tuple[Path, ...]:
    paths = sorted({path for pattern in package.files for path in folder.glob(pattern)})
    return tuple(path for path in paths if "test" not in path.name)


def _source(language: str, path: Path) -> Source:
    return Source(language, "/".join(path.parts[-3:]), path.read_text("utf-8"))


def from_pip(name: str, version: str, folder: Path) -> None:
    _run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), f"{name}=={version}")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder)


def from_npm(name: str, version: str, folder: Path) -> None:
    _run("npm", "pack", "--silent", "--pack-destination", str(folder), f"{name}@{version}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")


def from_debian(name: str, version: str, folder: Path, release: str = "bookworm") -> None:
    debian.unpack([f"{name}={version}"], release, folder / "root")


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    except subprocess.CalledProcessError as failure:
        raise OSError(f"{command[0]} failed: {failure.stderr.strip()[-200:]}") from None


PACKAGES = (
    Package("python", "rich", "13.9.4", from_pip, ("rich/*.py",)),
    Package("python", "httpx", "0.28.1", from_pip, ("httpx/*.py",)),
    Package("python", "attrs", "24.3.0", from_pip, ("attr/*.py",)),
    Package("typescript", "zod", "3.25.76", from_npm, ("package/src/v4/core/*.ts", "package/src/v3/*.ts")),
    Package("go", "golang-github-gorilla-mux-dev", "1.8.0-1", from_debian, ("root/**/mux/*.go",)),
    Package("go", "golang-github-gorilla-websocket-dev", "1.5.0-2", from_debian, ("root/**/websocket/*.go",)),
)
