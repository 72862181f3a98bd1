"""JavaScript and TypeScript: relative files, what tsconfig maps, packages, and the types of installed ones."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from hearth.engine.context.imports import npm
from hearth.engine.context.imports.where import Target, Where
from hearth.engine.context.symbols import Import

# Types say more than the code beside them.
SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".d.ts", ".d.mts", ".d.cts", ".js", ".jsx", ".mjs", ".cjs")
MAX_CONFIGS = 12  # that one config leads to
MAX_MODULE = 500  # characters of a module's name
_COMPILED = (".js", ".jsx", ".mjs", ".cjs")
_CONFIGS = ("tsconfig.json", "jsconfig.json", "tsconfig.base.json", "tsconfig.app.json")
# A string, a comment, or a comma with nothing behind it.
_JSON_PARTS = re.compile(r'("(?:\\.|[^"\\])*+"?)|//[^\n]*|/\*(?:.*?\*/|.*)|,(?=\s*[}\]])', re.DOTALL)


def resolve(statement: Import, where: Where) -> Iterator[Target]:
    module = statement.module
    if len(module) > MAX_MODULE:
        return
    if module.startswith("."):
        if found := find(where.file.parent / module, where):
            yield Target(found, statement.names)
        return
    for place in _mapped(module, where):
        if found := find(place, where):
            yield Target(found, statement.names)
            return
    if (package := npm.in_workspace(module, where)) and (found := npm.entry(package, where, find)):
        yield Target(found, statement.names)
        return
    for place in _by_habit(module, where):
        if found := find(place, where):
            yield Target(found, statement.names)
            return
    yield from npm.installed(module, statement.names, where)


def find(place: Path, where: Where) -> Path | None:
    """The source file that is meant by a path, which need not name its ending."""
    place = Path(os.path.normpath(place))
    if not place.name:
        return None
    without_js = place.with_suffix("") if place.suffix in _COMPILED else place
    return where.disk.first_file(
        *(place.with_name(place.name + suffix) for suffix in SUFFIXES),
        *(without_js.with_name(without_js.name + suffix) for suffix in SUFFIXES),
        *(place / f"index{suffix}" for suffix in SUFFIXES),
        *((place,) if place.suffix in SUFFIXES else ()),
    )


def _by_habit(module: str, where: Where) -> Iterator[Path]:
    if module.startswith(("@/", "~/")):  # what nearly every bundler template calls the source folder
        projects = [folder for folder in where.folders() if where.disk.is_file(folder / "package.json")]
        for folder in dict.fromkeys([where.root, *projects]):
            yield from (folder / "src" / module[2:], folder / module[2:])
    else:
        yield from (where.root / module, where.root / "src" / module)


def _mapped(module: str, where: Where) -> Iterator[Path]:
    """The places that the configs around the file give to a module, the innermost config first."""
    if module.startswith("#"):
        yield from npm.own_imports(module, where)
    for folder in where.folders():
        for name in _CONFIGS:
            for config in _configs(folder / name, where):
                for pattern, replacements in config.paths.items():
                    yield from (config.base / each for each in _replaced(module, pattern, replacements))
                if config.has_base_url:
                    yield config.base / module


def _replaced(module: str, pattern: str, replacements: tuple[str, ...]) -> list[str]:
    before, star, after = pattern.partition("*")
    if not star:
        return list(replacements) if module == pattern else []
    if not module.startswith(before) or not module.endswith(after) or len(module) < len(before) + len(after):
        return []
    middle = module[len(before) : len(module) - len(after)]
    return [each.replace("*", middle, 1) for each in replacements]


class _Config(msgspec.Struct, frozen=True):
    """What a config says about modules. `base` is the folder that its paths start from."""

    base: Path
    has_base_url: bool
    paths: dict[str, tuple[str, ...]]


def _configs(file: Path, where: Where) -> Iterator[_Config]:
    """The config in a file, those that it extends, and those that it refers to."""
    waiting, seen = [file], set[Path]()
    while waiting and len(seen) < MAX_CONFIGS:
        file = Path(os.path.normpath(waiting.pop(0)))
        if file in seen or not file.is_relative_to(where.root):
            continue
        seen.add(file)
        said = where.disk.manifest(file, _read)
        if said is None:
            continue
        base_url, paths, leads_to = said
        if base_url is not None or paths:
            yield _Config(file.parent / (base_url or "."), base_url is not None, paths)
        for other in leads_to:
            place = file.parent / other
            if not other.startswith("."):
                place = next((each / "node_modules" / other for each in where.folders()), place)
            inside = [place, place.with_name(place.name + ".json"), place / "tsconfig.json"]
            waiting += [each for each in inside if where.disk.is_file(each)][:1]


def _read(text: str) -> tuple[str | None, dict[str, tuple[str, ...]], tuple[str, ...]]:
    """(the base of modules, their paths, the configs that belong to this one). Raises `ValueError`."""
    said = json_with_comments(text)
    if not isinstance(said, dict):
        raise ValueError("a config is a table")
    options = said.get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    base_url, paths = options.get("baseUrl"), options.get("paths")
    extends, references = said.get("extends"), said.get("references")
    leads_to = extends if isinstance(extends, list) else [extends]
    leads_to += [each.get("path") for each in references or () if isinstance(each, dict)]
    return (
        base_url if isinstance(base_url, str) else None,
        {
            pattern: tuple(each for each in found if isinstance(each, str))
            for pattern, found in (paths.items() if isinstance(paths, dict) else ())
            if isinstance(found, list)
        },
        tuple(each for each in leads_to if isinstance(each, str)),
    )


def json_with_comments(text: str) -> Any:
    """JSON as TypeScript reads it: with comments, and commas behind the last one. Raises `ValueError`."""
    try:
        return msgspec.json.decode(_JSON_PARTS.sub(lambda part: part[1] or "", text).encode("utf-8", "replace"))
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
