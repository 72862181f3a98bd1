"""A text and its syntax tree, both frozen. `syntax` and `symbols` answer questions about them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import tree_sitter

from hearth.engine import languages
from hearth.engine.context import trees
from hearth.engine.languages import Language
from hearth.engine.secrets.hiding import seen_by_model
from hearth.engine.text import start_of_line
from hearth.engine.types import Snapshot

Tree = trees.Tree
Node = tree_sitter.Node

MAX_DEPTH = 5_000  # of nodes
MAX_PASTING = 0.05  # seconds of processor time


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ParsedText:
    """A text that was parsed. `tree` is None without a language or grammar, or if parsing would cost too much.

    `source` is the text as the tree's byte offsets count it: UTF-8 in which a lone surrogate is a "?". `name` is
    the path or the URI of the document.
    """

    text: str
    language: Language | None = None
    tree: Tree | None = None
    source: bytes = b""
    name: str = ""

    def byte(self, offset: int) -> int:
        """The byte offset of a character offset."""
        return byte_length(self.text[:offset]) if not self.text.isascii() else min(offset, len(self.text))

    def bytes(self, offsets: Iterable[int]) -> dict[int, int]:
        """The byte offsets of many character offsets, in one pass over the text."""
        if self.text.isascii():
            return {offset: min(offset, len(self.text)) for offset in offsets}
        found: dict[int, int] = {}
        last_offset = last_byte = 0
        for offset in sorted(set(offsets)):
            last_byte += byte_length(self.text[last_offset:offset])
            last_offset = offset
            found[offset] = last_byte
        return found

    def offset(self, byte: int) -> int:
        """The character offset of a byte offset between two characters."""
        return len(self.source[:byte].decode("utf-8", "replace")) if not self.text.isascii() else byte

    def offsets(self, positions: Iterable[int]) -> dict[int, int]:
        """The character offsets of many byte offsets, in one pass over the text."""
        if self.text.isascii():
            return {byte: byte for byte in positions}
        found: dict[int, int] = {}
        last_byte = last_offset = 0
        for byte in sorted(set(positions)):
            last_offset += len(self.source[last_byte:byte].decode("utf-8", "replace"))
            last_byte = byte
            found[byte] = last_offset
        return found


def parse(
    text: str,
    language: Language | None,
    old: Tree | None = None,
    name: str = "",
    seconds: float = trees.PATIENT,
) -> ParsedText:
    """Parse a text; see `trees.make`, which makes no tree if that would cost too much."""
    if language is None or languages.grammar(language) is None or len(text) > trees.MAX_BYTES:
        return ParsedText(text, language, name=name)
    source = encode(text)
    tree = trees.make(source, language, old, name, seconds)
    return ParsedText(text, language, tree, source if tree is not None else b"", name)


def nodes_around(tree: Tree, start: int, end: int) -> list[Node]:
    """The nodes around the bytes `start:end`, innermost first; none if there are thousands.

    `Node.parent` descends from the root each time, so walking up takes quadratic time.
    """
    cursor = tree.walk()
    found = [tree.root_node]
    while cursor.goto_first_child_for_byte(start) is not None:
        node = cursor.node
        if node is None or node.start_byte > start or node.end_byte < end:
            break
        found.append(node)
        if len(found) > MAX_DEPTH:
            return []
    return found[::-1]


def as_seen(code: ParsedText) -> ParsedText:
    """The same code with its secrets hidden. Offsets stay valid; nothing else found in `code` is reused."""
    text = seen_by_model(code.text)
    if text is code.text:
        return code
    source = encode(text) if code.tree is not None else b""
    if len(source) != len(code.source):
        return parse(text, code.language, name=code.name)  # a password with non-ASCII letters
    return ParsedText(text, code.language, code.tree, source, code.name)


def read(snapshot: Snapshot) -> ParsedText:
    """Parse a snapshot; slower than `Document.code`."""
    return parse(snapshot.text, languages.language_of(snapshot.language, snapshot.path), name=snapshot.uri)


def edited(tree: Tree, text: str, start: int, end: int, new_text: str) -> Tree:
    """A copy of the tree of `text` that knows that `start:end` is now `new_text`."""
    start_byte, start_point = _position(text, start)
    old_end = _advance(start_byte, start_point, text[start:end])
    new_end = _advance(start_byte, start_point, new_text)
    copy = tree.copy()
    copy.edit(start_byte, old_end[0], new_end[0], start_point, old_end[1], new_end[1])
    return copy


_pasting: WeakKeyDictionary[ParsedText, float] = WeakKeyDictionary()  # seconds of processor time spent so far


def paste(code: ParsedText, start: int, end: int, new_text: str) -> ParsedText:
    """What the code would be with `start:end` replaced; the code itself stays as it is.

    On an event loop, all pastes into one text share the budget `MAX_PASTING`; after that there are no trees.
    """
    text = code.text[:start] + new_text + code.text[end:]
    left = trees.PATIENT
    if trees.is_hurried():
        left = MAX_PASTING - _pasting.get(code, 0.0)
    if code.tree is None or left <= 0:
        return ParsedText(text, code.language, name=code.name)
    began = time.thread_time()
    old = edited(code.tree, code.text, start, end, new_text) if len(new_text) < trees.STEP else None
    pasted = parse(text, code.language, old, code.name, left)
    if trees.is_hurried():
        _pasting[code] = _pasting.get(code, 0.0) + time.thread_time() - began
    return pasted


def encode(text: str) -> bytes:
    """UTF-8 that never fails: a lone surrogate becomes one "?"."""
    return text.encode("utf-8", "replace")


def byte_length(text: str) -> int:
    return len(text) if text.isascii() else len(encode(text))


def _position(text: str, offset: int) -> tuple[int, tuple[int, int]]:
    """Byte offset, and row and byte column as tree-sitter counts them: only a line feed ends a row."""
    line = start_of_line(text, offset)
    byte = offset if text.isascii() else byte_length(text[:offset])
    return byte, (text.count("\n", 0, offset), byte_length(text[line:offset]))


def _advance(byte: int, point: tuple[int, int], text: str) -> tuple[int, tuple[int, int]]:
    rows = text.count("\n")
    column = byte_length(text[text.rfind("\n") + 1 :])
    return byte + byte_length(text), (point[0] + rows, column if rows else point[1] + column)
