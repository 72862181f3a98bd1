"""What kind of place an offset is: comment, string, or code, and inside which bracket.

People ask for completions in code that does not parse yet. So the tree only says what a character belongs
to, and where it is broken the line is read by hand.
"""

import re

import tree_sitter

from hearth.engine.context.parsed import ParsedText, nodes_around
from hearth.engine.text import indent_of

BRACKETS = {"(": ")", "[": "]", "{": "}"}
MAX_BRACKET_CHARS = 20_000  # looked at before the cursor
MAX_BRACKETS = 400
# Looked at on each side of the cursor; in a longer line it is a guess what is inside a string.
MAX_LINE_CHARS = 4_000

_BRACKET = re.compile(r"[()\[\]{}]")
# Besides these every node with "string" in its type.
_STRINGS = frozenset(
    """
    char_literal character_literal charlist rune_literal heredoc_body double_quote_scalar
    single_quote_scalar block_scalar quoted_attribute_value regex sigil subshell system_lib_string
    """.split()
)
_CODE_IN_STRINGS = frozenset(
    {
        "interpolation",
        "interpolated_expression",
        "template_substitution",
        "expansion",
        "simple_expansion",
        "command_substitution",
        "sub_expression",
    }
)


def in_comment(code: ParsedText, offset: int) -> bool:
    """Whether a character typed at the offset becomes part of a comment."""
    byte = code.byte(offset)
    for node in _around(code, byte):
        if "comment" in node.type:
            return _reaches(code, node, byte)
    if _is_sound(code, offset, byte):
        return False
    if _line_state(code, offset) == "comment":
        return True
    if code.language is None or code.language.block_comment is None:
        return False
    begins, ends = code.language.block_comment
    return code.text.rfind(begins, 0, offset) > code.text.rfind(ends, 0, offset)


def in_string(code: ParsedText, offset: int) -> bool:
    """Whether a character typed at the offset becomes part of a string; not so inside an interpolation."""
    byte = code.byte(offset)
    for node in _around(code, byte):
        if _is_code_in_string(node) and node.start_byte < byte < node.end_byte:
            return False
        if _is_string(node) and node.start_byte < byte < node.end_byte:
            return True
        if "comment" in node.type:
            return False
    if (code.tree is None or code.tree.root_node.has_error) and open_long_quote(code, offset):
        return True
    return not _is_sound(code, offset, byte) and _line_state(code, offset) == "string"


def in_string_by_line(code: ParsedText, offset: int) -> bool:
    """The same as `in_string`, judged by the line alone: grammars see no strings in macros and broken code."""
    return _line_state(code, offset) == "string"


def open_long_quote(code: ParsedText, offset: int) -> str:
    '''The quote of several characters (`"""`) that is open at the offset, counted from where the text begins.'''
    found = code.language.long_quotes if code.language else ()
    return next((quote for quote in found if code.text.count(quote, 0, offset) % 2 == 1), "")


def open_bracket(code: ParsedText, offset: int) -> int | None:
    """The offset of the innermost bracket that is open at the offset."""
    begin = max(0, offset - MAX_BRACKET_CHARS)
    found = [match.start() for match in _BRACKET.finditer(code.text, begin, offset)][-MAX_BRACKETS:]
    by_hand = _in_code_by_hand(code, found) if code.tree is None else set()
    bytes_of = code.bytes(found) if code.tree is not None else {}
    depth = 0
    for position in reversed(found):
        if position not in by_hand and not _is_code_in_tree(code, position, bytes_of.get(position, 0)):
            continue
        if code.text[position] not in BRACKETS:
            depth += 1
        elif depth:
            depth -= 1
        elif code.text[position] == "{" or _is_continued(code.text, position, offset):
            return position
    return None


def line_around(text: str, offset: int) -> tuple[str, str]:
    """The offset's line, left and right of it, without its end; of a long line what is near."""
    begin, limit = max(0, offset - MAX_LINE_CHARS), offset + MAX_LINE_CHARS
    start = max(begin, text.rfind("\n", begin, offset) + 1, text.rfind("\r", begin, offset) + 1)
    ends = [end for end in (text.find("\n", offset, limit), text.find("\r", offset, limit)) if end >= 0]
    return text[start:offset], text[offset : min(ends, default=limit)]


