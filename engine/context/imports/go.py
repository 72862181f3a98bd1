"""Go: packages of the module, of go.work and replace, of vendor and of the module cache; the own package."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hearth.engine.context.imports.where import Target, Where
from hearth.engine.context.symbols import Import

MAX_PACKAGE_FILES = 40
_VERSION = r"v\d[\w.+-]*"


@dataclass(frozen=True, slots=True)
class _Module:
    """What a go.mod says: `replaced` are folders, or another module with its version."""

    name: str
    required: dict[str, str]
    replaced: dict[str, tuple[str, str]]


def resolve(statement: Import, where: Where) -> Iterator[Target]:
    for folder, library in _places(statement.module, where):
        files = go_files(folder, where)
        if files:
            yield from (Target(file, library=library) for file in files)
            return


def companions(where: Where) -> Iterator[Target]:
    """The other files of the package; a test sees its tests, too."""
    with_tests = where.file.name.endswith("_test.go")
    for file in go_files(where.file.parent, where, with_tests):
        if file != where.file:
            yield Target(file)


def go_files(folder: Path, where: Where, with_tests: bool = False) -> list[Path]:
    """At most `MAX_PACKAGE_FILES`; those whose names speak of what is wanted go first."""
    names = [name for name, is_folder in where.disk.entries(folder).items() if not is_folder]
    names = [name for name in names if name.endswith(".go") and (with_tests or not name.endswith("_test.go"))]
    wanted = {name.lower() for name in where.wanted}
    names.sort(key=lambda name: name.removesuffix(".go").replace("_", "") not in wanted)
    return [folder / name for name in names[:MAX_PACKAGE_FILES]]


def _places(package: str, where: Where) -> Iterator[tuple[Path, Path | None]]:
    """The folders where a package may lie, each with the folder of installed packages that it is in."""
    disk = where.disk
    for folder in where.folders():
        module = disk.manifest(folder / "go.mod", _module)
        if module is not None:
            if (rest := _inside(package, module.name)) is not None:
                yield folder / rest, None
            yield from _replaced(package, module, folder, where)
            yield folder / "vendor" / package, folder / "vendor"
            yield from _in_cache(package, module, where)
            break
    for folder in where.folders():
        for other in disk.manifest(folder / "go.work", _used) or ():
            place = Path(os.path.normpath(folder / other))
            module = disk.manifest(place / "go.mod", _module) if place.is_relative_to(where.root) else None
            if module is not None and (rest := _inside(package, module.name)) is not None:
                yield place / rest, None
    for path in _gopath():
        if where.file.is_relative_to(path / "src") and where.root.is_relative_to(path / "src"):
            continue
        yield path / "src" / package, path / "src"
    for folder in where.folders():  # a workspace that is a part of GOPATH
        if folder.name == "src":
            yield folder / package, None


def _replaced(package: str, module: _Module, folder: Path, where: Where) -> Iterator[tuple[Path, Path | None]]:
    for name, (place, version) in module.replaced.items():
        rest = _inside(package, name)
        if rest is None:
            continue
        if place.startswith("."):
            yield Path(os.path.normpath(folder / place / rest)), None
        elif version:
            yield from _versions(place, version, rest)


def _in_cache(package: str, module: _Module, where: Where) -> Iterator[tuple[Path, Path | None]]:
    for name, version in module.required.items():
        if (rest := _inside(package, name)) is not None:
            yield from _versions(name, version, rest)


def _versions(name: str, version: str, rest: str) -> Iterator[tuple[Path, Path | None]]:
    # In the cache a capital letter is "!" and the small one.
    escaped = re.sub(r"[A-Z]", lambda letter: "!" + letter[0].lower(), f"{name}@{version}")
    cache = os.environ.get("GOMODCACHE")
    for library in [Path(cache)] if cache else [path / "pkg" / "mod" for path in _gopath()]:
        yield library / escaped / rest, library


def _gopath() -> list[Path]:
    said = os.environ.get("GOPATH")
    if said:
        return [Path(path) for path in said.split(os.pathsep) if path]
    home = os.path.expanduser("~")  # noqa: PTH111  # never raises
    return [Path(home) / "go"]


def _inside(package: str, module: str) -> str | None:
    """The rest of a package's path behind its module's; None if it is of another one."""
    if package != module and not package.startswith(module + "/"):
        return None
    rest = package[len(module) :].strip("/")
    return None if ".." in rest.split("/") else rest


def _module(text: str) -> _Module:
    """Raises `ValueError` where no module is named."""
    name = re.search(r'^module[ \t]+"?([^\s"]+)', text, re.MULTILINE)
    if name is None:
        raise ValueError("no module")
    required: dict[str, str] = {}
    replaced: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        line = line.partition("//")[0]
        if found := re.match(
            rf"\s*(?:replace\s+)?(\S+)(?:\s+{_VERSION})?\s+=>\s+(\S+)(?:\s+({_VERSION}))?\s*$", line
        ):
            replaced[found[1]] = (found[2], found[3] or "")
        elif found := re.match(rf"\s*(?:require\s+)?([^\s()]+)\s+({_VERSION})\s*$", line):
            required[found[1]] = found[2]
    return _Module(name[1], required, replaced)


def _used(text: str) -> tuple[str, ...]:
    """The folders of the modules that a go.work joins."""
    found: list[str] = []
    inside = False
    for line in text.splitlines():
        line = line.partition("//")[0].strip()
        if line.startswith("use"):
            line = line.removeprefix("use").strip()
            inside = line.startswith("(")
            found += [] if inside or not line else [line.strip('"')]
        elif line == ")":
            inside = False
        elif inside and line:
            found.append(line.strip('"'))
    return tuple(found)
