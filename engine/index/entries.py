"""What the index knows of one file: its content's digest, and the symbols that it defines."""

from bisect import bisect_right
from itertools import accumulate

import msgspec

from hearth.engine.characters import plain
from hearth.engine.context.ignore import Verdict
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.context.workspace import code_of_text
from hearth.engine.languages import Language

MAX_SYMBOLS = 4_000  # of one file
MAX_NAME = 120  # characters
# Local variables and keys of data would be most of an index, and are seldom what somebody asks for.
_LEFT_OUT = frozenset({"key", "rule", "section"})
_HOLDERS = frozenset({"class", "type", "module"})


class Symbol(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something that is defined. `owner` is what it stands in ("Outer.Inner"), `line` counts from 0."""

    name: str
    kind: str
    owner: str
    doc: str
    line: int


class Entry(msgspec.Struct, frozen=True, array_like=True, eq=False, weakref=True):
    """A file as it was when it was read. `digest` is of its bytes."""

    path: str
    shown: str
    modified: int
    size: int
    digest: str
    symbols: tuple[Symbol, ...]


def symbols_of(text: str, language: Language, path: str) -> tuple[Symbol, ...] | None:
    """The symbols of a text; None where a model may not see it."""
    code = code_of_text(text, language, path)
    if isinstance(code, Verdict):
        return None
    return as_symbols(code.text, symbols(code).definitions)


def as_symbols(text: str, definitions: tuple[Definition, ...]) -> tuple[Symbol, ...]:
    """Those of the definitions that somebody may ask for."""
    starts = list(accumulate((len(line) for line in text.splitlines(keepends=True)), initial=0))
    kept: list[Symbol] = []
    inside: list[Definition] = []  # what holds the definition that is looked at
    for each in definitions:
        while inside and inside[-1].end <= each.start:
            inside.pop()
        is_local = any(outer.kind not in _HOLDERS for outer in inside) and each.kind in ("variable", "constant")
        inside.append(each)
        if is_local or each.kind in _LEFT_OUT or not 1 < len(each.name) <= MAX_NAME:
            continue
        line = bisect_right(starts, each.start) - 1
        kept.append(Symbol(plain(each.name), each.kind, plain(each.owner[:MAX_NAME]), plain(each.doc), line))
    return tuple(kept[:MAX_SYMBOLS])
