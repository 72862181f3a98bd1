"""Python: modules of the workspace's projects, wherever their sources lie, and of site-packages; conftest.py."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hearth.engine.context.imports.where import Target, Where
from hearth.engine.context.symbols import Import

MAX_NAMES = 100  # of one statement that are looked for on the disk
_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
# Folders that hold projects where nothing says so.
_COLLECTIONS = (
    "packages",
    "libs",
    "lib",
    "apps",
    "projects",
    "services",
    "components",
    "plugins",
    "python",
    "bases",
)
_ENVIRONMENTS = (".venv", "venv", "env", ".env")


def resolve(statement: Import, where: Where) -> Iterator[Target]:
    module = statement.module.lstrip(".")
    dots = len(statement.module) - len(module)
    parts = [part for part in module.split(".") if part]
    if dots:
        parents = where.file.parents
        yield from _in_folder(parents[min(dots, len(parents)) - 1], parts, statement, where)
        return
    if not parts:
        return
    for base in _bases(where):
        if _holds(base, parts[0], where) and (found := list(_in_folder(base, parts, statement, where))):
            yield from found
            return
    for library in _site_packages(where):
        stubs = f"{parts[0]}-stubs"
        for first in (stubs, parts[0]):
            if _holds(library, first, where):
                inside = list(_in_folder(library, [first, *parts[1:]], statement, where, library))
                if inside:
                    yield from inside
                    return


def companions(where: Where) -> Iterator[Target]:
    """The files whose fixtures a test sees without importing them."""
    if re.fullmatch(r"(test_.*|.*_test|tests?|conftest)\.py", where.file.name) is None:
        return
    for folder in where.folders():
        file = folder / "conftest.py"
        if file != where.file and where.disk.is_file(file):
            yield Target(file)


def _in_folder(
    base: Path, parts: list[str], statement: Import, where: Where, library: Path | None = None
) -> Iterator[Target]:
    place = base.joinpath(*parts)
    # `from package import module` names files, `from module import name` names definitions.
    modules = [(name, _module(place / name, where, library)) for name in statement.names[:MAX_NAMES]]
    for _, path in modules:
        if path:
            yield Target(path, library=library)
    own = _module(place, where, library)
    if own:
        names = tuple(name for name, path in modules if not path)
        if names or not statement.names:
            yield Target(own, names, library)


def _module(place: Path, where: Where, library: Path | None) -> Path | None:
    if not place.name:
        return None
    code, stub = place.with_name(place.name + ".py"), place.with_name(place.name + ".pyi")
    package, package_stub = place / "__init__.py", place / "__init__.pyi"
    # What a library says about its types says more than its code.
    order = (stub, package_stub, code, package) if library else (code, stub, package, package_stub)
    return where.disk.first_file(*order)


def _holds(base: Path, name: str, where: Where) -> bool:
    entries = where.disk.entries(base)
    return name in entries or f"{name}.py" in entries or f"{name}.pyi" in entries


def _bases(where: Where) -> Iterator[Path]:
    """The folders that modules are imported from, the likeliest first."""
    around = list(where.folders())
    seen: set[Path] = set()
    for folder in [where.root, where.root / "src", *around, *_project_sources(where, around)]:
        if folder not in seen:
            seen.add(folder)
            yield folder


def _project_sources(where: Where, around: list[Path]) -> Iterator[Path]:
    for folder in [*around, *_projects(where)]:
        if any(where.disk.is_file(folder / name) for name in _MANIFESTS):
            said = where.disk.manifest(folder / "pyproject.toml", _source_folders) or ()
            yield from (folder / inner for inner in said if ".." not in Path(inner).parts)
            yield folder / "src"
            yield folder


def _projects(where: Where) -> Iterator[Path]:
    """The other projects of the workspace: those that its manifest lists, and those in the usual places."""
    for folder in where.folders():
        members = where.disk.manifest(folder / "pyproject.toml", _members) or ()
        yield from where.disk.matching(folder, members)
        beside = [Path(os.path.normpath(folder / each)) for each in members if ".." in Path(each).parts]
        yield from (place for place in beside if place.is_relative_to(where.root))
    for folder in where.disk.folders(where.root):
        yield folder
        if folder.name in _COLLECTIONS:
            yield from where.disk.folders(folder)


def _site_packages(where: Where) -> Iterator[Path]:
    environments = [folder / name for folder in where.folders() for name in _ENVIRONMENTS]
    environments += [Path(path) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if (path := os.environ.get(name))]
    for environment in environments:
        if not where.disk.is_folder(environment):
            continue
        for name in reversed(where.disk.entries(environment / "lib")):
            if name.startswith("python") and where.disk.is_folder(environment / "lib" / name / "site-packages"):
                yield environment / "lib" / name / "site-packages"
        if where.disk.is_folder(environment / "Lib" / "site-packages"):  # Windows
            yield environment / "Lib" / "site-packages"


def _members(text: str) -> tuple[str, ...]:
    """The folders of the projects that belong together (uv), or that this one depends on (poetry)."""
    tool = _table(tomllib.loads(text), "tool")
    workspace = _table(tool, "uv", "workspace")
    members = [*_texts(workspace.get("members")), *(f"!{each}" for each in _texts(workspace.get("exclude")))]
    dependencies = [_table(tool, "poetry", "dependencies"), _table(tool, "uv", "sources")]
    groups = _table(tool, "poetry", "group").values()
    dependencies += [_table(group, "dependencies") for group in groups if isinstance(group, dict)]
    for table in dependencies:
        members += [path for each in table.values() if isinstance(path := _table(each).get("path"), str)]
    return tuple(members)


def _source_folders(text: str) -> tuple[str, ...]:
    """Where a project says that its packages lie."""
    tool = _table(tomllib.loads(text), "tool")
    found = _texts(_table(tool, "setuptools", "packages", "find").get("where"))
    found += _texts([_table(tool, "setuptools", "package-dir").get("")])
    found += _texts([_table(tool, "pdm", "build").get("package-dir")])
    found += _texts([_table(tool, "uv", "build-backend").get("module-root")])
    packages = _table(tool, "poetry").get("packages")
    found += _texts([_table(each).get("from") for each in packages] if isinstance(packages, list) else [])
    hatch = _table(tool, "hatch", "build")
    for table in (hatch, _table(hatch, "targets", "wheel")):
        found += [Path(each).parent.as_posix() for each in _texts(table.get("packages"))]
        found += _texts(table.get("sources"))
    return tuple(dict.fromkeys(found))


def _table(value: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
