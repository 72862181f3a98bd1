"""What the index knows of one file: its content's digest, the symbols that it defines, and what it imports."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import msgspec

from hearth.engine.characters import plain
from hearth.engine.context.ignore import Verdict
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.context.workspace import code_of_text
from hearth.engine.languages import Language

MAX_SYMBOLS = 4_000  # of one file
MAX_NAME = 120  # characters
MAX_IMPORTS = 100  # statements of one file
MAX_IMPORT = 1_000  # characters of one
# Local variables and keys of data would be most of an index, and are seldom what somebody asks for.
_LEFT_OUT = frozenset({"key", "rule", "section"})
_DECLARATIONS = ("lexical_declaration", "variable_declaration")
_COMMENT = re.compile(r"\s(?:#|//).*$")
_HOLDERS = frozenset({"class", "type", "module"})


class Symbol(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something that is defined. `owner` is what it stands in ("Outer.Inner"), `line` counts from 0."""

    name: str
    kind: str
    owner: str
    doc: str
    line: int


class Contents(NamedTuple):
    """What is in a file; `imports` are statements at the top level, each on one line."""

    symbols: tuple[Symbol, ...]
    imports: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, array_like=True, eq=False, weakref=True):
    """A file as it was when it was read. `digest` is of its bytes."""

    path: str
    shown: str
    modified: int
    size: int
    digest: str
    symbols: tuple[Symbol, ...]
    imports: tuple[str, ...] = ()

    @property
    def contents(self) -> Contents:
        return Contents(self.symbols, self.imports)


def contents_of(text: str, language: Language, path: str) -> Contents | None:
    """What a text defines and imports; None where a model may not see it."""
    code = code_of_text(text, language, path)
    if isinstance(code, Verdict):
        return None
    return Contents(as_symbols(code.text, symbols(code).definitions), tuple(_imports(code)))


def _imports(code: ParsedText) -> Iterator[str]:
    """The statements; a row of lines in brackets becomes one line, without its comments."""
    count = 0
    for node in code.tree.root_node.named_children if code.tree is not None else ():
        source = code.source[node.start_byte : node.end_byte]
        is_import = "import" in node.type or node.type == "use_declaration"
        is_import = is_import or (node.type in _DECLARATIONS and b"require(" in source)
        if is_import and len(source) <= MAX_IMPORT and count < MAX_IMPORTS:
            lines = source.decode("utf-8", "replace").split("\n")
            if len(lines) > 1:
                lines = [_COMMENT.sub("", line) for line in lines]
            count += 1
            yield plain(" ".join(" ".join(lines).split()))


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
