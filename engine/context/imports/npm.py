"""Packages of npm, pnpm and yarn: those of the workspace by their sources, installed ones by their types."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from hearth.engine.context.imports.where import Target, Where

Find = Callable[[Path, Where], Path | None]
Json = dict[str, Any]

MAX_PACKAGES = 300  # of one workspace
MAX_LEAVES = 60  # of the table of what a package exports
_LIBRARY = "node_modules"
_TYPES = (".d.ts", ".d.mts", ".d.cts")
_CODE = re.compile(r"(\.d)?\.[mc]?[jt]sx?$")


@dataclass(frozen=True, slots=True)
class Package:
    """A package on the disk, and what is imported of it: "" for all, else "sub/path"."""

    folder: Path
    sub: str


def in_workspace(module: str, where: Where) -> Package | None:
    """The package of the workspace that the module's name begins with."""
    name, sub = _split(module)
    if not name:
        return None
    for folder in where.folders():
        patterns = _workspaces(folder, where)
        if patterns is None:
            continue
        for package in [folder, *where.disk.matching(folder, patterns)][:MAX_PACKAGES]:
            said = where.disk.manifest(package / "package.json", _json)
            if said and said.get("name") == name:
                return Package(package, sub)
    return None


def entry(package: Package, where: Where, find: Find) -> Path | None:
    """The source file that is meant; what a package builds is mostly ignored, and reads worse."""
    said = where.disk.manifest(package.folder / "package.json", _json) or {}
    exported = [_CODE.sub("", each) for each in _exported(said, package.sub)]
    built = re.compile(r"^(\./)?(dist|build|lib|out|es|esm|cjs|types)(/(esm|cjs|es|types|src|modern|legacy))*/")
    fields = () if package.sub else ("source", "types", "typings", "module", "main")
    exported += [_CODE.sub("", each) for name in fields if isinstance(each := said.get(name), str)]
    as_source = [f"src/{built.sub('', each)}" for each in exported if built.match(each)]
    as_it_is = [each for each in exported if not built.match(each)]
    guesses = [f"src/{package.sub}", package.sub] if package.sub else ["src/index", "src", "index", "lib/index"]
    for place in [*as_it_is, *as_source, *guesses, *exported]:
        inside = Path(os.path.normpath(package.folder / place))
        if inside.is_relative_to(package.folder) and (found := find(inside, where)):
            return found
    return None


def installed(module: str, names: tuple[str, ...], where: Where) -> Iterator[Target]:
    """The types of an installed package; its code is not read."""
    name, sub = _split(module)
    if not name:
        return
    typed = f"@types/{name.removeprefix('@').replace('/', '__')}"
    for folder in where.folders():
        library = folder if folder.name == _LIBRARY else folder / _LIBRARY
        if not where.disk.is_folder(library):
            continue
        for each in (name, typed):
            # pnpm's packages are links, and what they need lies beside the place that these lead to.
            place = Path(os.path.realpath(library / each))
            inside = next((each for each in place.parents if each.name == _LIBRARY), None)
            if inside and where.disk.is_folder(place) and (found := _types(Package(place, sub), where)):
                yield Target(found, names, inside)
                return


def own_imports(module: str, where: Where) -> Iterator[Path]:
    """What a package calls `#name` among its own files."""
    file = where.nearest("package.json")
    said = (where.disk.manifest(file, _json) if file else None) or {}
    table = said.get("imports")
    if file and isinstance(table, dict):
        yield from (file.parent / each for each in _by_pattern(table, module))


def _types(package: Package, where: Where) -> Path | None:
    said = where.disk.manifest(package.folder / "package.json", _json) or {}
    fields = () if package.sub else ("types", "typings", "main", "module")
    places = [*_exported(said, package.sub), *(each for name in fields if isinstance(each := said.get(name), str))]
    # Types first, then what lies beside the code.
    places.sort(key=lambda place: not place.endswith(_TYPES))
    places.append(f"{package.sub or 'index'}.js")
    places.append(f"{package.sub}/index.js" if package.sub else "dist/index.js")
    for place in places:
        inside = Path(os.path.normpath(package.folder / place))
        if not inside.is_relative_to(package.folder) or not inside.name:
            continue
        stem = _CODE.sub("", inside.name)
        beside = [inside] if place.endswith(_TYPES) else []
        beside += [inside.with_name(stem + suffix) for suffix in _TYPES]
        beside += [inside / f"index{suffix}" for suffix in _TYPES]
        if found := where.disk.first_file(*beside):
            return found
    return None


def _split(module: str) -> tuple[str, str]:
    """(the package, what of it): `@a/b/c/d` is `c/d` of `@a/b`."""
    parts = module.split("/")
    length = 2 if module.startswith("@") else 1
    if len(parts) < length or not all(parts[:length]) or module.startswith(("#", "/", "node:")) or ".." in parts:
        return "", ""
    return "/".join(parts[:length]), "/".join(parts[length:])


def _exported(said: Json, sub: str) -> list[str]:
    """The files that a package exports under a path, sources and types first."""
    exports = said.get("exports")
    if isinstance(exports, str):
        found = [] if sub else [exports]
    elif isinstance(exports, dict) and any(key.startswith(".") for key in exports):
        found = list(_by_pattern(exports, f"./{sub}" if sub else "."))
    else:
        found = [] if sub else list(_leaves(exports))
    return sorted(found, key=lambda place: (not place.endswith((".ts", ".tsx")), place.endswith(_TYPES)))


def _by_pattern(table: Json, wanted: str) -> Iterator[str]:
    for key, value in table.items():
        before, star, after = key.partition("*")
        if key == wanted:
            yield from _leaves(value)
        elif star and wanted.startswith(before) and wanted.endswith(after) and len(wanted) >= len(key):
            middle = wanted[len(before) : len(wanted) - len(after)]
            yield from (leaf.replace("*", middle) for leaf in _leaves(value))


def _leaves(value: Any) -> Iterator[str]:
    """The paths in a table of conditions: `{"import": {"types": "./a.d.ts", "default": "./a.js"}}`."""
    waiting, seen = [value], 0
    while waiting and seen < MAX_LEAVES:
        seen += 1
        each = waiting.pop(0)
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _workspaces(folder: Path, where: Where) -> Sequence[str] | None:
    """The patterns of the packages' folders; None where the folder holds no workspace."""
    by_pnpm = where.disk.manifest(folder / "pnpm-workspace.yaml", _pnpm_patterns)
    if by_pnpm:
        return by_pnpm
    for name in ("package.json", "lerna.json"):
        said = where.disk.manifest(folder / name, _json) or {}
        patterns = said.get("workspaces") or (said.get("packages") if name == "lerna.json" else None)
        if isinstance(patterns, dict):
            patterns = patterns.get("packages")
        if isinstance(patterns, list):
            return [each for each in patterns if isinstance(each, str)]
    return None


def _json(text: str) -> Json:
    try:
        said = msgspec.json.decode(text.encode("utf-8", "replace"))
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    if not isinstance(said, dict):
        raise ValueError("a manifest is a table")
    return said


def _pnpm_patterns(text: str) -> tuple[str, ...]:
    """The list `packages` of the one YAML file that is needed: a line for each, or all in brackets."""
    found: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("packages:"):
            inside = True
            found += re.findall(r"[\w@./*!-]+", line.removeprefix("packages:").partition("#")[0])
        elif inside and (item := re.match(r"""\s*-\s*["']?([^"'#\s]+)""", line)):
            found.append(item[1])
        elif line.strip() and not line.lstrip().startswith("#"):
            inside = False
    return tuple(found)
