"""How definitions are shown to the model: heads without bodies, a class with the heads of its members."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from hearth.engine.context.near import Near
from hearth.engine.context.query import Candidate
from hearth.engine.context.symbols import Definition, Symbols
from hearth.engine.languages import Language

T = TypeVar("T")

CLASS_CHARS = 280  # of the heads of a class's members
RECEIVER_CHARS = 700  # the same for the class whose member is being written
HEAD_CHARS = 360
MEMBER_CHARS = 140  # of one member's head
NAMES_CHARS = 160  # of the names of members whose heads are not shown
RECEIVER_NAMES_CHARS = 400
MAX_RELATED = 6  # definitions of one file that only resemble what is near
MIN_LIKENESS = 0.3
_COMMENTS = ("//", "/*", "*", "#", "--")
_CONTAINERS = ("class", "type", "module")
_NEVER_ALONE = ("field", "key", "section", "rule")
_CONSTRUCTORS = ("__init__", "constructor", "new", "New")
# A method is often named like many others, a value is often of no use without its type.
_WEIGHTS = {"method": 0.5, "variable": 0.7}


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of one file that help while writing; `source` is the context source that proposes them."""

    path: str
    language: Language
    symbols: Symbols
    near: Near
    source: str
    beside: tuple[
        Symbols, ...
    ] = ()  # the other files of its package, where methods may stand outside of their type


def passages(of: Definitions, names: tuple[str, ...], reason: str, score: float) -> Iterator[Candidate]:
    """One passage for each definition that has one of the names; the first of them are the most important.

    `reason` is a sentence's end that comes behind the definition's name.
    """
    near = of.near
    types = [name for name in of.symbols.names() if near.is_type_of_receiver(name)] if near.receiver else []
    wanted = of.symbols.named(dict.fromkeys([*names, *types]))
    if not wanted:
        return
    rank = {name: index for index, name in enumerate(names)}
    for definition in wanted:
        if definition.kind in _NEVER_ALONE or _is_only_methods(definition, of):
            continue
        is_receiver = definition.kind in _CONTAINERS and definition.name in types
        if definition.name not in rank and not is_receiver:
            continue
        owner = definition.owner.rpartition(".")[2]
        if owner and (owner in rank or near.is_type_of_receiver(owner)):
            continue  # it is among the members of its owner
        if is_receiver:
            yield _passage(of, definition, "has the member that you are writing", 1.0, is_receiver)
            continue
        worth = score * _WEIGHTS.get(definition.kind, 1.0) * (1 - rank[definition.name] / (2 * len(rank)))
        if definition.name not in near.used:
            worth = min(0.95, worth + 0.35 * near.likeness(definition.name))
        yield _passage(of, definition, reason, worth)


def members_of(of: Definitions, name: str, reason: str, score: float) -> Iterator[Candidate]:
    """A passage with the members of the class of this name."""
    for definition in of.symbols.named([name]):
        if definition.kind in _CONTAINERS and not _is_only_methods(definition, of):
            yield _passage(of, definition, reason, score, is_receiver=True)


def related(of: Definitions, score: float) -> Iterator[Candidate]:
    """Passages for definitions that are not used near the cursor, but whose names are about the same things."""
    alike = [
        (of.near.likeness(definition.name), definition)
        for definition in of.symbols.definitions
        if not definition.owner and definition.kind not in _NEVER_ALONE and definition.name not in of.near.used
    ]
    alike.sort(key=lambda pair: -pair[0])
    for likeness, definition in alike[:MAX_RELATED]:
        if likeness >= MIN_LIKENESS and not of.near.is_type_of_receiver(definition.name):
            yield _passage(of, definition, "resembles what is used near the cursor", score * likeness)


def names_of(of: Definitions, given: Iterable[str], score: float) -> Iterator[Candidate]:
    """One passage with the bare names that a module gives away, for `module.` left of the cursor."""
    names = list(dict.fromkeys(given))
    if of.language.name == "go":
        names = [name for name in names if name[:1].isupper()]
    likely = sorted(names, key=lambda name: (name.startswith("_"), -of.near.likeness(name)))
    chosen = set(_that_fit(likely, RECEIVER_NAMES_CHARS))
    shown = [name for name in names if name in chosen]
    if shown:
        text = _comment(of.language, "defines: " + ", ".join(shown))
        yield Candidate(of.path, text, of.source, "defines what you are writing", score, -1, tuple(shown))


def _passage(
    of: Definitions, definition: Definition, reason: str, score: float, is_receiver: bool = False
) -> Candidate:
    lines, quotes = _shown(of, definition, is_receiver)
    if definition.owner and not is_receiver and (head := _owner(definition, of.symbols)):
        lines, quotes = [head.signature, *lines], [head.signature, *quotes]
    return Candidate(
        of.path,
        "\n".join(lines),
        of.source,
        f"{definition.name} {reason}",
        round(score, 4),
        definition.start,
        tuple(quotes),
    )


