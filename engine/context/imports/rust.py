"""Rust: modules of the crate, crates of the workspace and by path, vendored crates and those of the registry."""

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearth.engine.context.imports.where import Target, Where
from hearth.engine.context.symbols import Import
from hearth.engine.files import MANIFEST

MAX_USE_CHARS = 10_000  # of one `use`
MAX_USE_PATHS = 100
MAX_PATH_PARTS = 40
_STD = ("std", "core", "alloc")
_ROOTS = ("lib.rs", "mod.rs", "main.rs")


@dataclass(frozen=True, slots=True)
class _Crate:
    """What a Cargo.toml says. `paths` are the crates with a path; `renamed` are those of another name."""

    name: str
    root: str
    paths: dict[str, str]
    renamed: dict[str, str]
    members: tuple[str, ...]


def resolve(statement: Import, where: Where) -> Iterator[Target]:
    manifest = where.nearest("Cargo.toml")
    crate = (manifest.parent if manifest else where.root) / "src"
    own = where.file.parent if where.file.name in _ROOTS else where.file.with_suffix("")
    for parts in use_paths(statement.module):
        library: Path | None = None
        if parts[0] == "crate":
            places = [(crate, parts[1:])]
        elif parts[0] == "super":
            ups = next((index for index, part in enumerate(parts) if part != "super"), len(parts))
            places = [([own, *own.parents][min(ups, len(own.parents))], parts[ups:])]
        elif parts[0] == "self":
            places = [(own, parts[1:])]
        else:
            places = [(own, parts), (crate, parts)] if _inside(own, crate, parts, where) else []
            if not places and parts[0] not in _STD:
                other, library = _other_crate(parts[0], manifest, where)
                places = [(other, parts[1:])] if other else [(own, parts), (crate, parts)]
        for base, rest in places:
            if target := _item(base, rest, library, where):
                yield target
                break


def bound(statement: Import) -> dict[str, str]:
    """The last names of the paths in a `use`, by what they are called from there on."""
    renamed = re.findall(r"(?<!\w)(\w{1,200}+)\s{1,40}+as\s{1,40}+(\w{1,200}+)", statement.module[:MAX_USE_CHARS])
    aliases = dict(renamed)
    last = [
        parts[-1] if parts[-1] != "self" else parts[-2] for parts in use_paths(statement.module) if len(parts) > 1
    ]
    return {aliases.get(name, name): name for name in last if name != "*"}


def _inside(own: Path, crate: Path, parts: list[str], where: Where) -> bool:
    """Whether the path begins with a module of this crate."""
    firsts = [base / parts[0] for base in dict.fromkeys((own, crate))]
    return any(where.disk.first_file(first.with_name(first.name + ".rs"), first / "mod.rs") for first in firsts)


def _item(base: Path, parts: list[str], library: Path | None, where: Where) -> Target | None:
    """The longest leading part of the path that is a file is the module, the next part is the item."""
    named = parts[:1] if parts[:1] not in (["*"], ["self"]) else []
    for length in range(len(parts), 0, -1):
        place = base.joinpath(*parts[:length])
        found = where.disk.first_file(place.with_name(place.name + ".rs"), place / "mod.rs")
        if found:
            names = tuple(name for name in parts[length : length + 1] if name not in ("*", "self"))
            return Target(found, names, library)
    roots = [base / name for name in _ROOTS] + ([base.with_name(base.name + ".rs")] if base.name else [])
    found = where.disk.first_file(*roots)
    return Target(found, tuple(named), library) if found else None


def _other_crate(name: str, manifest: Path | None, where: Where) -> tuple[Path | None, Path | None]:
    """(the folder of another crate's root module, the folder of installed crates that it lies in)."""
    if manifest is None:
        return None, None
    own = where.disk.manifest(manifest, _crate)
    wanted = own.renamed.get(name, name) if own else name
    for folder, library in _crates(wanted, manifest, own, where):
        found = where.disk.manifest(folder / "Cargo.toml", _crate)
        # A name with a dash is imported with an underscore.
        if (found and wanted.replace("-", "_") in (found.name, folder.name.replace("-", "_"))) or library:
            root = folder / (found.root if found else "src/lib.rs")
            return root.parent, library
    return None, None


