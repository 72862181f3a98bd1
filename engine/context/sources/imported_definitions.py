"""Definitions that this file's imports point to, also in files of the workspace that are not open."""

from pathlib import Path

from engine import languages
from engine.context import imports
from engine.context.imports import Target
from engine.context.passages import passages
from engine.context.query import Candidate, LeftOut, Place, shown_path
from engine.context.symbols import Symbols, imports_in, symbols
from engine.context.workspace import symbols_of_file

NAME = "imported_definitions"
IMPORT_CHARS = 20_000  # at the beginning of a file, where imports are looked for
MAX_FILES = 24


def collect(place: Place) -> list[Candidate | LeftOut]:
    """Only in files below the workspace root of this file."""
    found: list[Candidate | LeftOut] = []
    for target in _targets(place):
        path = shown_path("", str(target.path), place.query.workspace_roots)
        language = languages.language_of("", str(target.path))
        if language is None:
            continue
        read = _symbols(place, target.path, path)
        if isinstance(read, LeftOut):
            found.append(read)
            continue
        # A name that is imported and used goes before one that is imported, and for `import module` all depends on
        # what is used of it.
        used = tuple(name for name in place.names if not target.names or name in target.names)
        unused = tuple(name for name in target.names if name not in used)
        found += passages(read, used, language, path, NAME, "is imported and used near the cursor", 1.0)
        found += passages(read, unused, language, path, NAME, "is imported", 0.4)
    return found


def _targets(place: Place) -> list[Target]:
    language = place.code.language
    if language is None or place.file is None or place.root is None:
        return []
    named: dict[Path, tuple[str, ...] | None] = {}
    for statement in imports_in(place.code, 0, IMPORT_CHARS):
        for target in imports.targets(statement, language, place.file, place.root):
            known = named.get(target.path, ())
            # Once a file is imported as a whole, all of its names count.
            whole = not target.names or (target.path in named and not known)
            named[target.path] = () if whole else tuple(dict.fromkeys([*(known or ()), *target.names]))
    for target in imports.siblings(language, place.file):
        named[target.path] = ()
    return [Target(path, names or ()) for path, names in list(named.items())[:MAX_FILES]]


def _symbols(place: Place, file: Path, path: str) -> Symbols | LeftOut:
    """An open file is read as it is in the editor, any other one as it is on the disk."""
    for other in place.others:
        if other.path == path:
            return symbols(other.code)
    read = symbols_of_file(file, place.query.workspace_roots)
    return read if isinstance(read, Symbols) else LeftOut(path, NAME, read.reason)
