"""What an answer with tests consists of: imports, tests, and what else stands beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import tree_sitter

from hearth.engine.code_actions.statements import is_comment
from hearth.engine.code_actions.syntax_nodes import leaves, text_of
from hearth.engine.context.parsed import ParsedText

# A "setup" is kept whatever the tests use, a "helper" where one of them uses it, and "other" never.
Kind = Literal["import", "test", "setup", "helper", "other"]
_MEMBERS = ("property_identifier", "field_identifier", "private_property_identifier")
_DOTS = (".", "?.", "->", "::")


@dataclass(frozen=True, slots=True)
class Piece:
    """`names` are what it defines, `uses` the names that it speaks of; `start:end` is its place in the answer."""

    kind: Kind
    text: str
    names: tuple[str, ...]
    uses: frozenset[str]
    start: int
    end: int


def piece(code: ParsedText, kind: Kind, node: tree_sitter.Node, names: Iterable[str], first: int = -1) -> Piece:
    """`first` is the byte where the comments and attributes above it begin."""
    start = code.offset(node.start_byte if first < 0 else first)
    end = code.offset(node.end_byte)
    indent = code.text[code.text.rfind("\n", 0, start) + 1 : start]
    text = code.text[start:end].rstrip()
    if indent and not indent.strip():
        text = "\n".join(each.removeprefix(indent) for each in text.split("\n"))
    return Piece(kind, text, tuple(names), frozenset(used_names(code, node)), start, end)


def with_comments(
    nodes: Iterable[tree_sitter.Node], belongs: tuple[str, ...] = ()
) -> list[tuple[tree_sitter.Node, int]]:
    """Each node that is no comment, with the byte where what stands right above it begins.

    `belongs` are types of nodes that belong to the next one, such as attributes.
    """
    found: list[tuple[tree_sitter.Node, int]] = []
    first, last_row = -1, -1
    for node in nodes:
        row = node.start_point[0]
        if is_comment(node) or node.type in belongs:
            if first < 0 or (is_comment(node) and row > last_row + 1):
                first = node.start_byte
            last_row = node.end_point[0]
            continue
        found.append((node, first if first >= 0 and row <= last_row + 1 else node.start_byte))
        first = -1
    return found


def used_names(code: ParsedText, node: tree_sitter.Node) -> set[str]:
    """The names that stand for themselves: not the members behind a dot, nor words in texts and comments."""
    found: set[str] = set()
    for leaf in leaves(node):
        if "identifier" not in leaf.type or leaf.type in _MEMBERS:
            continue
        before = leaf.prev_sibling
        if before is None or before.type not in _DOTS:
            found.add(text_of(code, leaf))
    return found


def name_of(code: ParsedText, node: tree_sitter.Node) -> str:
    found = node.child_by_field_name("name")
    return text_of(code, found) if found is not None else ""
