"""Definitions that this file's imports point to, also in files of the workspace that are not open."""

import re
from pathlib import Path

from hearth.engine import languages
from hearth.engine.context import imports
from hearth.engine.context.imports import Target
from hearth.engine.context.passages import Definitions, names_of, passages, related
from hearth.engine.context.query import Candidate, LeftOut, ResolvedQuery, shown_path
from hearth.engine.context.symbols import Symbols, symbols
from hearth.engine.context.workspace import symbols_of_file

NAME = "imported_definitions"
MAX_FILES = 24


def collect(resolved: ResolvedQuery) -> list[Candidate | LeftOut]:
    """Only in files below the workspace root of this file."""
    found: list[Candidate | LeftOut] = []
    for target, is_receiver in _targets(resolved).items():
        path = shown_path("", str(target.path), resolved.query.workspace_roots, resolved.disk)
        language = languages.language_of("", str(target.path))
        if language is None:
            continue
        read = _symbols(resolved, target.path, path)
        if isinstance(read, LeftOut):
            found.append(read)
            continue
        near = resolved.near
        # A name that is imported and used goes before one that is imported, and for `import module` all depends on
        # what is used of it.
        used = tuple(name for name in near.names if not target.names or name in target.names)
        rest = [name for name in target.names if name not in near.used]
        unused = tuple(sorted(rest, key=lambda name: -near.likeness(name)))
        of = Definitions(path, language, read, near, NAME)
        found += passages(of, used, "is imported and used near the cursor", 0.95)
        found += passages(of, unused, "is imported", 0.6)
        if not target.names:
            found += related(of, 0.9 if is_receiver else 0.7)
        if is_receiver:
            found += names_of(of, 0.95)
    return found


def _targets(resolved: ResolvedQuery) -> dict[Target, bool]:
    """The files that are imported, and whether a file is what stands in front of the dot left of the cursor."""
    language = resolved.code.language
    if language is None or resolved.file is None or resolved.root is None:
        return {}
    named: dict[Path, tuple[str, ...] | None] = {}
    receivers: set[Path] = set()
    for statement in resolved.imports:
        text = resolved.code.text[statement.start : statement.end]
        is_receiver = resolved.near.receiver in re.findall(r"[\w$]+", text)
        for target in imports.targets(statement, language, resolved.file, resolved.root):
            known = named.get(target.path, ())
            # Once a file is imported as a whole, all of its names count.
            whole = not target.names or (target.path in named and not known)
            named[target.path] = () if whole else tuple(dict.fromkeys([*(known or ()), *target.names]))
            if is_receiver and not target.names:
                receivers.add(target.path)
    for target in imports.siblings(language, resolved.file):
        named[target.path] = ()
    return {Target(path, names or ()): path in receivers for path, names in list(named.items())[:MAX_FILES]}


def _symbols(resolved: ResolvedQuery, file: Path, path: str) -> Symbols | LeftOut:
    """An open file is read as it is in the editor, any other one as it is on the disk."""
    for other in resolved.others:
        if other.path == path:
            return symbols(other.code)
    read = symbols_of_file(file, resolved.query.workspace_roots, resolved.disk)
    return read if isinstance(read, Symbols) else LeftOut(path, NAME, read.reason)
