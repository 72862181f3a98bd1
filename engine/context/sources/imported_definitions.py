"""Definitions that this file's imports lead to, also in files that are not open, and what belongs to them.

First come the names that are used near the cursor, wherever their files hand them on from. Then what stands in
front of the dot: its class may be the result of a function, or what a fixture makes, and has bases.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from hearth.engine.context import imports
from hearth.engine.context.heads import bases, result_types
from hearth.engine.context.imports import Target
from hearth.engine.context.near import Near
from hearth.engine.context.passages import Definitions, members_of, names_of, passages, related
from hearth.engine.context.query import Candidate, LeftOut, ResolvedQuery
from hearth.engine.context.reach import Reach
from hearth.engine.context.symbols import MAX_SYMBOLS_CHARS, Definition, Import, Symbols, symbols
from hearth.engine.languages import Language

NAME = "imported_definitions"
MAX_FILES = 40  # from which there are passages
MIN_NAME = 3  # letters of a name that `near` knows
MAX_UNUSED = 8  # names that are imported and not used yet, of one statement
MAX_BASE_LEVELS = 3
NEAR_CHARS = 1_500  # around the cursor, where a module's name may stand in front of what is wanted of it


@dataclass(slots=True)
class _Chosen:
    """What is wanted of one file."""

    target: Target
    used: dict[str, None] = field(default_factory=dict)
    unused: dict[str, None] = field(default_factory=dict)
    is_whole: bool = False  # names may also resemble what is near
    is_receiver: bool = False


def collect(resolved: ResolvedQuery) -> list[Candidate | LeftOut]:
    """Only in files below the workspace root of this file, and of installed packages that it imports from."""
    language = resolved.code.language
    if language is None or resolved.file is None or resolved.root is None:
        return []
    near = resolved.near
    nearby = _words_nearby(resolved)
    short = sorted(name for name in nearby if len(name) < MIN_NAME)  # `near` passes them over
    wanted = dict.fromkeys([*near.types, *near.bases, *near.makers, near.receiver, *near.names, *short])
    reach = Reach(resolved, NAME, tuple(name for name in wanted if name))
    chosen: dict[Path, _Chosen] = {}
    for statement in _likeliest_first(resolved, language, nearby):
        _choose(statement, language, reach, nearby, chosen)
    for target in reach.companions(language):
        file = chosen.setdefault(target.path, _Chosen(target, is_whole=language.name in ("go", "python")))
        for home, name in reach.homes(target, reach.wanted):
            (file if home.path == target.path else _of(chosen, home)).used[name] = None
    found: list[Candidate | LeftOut] = []
    types = _types_of_receiver(reach, chosen)
    near = replace(near, types=tuple(dict.fromkeys([*near.types, *types])))
    for file in list(chosen.values())[:MAX_FILES]:
        found += _passages(file, near, reach, chosen)
    found += _inherited(near, language, reach, chosen)
    return [*found, *reach.left_out]


def _likeliest_first(resolved: ResolvedQuery, language: Language, names: set[str]) -> list[Import]:
    """The bounds are met by what is used near the cursor, not by what stands first."""

    def rank(statement: Import) -> int:
        if names & imports.bound(statement, language).keys():
            return 0
        return 1 if names & _words(statement, resolved) or imports.is_whole(statement, language) else 2

    return sorted(resolved.imports, key=rank)


def _choose(
    statement: Import, language: Language, reach: Reach, nearby: set[str], chosen: dict[Path, _Chosen]
) -> None:
    resolved = reach.resolved
    wanted = set(reach.wanted)
    bound = imports.bound(statement, language)
    used = {name: original for name, original in bound.items() if name in wanted}
    unused = _not_used_yet(statement, [name for name in bound if name not in wanted], resolved)
    if bound and not used and not unused:
        return
    words = _words(statement, resolved)
    is_near = bool(words & nearby) or imports.is_whole(statement, language)
    for target in reach.targets(statement, language):
        if target.library is not None and not is_near:
            continue
        if target.names:
            for home, name in reach.homes(target, [each for each in used.values() if each in target.names]):
                _of(chosen, home).used[name] = None
            for home, name in reach.homes(target, [bound[each] for each in unused if bound[each] in target.names]):
                _of(chosen, home).unused[name] = None
        elif imports.is_whole(statement, language):
            _of(chosen, target).is_whole |= target.library is None
            for home, name in reach.homes(target, reach.wanted):
                _of(chosen, home).used[name] = None
        else:
            # For `import module` all depends on what is used of it.
            file = _of(chosen, target)
            file.is_whole |= is_near and target.library is None
            file.is_receiver |= resolved.near.receiver in words
            for home, name in reach.homes(target, _attributes(words, resolved)):
                _of(chosen, home).used[name] = None


def _passages(
    file: _Chosen, near: Near, reach: Reach, chosen: dict[Path, _Chosen]
) -> Iterator[Candidate | LeftOut]:
    of = _definitions(file.target, near, reach, chosen)
    if of is None:
        return
    by_name = dict.fromkeys(near.names if file.is_whole or file.is_receiver else ())
    # A name that is imported and used goes before one that is imported.
    used = tuple(dict.fromkeys([*file.used, *(name for name in by_name if name in of.symbols.names())]))
    unused = tuple(sorted(file.unused, key=lambda name: -near.likeness(name)))
    yield from passages(of, used, "is imported and used near the cursor", 0.95)
    yield from passages(of, unused, "is imported", 0.6)
    if file.is_whole:
        yield from related(of, 0.9 if file.is_receiver else 0.7)
    if file.is_receiver and _is_first_of_package(file, chosen):
        beside = [each for each in chosen.values() if _is_beside(each, file)]
        names = [name for each in [file, *beside] for name in reach.names_of(each.target)]
        yield from names_of(of, names, 0.95)


def _definitions(target: Target, near: Near, reach: Reach, chosen: dict[Path, _Chosen]) -> Definitions | None:
    language, read = reach.language(target), reach.symbols(target)
    if language is None or read is None:
        return None
    beside: tuple[Symbols, ...] = ()
    if language.name == "go":
        others = [each.target for each in chosen.values() if each.target.path.parent == target.path.parent]
        beside = tuple(each for other in others if (each := reach.symbols(other)) is not None and each is not read)
    return Definitions(reach.shown_path(target), language, read, near, NAME, beside)


def _types_of_receiver(reach: Reach, chosen: dict[Path, _Chosen]) -> list[str]:
    """The types that functions give to what stands in front of the dot; their files are chosen, too."""
    near = reach.resolved.near
    fixtures = (near.receiver,) if near.receiver else ()
    found: list[str] = []
    for home, definition in _functions({*near.makers, *fixtures}, reach, chosen):
        is_maker = definition.name in near.makers or definition.makes
        language = reach.language(home)
        if language is None or not (is_maker or _is_fixture(definition, home)):
            continue
        result = result_types(definition.signature, definition.name, language.name)
        for name in dict.fromkeys([*result, *([definition.makes] if definition.makes else [])]):
            found.append(name)
            for place, original in reach.in_view(home, name):
                _of(chosen, place).used[original] = None
                found.append(original)
    return found


def _functions(
    names: set[str], reach: Reach, chosen: dict[Path, _Chosen]
) -> Iterator[tuple[Target | None, Definition]]:
    """The functions with these names, in this file (None) and in those that are chosen."""
    if not names:
        return
    own = _own_symbols(reach.resolved)
    places: list[tuple[Target | None, Symbols]] = [(None, own)] if own else []
    places += [(each.target, read) for each in list(chosen.values()) if (read := reach.symbols(each.target))]
    for target, read in places:
        for definition in read.named(names):
            if definition.kind in ("function", "method"):
                yield target, definition


def _is_fixture(definition: Definition, home: Target | None) -> bool:
    return home is not None and home.path.name == "conftest.py" and not definition.owner


def _inherited(near: Near, language: Language, reach: Reach, chosen: dict[Path, _Chosen]) -> Iterator[Candidate]:
    """The members of the bases of the class around the cursor, and of the class in front of the dot."""
    resolved = reach.resolved
    waiting: list[tuple[Target | None, str, str]] = [(None, name, "the class around") for name in near.bases]
    for file in list(chosen.values()):
        read = reach.symbols(file.target)
        for name in [name for name in near.types if read is not None and read.named([name])]:
            waiting += [(file.target, base, name) for base in _bases_in(read, name, reach.language(file.target))]
    done: set[tuple[Path | None, str]] = set()
    for level in range(MAX_BASE_LEVELS):
        nearer, waiting = waiting, []
        for home, name, below in nearer:
            score = (0.97 if near.receiver else 0.75) - 0.1 * level
            reason = f"is a base of {below}"
            own = _own_symbols(resolved) if home is None else None
            if own is not None and own.named([name]):
                yield from _in_own_file(resolved, own, name, reason, score)
                waiting += [(None, base, name) for base in _bases_in(own, name, language)]
                continue
            for place, original in reach.in_view(home, name):
                if (place.path, original) in done:
                    continue
                done.add((place.path, original))
                of = _definitions(place, near, reach, chosen)
                if of is not None:
                    yield from members_of(of, original, reason, score)
                    waiting += [(place, base, original) for base in _bases_in(of.symbols, original, of.language)]


def _bases_in(read: Symbols | None, name: str, language: Language | None) -> Iterable[str]:
    if read is None or language is None:
        return []
    heads = [each.signature for each in read.named([name]) if each.kind in ("class", "type")]
    return [base for head in heads for base in bases(head, language.name) if base != name]


def _in_own_file(
    resolved: ResolvedQuery, own: Symbols, name: str, reason: str, score: float
) -> Iterator[Candidate]:
    """What the prompt does not show anyway."""
    language = resolved.code.language
    start, end = resolved.window
    if language is not None:
        of = Definitions(resolved.path, language, own, resolved.near, NAME)
        for candidate in members_of(of, name, reason, score):
            if not start <= candidate.start < end:
                yield candidate


def _own_symbols(resolved: ResolvedQuery) -> Symbols | None:
    return symbols(resolved.code) if len(resolved.code.text) <= MAX_SYMBOLS_CHARS else None


def _of(chosen: dict[Path, _Chosen], target: Target) -> _Chosen:
    return chosen.setdefault(target.path, _Chosen(target))


def _words(statement: Import, resolved: ResolvedQuery) -> set[str]:
    return set(re.findall(r"[\w$]+", resolved.code.text[statement.start : statement.end]))


def _words_nearby(resolved: ResolvedQuery) -> set[str]:
    """The words around the cursor, without those of the imports."""
    offset, text = resolved.query.offset, resolved.code.text
    start = max([0, offset - NEAR_CHARS, *(each.end for each in resolved.imports if each.end <= offset)])
    return set(re.findall(r"[\w$]+", text[start : offset + NEAR_CHARS // 2]))


def _not_used_yet(statement: Import, names: list[str], resolved: ResolvedQuery) -> list[str]:
    """Those that are imported and stand nowhere else: they may be about to be used."""
    text = resolved.code.text
    fresh = [name for name in names if text.find(name, statement.end, statement.end + MAX_SYMBOLS_CHARS) < 0]
    return sorted(fresh, key=lambda name: -resolved.near.likeness(name))[:MAX_UNUSED]


def _attributes(words: set[str], resolved: ResolvedQuery) -> list[str]:
    """What is used of a module near the cursor: `style` in `click.style`."""
    offset = resolved.query.offset
    text = resolved.code.text[max(0, offset - NEAR_CHARS) : offset + NEAR_CHARS // 2]
    found = re.findall(r"(?<![\w$.])([\w$]++)\s?(?:\.|::)\s?([\w$]++)", text)
    return list(dict.fromkeys(name for module, name in found if module in words))


def _is_beside(file: _Chosen, other: _Chosen) -> bool:
    is_same = file.target.path.parent == other.target.path.parent and file.target.path.suffix == ".go"
    return is_same and file is not other and file.is_receiver


def _is_first_of_package(file: _Chosen, chosen: dict[Path, _Chosen]) -> bool:
    """Of the many files of a package one passage with all their names."""
    beside = [each for each in chosen.values() if _is_beside(each, file)]
    return not any(each.target.path < file.target.path for each in beside)