def _is_string(node: tree_sitter.Node) -> bool:
    return node.type in _STRINGS or ("string" in node.type and "interpolation" not in node.type)


def _is_code_in_string(node: tree_sitter.Node) -> bool:
    return node.type in _CODE_IN_STRINGS or "interpolation" in node.type


def _around(code: ParsedText, byte: int) -> list[tree_sitter.Node]:
    """The nodes around the character left of the byte offset, innermost first."""
    if code.tree is None or byte <= 0:
        return []
    return nodes_around(code.tree, byte - 1, byte)


def _reaches(code: ParsedText, comment: tree_sitter.Node, byte: int) -> bool:
    """A line comment goes to the end of its line, a block comment ends before its last character."""
    written = code.source[comment.start_byte : comment.end_byte]
    marks = code.language.block_comment if code.language else None
    if written.startswith((b"/*", b"<!--", b"--[[", (marks[0] if marks else "/*").encode())):
        return byte < comment.end_byte
    return byte <= comment.end_byte and b"\n" not in code.source[comment.start_byte : byte]


def _is_sound(code: ParsedText, offset: int, byte: int) -> bool:
    """Whether the tree understood the line up to the offset, which is that byte offset."""
    if code.tree is None:
        return False
    head, _ = line_around(code.text, offset)
    node = code.tree.root_node.descendant_for_byte_range(code.byte(offset - len(head)), byte)
    return node is not None and not node.has_error


def _is_code_in_tree(code: ParsedText, position: int, byte: int) -> bool:
    """Whether the character at the position, which is that byte, is neither in a string nor in a comment."""
    if code.tree is None:
        return False
    node = code.tree.root_node.descendant_for_byte_range(byte, byte + 1)
    if node is None or node.type == code.text[position]:
        return True
    if node.parent is not None and (_is_string(node.parent) or "comment" in node.parent.type):
        return False
    return not _is_string(node) and "comment" not in node.type


def _in_code_by_hand(code: ParsedText, positions: list[int]) -> set[int]:
    """The positions that are neither in strings nor in comments, in order; each line is read once."""
    found: set[int] = set()
    start, states = 0, list[str]()
    for position in positions:
        if position >= start + len(states) or code.text.find("\n", start, position) >= 0:
            head, tail = line_around(code.text, position)
            start, states = position - len(head), _line_states(code, head + tail)
        if states[position - start] == "code":
            found.add(position)
    return found


def _is_continued(text: str, bracket: int, offset: int) -> bool:
    """Whether the lines after a bracket look like its inside: a forgotten one must not swallow the rest."""
    outer = indent_of(line_around(text, bracket)[0])
    lines = text[bracket:offset].splitlines()[1:]
    return all(
        indent_of(line) > outer or not line.strip() or line.lstrip().startswith((")", "]", "}")) for line in lines
    )


def _line_state(code: ParsedText, offset: int) -> str:
    """Read the line up to the offset by hand: "code", "string" or "comment"."""
    head, _ = line_around(code.text, offset)
    return _line_states(code, head)[-1]


def _line_states(code: ParsedText, line: str) -> list[str]:
    """The states in front of each of the line's characters, and behind the last one."""
    comment = code.language.comment if code.language else ""
    quotes = code.language.quotes if code.language else "\"'"
    # A brace alone may as well be just a brace.
    interpolations = [each for each in code.language.interpolations if len(each) > 1] if code.language else []
    opened: list[str] = []  # what ends each string and each piece of code in one, outermost first
    states: list[str] = []
    while (index := len(states)) < len(line):
        char = line[index]
        if opened and opened[-1] in quotes:
            beginning = next((each for each in interpolations if line.startswith(each, index)), "")
            states += ["string"] * (len(beginning) or (2 if char == "\\" else 1))
            if beginning:
                opened.append(BRACKETS[beginning[-1]])
            elif char == opened[-1]:
                opened.pop()
            continue
        states.append("code")
        if comment and not opened and line.startswith(comment, index):
            return states[:-1] + ["comment"] * (len(line) - index + 1)
        if char in quotes:
            opened.append(char)
        elif opened and char == opened[-1]:
            opened.pop()
    states.append("string" if opened and opened[-1] in quotes else "code")
    return states[: len(line)] + states[-1:]
