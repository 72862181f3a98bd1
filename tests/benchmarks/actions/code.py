"""Programs as trees, for the judge: read by the grammars alone, without Hearth's own reading of code."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate

import tree_sitter
import tree_sitter_cpp
import tree_sitter_go
import tree_sitter_java
import tree_sitter_python
import tree_sitter_rust
import tree_sitter_typescript

_GRAMMARS = {
    "python": tree_sitter_python.language,
    "typescript": tree_sitter_typescript.language_typescript,
    "go": tree_sitter_go.language,
    "rust": tree_sitter_rust.language,
    "java": tree_sitter_java.language,
    "cpp": tree_sitter_cpp.language,
}
_FUNCTIONS = (
    "function_definition",
    "function_declaration",
    "method_declaration",
    "method_definition",
    "function_item",
    "constructor_declaration",
)
_BLOCKS = ("block", "statement_block", "compound_statement", "statement_list")
_NAMES = ("identifier", "field_identifier", "property_identifier", "qualified_identifier", "type_identifier")


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int = field(default=0, compare=False)  # in characters


@dataclass(frozen=True, slots=True)
class Function:
    """Offsets in characters. `outer` is where its decorators, attributes and modifiers begin."""

    name: str
    outer: int
    start: int
    end: int
    body_start: int
    body_end: int


class Code:
    """A text with its tree."""

    def __init__(self, language: str, text: str) -> None:
        self.language, self.text = language, text
        self._source = text.encode("utf-8", "replace")
        self._tree = _parser(language).parse(self._source)
        # Where each character begins in the bytes, if that is not simply the same.
        self._starts = [] if text.isascii() else list(accumulate((len(each.encode()) for each in text), initial=0))

    @cached_property
    def _tokens(self) -> list[Token]:
        return [self._token(node) for node in _leaves(self._tree.root_node) if node.end_byte > node.start_byte]

    @property
    def errors(self) -> int:
        if not self._tree.root_node.has_error:
            return 0
        return sum(node.is_error or node.is_missing for node in _walk(self._tree.root_node))

    def functions(self) -> list[Function]:
        return [self._function(node) for node in _walk(self._tree.root_node) if node.type in _FUNCTIONS]

    def function_at(self, offset: int) -> Function | None:
        """The innermost function that an offset lies in."""
        around = [each for each in self.functions() if each.start <= offset < each.end]
        return max(around, key=lambda each: each.start, default=None)

    def statements(self, function: Function) -> list[tuple[int, int]]:
        """Where statements of a function begin and end that are not the only one of their block."""
        found: list[tuple[int, int]] = []
        for block in _walk(self._tree.root_node):
            inside = function.body_start <= self._offset(block.start_byte) and (
                self._offset(block.end_byte) <= function.body_end
            )
            own = [each for each in block.named_children if "comment" not in each.type and not _is_docstring(each)]
            if not inside or block.type not in _BLOCKS or len(own) < 2:
                continue
            for node in own:
                start, end = self._offset(node.start_byte), self._offset(node.end_byte)
                end += self.text[end : end + 1] == ";"
                first = self.text[self.text.rfind("\n", 0, start) + 1 : start]
                if not first.strip() and self.text[end : end + 1] in ("\n", ""):
                    found.append((start, end))
        return found

    def tokens(self, start: int = 0, end: int | None = None) -> list[Token]:
        """The program without comments, docstrings and layout."""
        last = len(self.text) if end is None else end
        return [each for each in self._tokens if start <= each.start and each.start + len(each.text) <= last]

    def comments(self, start: int = 0, end: int | None = None) -> list[Token]:
        """With docstrings; what ends with a line ends in front of its end."""
        nodes = [each for each in _walk(self._tree.root_node) if "comment" in each.type or _is_docstring(each)]
        tokens = [self._token(node) for node in nodes if not node.parent or "comment" not in node.parent.type]
        last = len(self.text) if end is None else end
        return [each for each in tokens if start <= each.start and each.start + len(each.text) <= last]

    def _function(self, node: tree_sitter.Node) -> Function:
        body = node.child_by_field_name("body")
        outer = node
        while outer.parent is not None and outer.parent.type in ("decorated_definition", "export_statement"):
            outer = outer.parent
        above = outer.prev_sibling
        while above is not None and above.type in ("attribute_item", "decorator"):
            outer, above = above, above.prev_sibling
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        begin = self._offset(body.start_byte) if body is not None else end
        stop = self._offset(body.end_byte) if body is not None else end
        return Function(self._name(node), self._offset(outer.start_byte), start, end, begin, stop)

    def _name(self, node: tree_sitter.Node) -> str:
        named = node.child_by_field_name("name")
        if named is None and (named := node.child_by_field_name("declarator")) is not None:
            while (inner := named.child_by_field_name("declarator")) is not None:
                named = inner
            found = [each for each in _walk(named) if each.type in _NAMES]
            named = found[0] if found else named
        return self._text_of(named) if named is not None else ""

    def _token(self, node: tree_sitter.Node) -> Token:
        return Token(node.type, self._text_of(node).rstrip("\r\n"), self._offset(node.start_byte))

    def _text_of(self, node: tree_sitter.Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _offset(self, byte: int) -> int:
        return bisect_left(self._starts, byte) if self._starts else byte


@cache
def _parser(language: str) -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(_GRAMMARS[language]()))


def _walk(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    todo = [node]
    while todo:
        each = todo.pop()
        yield each
        todo += reversed(each.children)


def _leaves(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    todo = [node]
    while todo:
        each = todo.pop()
        if "comment" in each.type or _is_docstring(each):
            continue
        # The parts of a string are one token: blanks in it count.
        if not each.children or "string" in each.type or each.type in ("char_literal", "rune_literal"):
            yield each
        else:
            todo += reversed(each.children)


def _is_docstring(node: tree_sitter.Node) -> bool:
    is_text = node.type == "expression_statement" and [each.type for each in node.named_children] == ["string"]
    if not is_text or node.parent is None or node.parent.type not in ("block", "module"):
        return False
    return next(each for each in node.parent.named_children if "comment" not in each.type) == node