def _crates(name: str, manifest: Path, own: _Crate | None, where: Where) -> Iterator[tuple[Path, Path | None]]:
    yield manifest.parent, None
    for folder in where.folders():
        crate = where.disk.manifest(folder / "Cargo.toml", _crate)
        if crate is None:
            continue
        if (path := crate.paths.get(name.replace("-", "_"))) is not None:
            place = Path(os.path.normpath(folder / path))
            if place.is_relative_to(where.root):
                yield place, None
        yield from ((each, None) for each in where.disk.matching(folder, crate.members))
    for folder in where.folders():
        for spelled in dict.fromkeys([name, name.replace("_", "-")]):
            if where.disk.is_file(folder / "vendor" / spelled / "Cargo.toml"):
                yield folder / "vendor" / spelled, folder / "vendor"
    yield from _in_registry(name, where)


def _in_registry(name: str, where: Where) -> Iterator[tuple[Path, Path | None]]:
    lock = where.nearest("Cargo.lock")
    versions = (where.disk.manifest(lock, _locked, MANIFEST) if lock else None) or {}
    home = os.environ.get("CARGO_HOME") or os.path.expanduser("~/.cargo")  # noqa: PTH111  # never raises
    library = Path(home) / "registry" / "src"
    for spelled in dict.fromkeys([name, name.replace("_", "-")]):
        for index in where.disk.entries(library) if spelled in versions else ():
            place = library / index / f"{spelled}-{versions[spelled]}"
            if where.disk.is_file(place / "Cargo.toml"):
                yield place, library / index


def _locked(text: str) -> dict[str, str]:
    """The version of each crate; of several the last one."""
    return dict(re.findall(r'^name = "([^"\n]+)"\nversion = "([^"\n]+)"', text, re.MULTILINE))


def _crate(text: str) -> _Crate:
    """Raises `ValueError` where it is no manifest."""
    said = tomllib.loads(text)
    package, lib, workspace = (_table(said.get(key)) for key in ("package", "lib", "workspace"))
    dependencies: dict[str, Any] = {}
    for table in (workspace, said):
        for kind in ("dependencies", "dev-dependencies", "build-dependencies"):
            dependencies |= {
                name: each for name, each in _table(table.get(kind)).items() if not _table(each).get("workspace")
            }
    paths: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for name, each in dependencies.items():
        path, other = _table(each).get("path"), _table(each).get("package")
        if isinstance(path, str):
            paths[name.replace("-", "_")] = path
        if isinstance(other, str):
            renamed[name.replace("-", "_")] = other
            if isinstance(path, str):
                paths[other.replace("-", "_")] = path
    members = workspace.get("members")
    named, root = lib.get("name") or package.get("name"), lib.get("path")
    return _Crate(
        named.replace("-", "_") if isinstance(named, str) else "",
        root if isinstance(root, str) and ".." not in root else "src/lib.rs",
        paths,
        renamed,
        tuple(each for each in members if isinstance(each, str)) if isinstance(members, list) else (),
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def use_paths(text: str) -> list[list[str]]:
    """`a::{b, c::{d as e}}` as `[[a, b], [a, c, d]]`; of very many the first."""
    text = re.sub(r"\s+as\s+\w+|\s+|^::", "", text[:MAX_USE_CHARS])
    paths: list[list[str]] = []
    outer: list[list[str]] = [[]]  # what stands in front of each brace that is open
    path: list[str] = []
    for token in [*re.findall(r"[{},]|[^{},]+", text), ","]:
        if token == "{":
            outer.append(path or outer[-1])
            path = []
        elif token in ("}", ","):
            paths += [path] if path else []
            path = []
            if token == "}" and len(outer) > 1:
                outer.pop()
        else:
            path = (outer[-1] + [part for part in token.split("::") if part])[:MAX_PATH_PARTS]
    return paths[:MAX_USE_PATHS]