def _shown(of: Definitions, definition: Definition, is_receiver: bool) -> tuple[list[str], list[str]]:
    """(the lines that show it, what of them stands in the file word by word)."""
    head = _head(definition, of.language, HEAD_CHARS)
    quotes = [definition.signature]
    if definition.kind not in _CONTAINERS or not (definition.body < definition.end or is_receiver):
        return [head], quotes
    members = _members(definition, of)
    heads = {member: _signature(member, MEMBER_CHARS) for member in members}
    likely = _by_likelihood(members, of.near)
    chosen = set(_that_fit(likely, RECEIVER_CHARS if is_receiver else CLASS_CHARS, heads.get))
    lines = [head, *(heads[member] for member in members if member in chosen)]
    quotes += [member.signature for member in members if member in chosen and member in of.symbols.definitions]
    others = [member.name for member in likely if member not in chosen]
    if rest := _that_fit(others, RECEIVER_NAMES_CHARS if is_receiver else NAMES_CHARS):
        indent = members[0].signature[: -len(members[0].signature.lstrip())]
        lines.append(indent + _comment(of.language, "also: " + ", ".join(dict.fromkeys(rest))))
    return lines, quotes


def _is_only_methods(definition: Definition, of: Definitions) -> bool:
    """Whether it is a block of methods (Rust) that are shown with their type."""
    if of.language.name != "rust" or not definition.signature.lstrip().startswith("impl"):
        return False
    return any(other.kind == "type" for other in of.symbols.named([_without_parameters(definition.name)]))


def _without_parameters(name: str) -> str:
    return name.partition("<")[0].rpartition("::")[2].strip()


def _members(definition: Definition, of: Definitions) -> list[Definition]:
    everywhere = [member for symbols in (of.symbols, *of.beside) for member in symbols.definitions]
    if of.language.name == "go":  # methods stand outside of their type
        of_type = re.compile(rf"func \(\w* ?\*?{re.escape(definition.name)}\b")
        return [other for other in everywhere if other.kind == "method" and of_type.match(other.signature)]
    if of.language.name == "rust" and definition.kind == "type":
        return [
            other
            for other in everywhere
            if other.kind == "method" and _without_parameters(other.owner.rpartition(".")[2]) == definition.name
        ]
    return [
        member
        for member in of.symbols.definitions
        if definition.body <= member.start < definition.end and member.owner.rpartition(".")[2] == definition.name
    ]


def _by_likelihood(members: Sequence[Definition], near: Near) -> list[Definition]:
    """The members in order: used near the cursor, constructors, similar to what is near, private ones."""
    return sorted(
        members,
        key=lambda member: (
            member.name not in near.used,
            member.name not in _CONSTRUCTORS,
            -near.likeness(member.name) if not member.name.startswith("_") else 1.0,
        ),
    )


def _that_fit(items: Sequence[T], chars: int, shown: Callable[[T], str | None] = str) -> list[T]:
    """The first members, as many as fit."""
    fitting: list[T] = []
    for item in items:
        chars -= len(shown(item) or "") + 2
        if chars < 0:
            break
        fitting.append(item)
    return fitting


def _head(definition: Definition, language: Language, chars: int) -> str:
    """The signature, and what it does when there is room on its line."""
    head = _signature(definition, chars)
    if not definition.doc or not language.comment or "\n" in head or len(head) > chars // 2:
        return head
    return f"{head}  {language.comment} {definition.doc}"


def _signature(definition: Definition, chars: int) -> str:
    """The head on one line if it is that of a callable; a definition that is all head loses its comments."""
    is_called = definition.body < definition.end or definition.kind in ("function", "method")
    return _shortened(definition.signature, is_called, chars)


# Of the head alone, which is never long: whole definitions have names of any length.
@lru_cache(maxsize=8192)
def _shortened(head: str, is_called: bool, chars: int) -> str:
    if is_called:
        head = _on_one_line(head).replace("( ", "(").replace(", )", ")").replace(" )", ")")
        return head if len(head) <= chars else head[:chars].rpartition(" ")[0] + " ..."
    first, *lines = head.split("\n")
    said = [line for line in lines if line.strip() and not line.lstrip().startswith(_COMMENTS)]
    return "\n".join([first, *_that_fit(said, chars)])


def _on_one_line(head: str) -> str:
    first, *others = head.split("\n")
    return " ".join([first.rstrip() if others else first, *filter(None, map(str.strip, others))])


def _comment(language: Language, text: str) -> str:
    return f"{language.comment or '//'} {text}"


def _owner(definition: Definition, symbols: Symbols) -> Definition | None:
    around = (
        outer
        for outer in symbols.definitions
        if outer.start <= definition.start and definition.end <= outer.end and outer is not definition
    )
    return max(around, key=lambda outer: outer.start, default=None)
