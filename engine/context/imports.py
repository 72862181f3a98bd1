"""Which files of the workspace an import statement means.

One row of `RESOLVERS` for each language; what is not found in the workspace (libraries, mostly) is passed over.
"""

import os.path
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hearth.engine.context.symbols import Import
from hearth.engine.files import SETTINGS, read_text
from hearth.engine.languages import Language

MAX_PACKAGE_FILES = 20  # of one folder, where a folder is what is imported
MAX_NAMES = 100  # of one statement that are looked for on the disk
MAX_USE_CHARS = 10_000  # of one `use` in Rust
MAX_USE_PATHS = 100
MAX_PATH_PARTS = 40
_SCRIPT_SUFFIXES = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts")


@dataclass(frozen=True, slots=True)
class Target:
    """A file that is imported; `names` are those that are brought in one by one, () for the whole of it."""

    path: Path
    names: tuple[str, ...] = ()


Resolver = Callable[[Import, Path, Path], Iterator[Target]]


def targets(statement: Import, language: Language, file: Path, root: Path) -> tuple[Target, ...]:
    """The files that the statement in `file` means, none of them outside of the workspace root."""
    resolver = RESOLVERS.get(language.name)
    if resolver is None:
        return ()
    found = dict.fromkeys(resolver(statement, file, root))
    return tuple(target for target in found if target.path != file and target.path.is_relative_to(root))


def siblings(language: Language, file: Path) -> tuple[Target, ...]:
    """The files that belong to the same package without being imported (Go)."""
    if language.name != "go":
        return ()
    return tuple(Target(path) for path in _go_files(file.parent) if path != file)


def _python(statement: Import, file: Path, root: Path) -> Iterator[Target]:
    module = statement.module.lstrip(".")
    dots = len(statement.module) - len(module)
    parts = [part for part in module.split(".") if part]
    if dots:
        bases = [file.parents[min(dots, len(file.parents)) - 1]]
    else:
        around = [folder for folder in file.parents if folder.is_relative_to(root)]
        bases = [*dict.fromkeys([root, root / "src", *around])]
    for base in bases:
        place = base.joinpath(*parts)
        # `from package import module` names files, `from module import name` names definitions.
        modules = [(name, _python_module(place / name)) for name in statement.names[:MAX_NAMES]]
        submodules = [path for _, path in modules if path]
        own = _python_module(place)
        for path in submodules:
            yield Target(path)
        if own:
            names = tuple(name for name, path in modules if not path)
            if names or not statement.names:
                yield Target(own, names)
        if own or submodules:
            return


def _python_module(place: Path) -> Path | None:
    if not place.name:
        return None
    return _first_file(
        place.with_name(place.name + ".py"), place.with_name(place.name + ".pyi"), place / "__init__.py"
    )


def _script(statement: Import, file: Path, root: Path) -> Iterator[Target]:
    module = statement.module
    if module.startswith("."):
        places = [file.parent / module]
    elif module.startswith(("@/", "~/")):  # what nearly every bundler template calls the source folder
        places = [root / "src" / module[2:], root / module[2:]]
    else:
        places = [root / module, root / "src" / module]
    for place in places:
        place = Path(os.path.normpath(place))
        without_js = place.with_suffix("") if place.suffix in (".js", ".jsx", ".mjs") else place
        found = _first_file(
            *(place.with_name(place.name + suffix) for suffix in _SCRIPT_SUFFIXES),
            *(without_js.with_name(without_js.name + suffix) for suffix in _SCRIPT_SUFFIXES),
            *(place / f"index{suffix}" for suffix in _SCRIPT_SUFFIXES),
            *((place,) if place.suffix in _SCRIPT_SUFFIXES else ()),
        )
        if found:
            yield Target(found, statement.names)
            return


def _go(statement: Import, file: Path, root: Path) -> Iterator[Target]:
    for folder in file.parents:
        if not folder.is_relative_to(root):
            return
        module = _go_module(folder)
        if module is None:
            continue
        if statement.module == module or statement.module.startswith(module + "/"):
            package = folder / statement.module[len(module) :].strip("/")
            for path in _go_files(package):
                yield Target(path)
        return


def _go_module(folder: Path) -> str | None:
    file = _first_file(folder / "go.mod")
    return _go_module_name(file, file.stat().st_mtime_ns) if file else None


@lru_cache(maxsize=64)
def _go_module_name(file: Path, modified: int) -> str | None:
    try:
        text = read_text(file, SETTINGS)
    except OSError:
        return None
    found = re.search(r"^module[ \t]+(\S+)", text, re.MULTILINE)
    return found[1] if found else None


def _go_files(folder: Path) -> list[Path]:
    try:
        files = sorted(folder.glob("*.go"))
    except OSError:
        return []
    return [file for file in files if not file.name.endswith("_test.go")][:MAX_PACKAGE_FILES]


def _rust(statement: Import, file: Path, root: Path) -> Iterator[Target]:
    crate = next((folder for folder in file.parents if (folder / "Cargo.toml").is_file()), root) / "src"
    own = file.parent if file.stem in ("mod", "lib", "main") else file.with_suffix("")
    for parts in _use_paths(statement.module):
        if parts[0] == "crate":
            places = [(crate, parts[1:])]
        elif parts[0] == "super":
            ups = next((index for index, part in enumerate(parts) if part != "super"), len(parts))
            places = [([own, *own.parents][ups], parts[ups:])]
        elif parts[0] == "self":
            places = [(own, parts[1:])]
        else:
            places = [(own, parts), (crate, parts)]
        for base, rest in places:
            target = _rust_item(base, rest)
            if target:
                yield target
                break


def _rust_item(base: Path, parts: list[str]) -> Target | None:
    """The longest leading part of the path that is a file is the module, the next part is the item."""
    for length in range(len(parts), 0, -1):
        place = base.joinpath(*parts[:length])
        found = _first_file(place.with_name(place.name + ".rs"), place / "mod.rs")
        if found:
            names = tuple(name for name in parts[length : length + 1] if name not in ("*", "self"))
            return Target(found, names)
    if len(parts) == 1 and parts[0] not in ("*", "self"):
        found = _first_file(base / "lib.rs", base / "mod.rs", base / "main.rs")
        return Target(found, tuple(parts)) if found else None
    return None


def _use_paths(text: str) -> list[list[str]]:
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


def _include(statement: Import, file: Path, root: Path) -> Iterator[Target]:
    name = statement.module.strip('"<>')
    found = _first_file(
        *(Path(os.path.normpath(base / name)) for base in (file.parent, root, root / "include", root / "src"))
    )
    if found:
        yield Target(found)


def _first_file(*places: Path) -> Path | None:
    for place in places:
        try:
            if place.is_file():
                return place
        except (OSError, ValueError):  # a name that is too long, or holds a NUL
            continue
    return None


RESOLVERS: dict[str, Resolver] = {
    "python": _python,
    "javascript": _script,
    "typescript": _script,
    "tsx": _script,
    "go": _go,
    "rust": _rust,
    "c": _include,
    "cpp": _include,
}
