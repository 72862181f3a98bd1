"""Questions about a place in code that may be incomplete, and about an answer before it is shown."""

import re
from dataclasses import replace

from tree_sitter import Node

from hearth.engine.context import parsed
from hearth.engine.context.lexical import in_comment, in_string, line_around, open_bracket
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition, definitions_around
from hearth.engine.text import end_of_line, indent_of, shortened, start_of_line

__all__ = [
    "block_expected",
    "definition_at",
    "enclosing_definition",
    "errors",
    "errors_after",
    "in_comment",
    "in_string",
    "is_before_code",
    "open_bracket",
    "opens_block",
    "start_with_decorators",
    "unfinished_indent",
]

MAX_ERRORS = 200  # counted in one tree
UNKNOWN = 1_000_000  # errors of a tree that there was no time to make
MAX_HEAD_CHARS = 1_000  # of a line that is parsed by itself
MAX_LINES = 5_000  # looked at above a place, for those that it is nested in
MAX_LOOKED_AT = 50_000  # nodes, to count them
_MAX_DECORATORS = 20  # of one definition
_DECORATORS = ("decorator", "attribute_item", "attribute_list", "attribute_declaration")
_WITH_HEADS = ("function", "method", "class", "type", "module")  # also those whose whole text is a head
# A list of names, not a block: of what is imported or taken apart; an interpolation; a value.
_NO_BLOCK_BRACE = re.compile(
    r"^\s*(export\s+)?((import|export)(\s+type|\s+\w+,)?|const|let|var)\s*\{$|::\{$|[$#=]\{$"
)
_KEYWORD_AT_END = re.compile(r"\b(do|then|else|begin|ensure|repeat|in|try|finally)$")
_OPERATOR_AT_END = re.compile(r"([=+\-*/|&.?<\\]|\b(and|or|not|in))$")
_COMPLETE_AT_END = re.compile(r"(\+\+|--|\*/|/>)$")


def block_expected(code: ParsedText, offset: int) -> bool:
    """Whether what is missing at the offset is likely to span several lines.

    So it is behind whatever opens a block, and on an empty line inside a body or below a comment; not so in
    the middle of a line, in the arguments of a call, in strings and in comments.
    """
    head, tail = line_around(code.text, offset)
    if re.search(r"\w", tail) or in_comment(code, offset) or in_string(code, offset):
        return False
    bracket = open_bracket(code, offset)
    if bracket is not None and not _holds_lines(code, bracket):
        return False
    if head.strip():
        return _opens_here(code, head) and not _has_body(code, offset, indent_of(head))
    return _empty_line_expects(code, offset, bracket)


def enclosing_definition(code: ParsedText, offset: int) -> Definition | None:
    """The innermost definition whose body the offset is in, also where that body is still growing."""
    text = code.text
    last = len(text[:offset].rstrip())
    head, _ = line_around(text, offset)
    candidates = definitions_around(code, max(0, last - 1), offset)
    for found in sorted(candidates, key=lambda found: found.start, reverse=True):
        if found.body == found.end or offset < found.body:
            continue
        if offset < found.end or (offset == found.end and not _is_closed(text, offset)):
            return found
        if _by_indent(code) and found.end >= last and indent_of(head) > _column(text, found.start):
            return found
    return _enclosing_by_lines(code, offset)


def definition_at(code: ParsedText, offset: int) -> Definition | None:
    """The definition on whose head, or decorators, the offset stands; else the one around it."""
    text = code.text
    first = start_of_line(text, offset)
    first += len(text[first : end_of_line(text, first)]) - len(
        text[first : end_of_line(text, first)].lstrip(" \t")
    )
    offset = max(first, offset)  # in the indentation the line counts
    place = _behind_decorators(code, offset)
    line_start, line_end = start_of_line(text, place), end_of_line(text, place)
    heads = [
        found
        for found in definitions_around(code, line_start, line_end)
        if (found.kind in _WITH_HEADS or found.body != found.end)
        and start_of_line(text, found.start) <= place <= end_of_line(text, _end_of_head(text, found))
    ]
    around = [found for found in heads if found.start <= place <= found.end]
    if around:
        return max(around, key=lambda found: found.start)
    # Left of it on its line: in the indentation, at `export` or `async`.
    right = [found for found in heads if line_start <= found.start]
    return min(right, key=lambda found: found.start) if right else enclosing_definition(code, offset)


def start_with_decorators(code: ParsedText, definition: Definition) -> int:
    """The beginning of the line on which its first decorator stands, else of its own."""
    text = code.text
    start = start_of_line(text, definition.start)
    for _ in range(_MAX_DECORATORS):
        above = len(text[:start].rstrip()) - 1
        decorator = _decorator_at(code, above) if above >= 0 else None
        if decorator is None:
            break
        start = start_of_line(text, code.offset(decorator.start_byte))
    return start


def _decorator_at(code: ParsedText, offset: int) -> Node | None:
    byte = code.byte(offset)
    around = parsed.nodes_around(code.tree, byte, byte) if code.tree else []
    return next((each for each in around if each.type in _DECORATORS), None)


def _end_of_head(text: str, found: Definition) -> int:
    return max(found.start, len(text[: found.body].rstrip()) - 1)


def _behind_decorators(code: ParsedText, offset: int) -> int:
    """Where the definition begins whose decorators the offset stands at; else the offset."""
    text = code.text
    for _ in range(_MAX_DECORATORS):
        first = start_of_line(text, offset)
        first += len(text[first:]) - len(text[first:].lstrip(" \t"))
        decorator = _decorator_at(code, max(first, offset)) or _decorator_at(code, max(first, offset - 1))
        end = code.offset(decorator.end_byte) if decorator is not None else _end_of_template(code, offset)
        if end is None:
            return offset
        offset = end + len(text[end:]) - len(text[end:].lstrip())
    return offset


def _end_of_template(code: ParsedText, offset: int) -> int | None:
    """Where `template <…>` ends, in which the offset stands."""
    byte = code.byte(offset)
    around = parsed.nodes_around(code.tree, byte, byte) if code.tree else []
    template = next((each for each in around if each.type == "template_declaration"), None)
    parameters = template.child_by_field_name("parameters") if template is not None else None
    return code.offset(parameters.end_byte) if parameters is not None and byte <= parameters.end_byte else None


def errors_after(code: ParsedText, start: int, end: int, new_text: str) -> int:
    """How many errors the tree has once `start:end` is replaced; 0 without one.

    `UNKNOWN`, which is more than any number, where there was no time for the tree of that.
    """
    if code.tree is None:
        return 0
    pasted = parsed.paste(code, start, end, new_text)
    return errors(pasted) if pasted.tree is not None else UNKNOWN


def errors(code: ParsedText) -> int:
    """How many errors the tree has, `MAX_ERRORS` at most; 0 without one."""
    if code.tree is None:
        return 0
    count = looked_at = 0
    waiting = [code.tree.root_node]
    while waiting and count < MAX_ERRORS and looked_at < MAX_LOOKED_AT:
        node = waiting.pop()
        looked_at += node.child_count
        inside = [child for child in node.children if child.has_error or child.is_missing]
        # Where none of its children has the error that a node has, a token without a node is missing: a line end.
        count += node.is_error or node.is_missing or (node.has_error and not inside)
        waiting.extend(inside)
    return count


def is_before_code(code: ParsedText, offset: int) -> bool:
    """Whether the offset is at the beginning of a line, or in its indentation, and code follows."""
    head, tail = line_around(code.text, offset)
    return not head.strip() and bool(re.search(r"\w", tail))


def unfinished_indent(code: ParsedText, offset: int) -> str:
    """The blanks left of the offset where a line begins that is to be indented more: none above begins there."""
    head, _ = line_around(code.text, offset)
    above = _nearest_line(code.text, offset, -1)
    if head.strip() or not head or indent_of(head) >= indent_of(above):
        return ""
    start = code.text.rfind(above, 0, offset)
    around = (code.text[begin:end] for begin, end in enclosing_lines(code, start + len(above)))
    return head if indent_of(head) not in {indent_of(line) for line in around} else ""


def opens_block(code: ParsedText, line: str) -> bool:
    """Whether the line ends with the beginning of a block."""
    line = _without_comment(code, shortened(line)).strip()
    pattern = code.language.opens if code.language else r"[{:]$"
    return bool(re.search(pattern, line)) and not _NO_BLOCK_BRACE.search(line)


def enclosing_lines(code: ParsedText, offset: int, limit: int = 8) -> list[tuple[int, int]]:
    """Offsets of the lines that the offset is nested in by indentation, innermost first."""
    text = code.text
    start = start_of_line(text, offset)
    head, tail = line_around(text, offset)
    level = indent_of(head + tail) if (head + tail).strip() else max(indent_of(head), _level_above(text, start))
    found: list[tuple[int, int]] = []
    for _ in range(MAX_LINES):
        if start <= 0 or level <= 0 or len(found) >= limit:
            break
        end = start - 1
        start = start_of_line(text, end)
        line = text[start:end]
        if line.strip() and indent_of(line) < level and not line.lstrip().startswith((")", "]", "}", "#", "//")):
            level = indent_of(line)
            found.append((start, end))
    return found


def _holds_lines(code: ParsedText, bracket: int) -> bool:
    if code.text[bracket] != "{" or _by_indent(code):
        return False
    head, _ = line_around(code.text, bracket + 1)
    return not _NO_BLOCK_BRACE.search(head)


def _opens_here(code: ParsedText, head: str) -> bool:
    """The same for the line that is being typed: its last word may not be complete."""
    line = head.rstrip()
    return opens_block(code, line) and (not line[-1:].isalnum() or bool(_KEYWORD_AT_END.search(line)))


def _empty_line_expects(code: ParsedText, offset: int, bracket: int | None) -> bool:
    head, _ = line_around(code.text, offset)
    above = _nearest_line(code.text, offset, -1)
    below = _nearest_line(code.text, offset, 1)
    opened = opens_block(code, above)
    commented = _is_comment(code, above)
    if not opened and not commented and _OPERATOR_AT_END.search(above) and not _COMPLETE_AT_END.search(above):
        return False
    if not opened and code.language is not None and code.language.block == "none":
        return False
    level = indent_of(head) or _level_between(above, below, opened)
    if indent_of(below) > level:
        return False
    return opened or level > 0 or bracket is not None or commented


def _level_between(above: str, below: str, opened: bool) -> int:
    """The indentation that an empty line without blanks of its own is meant to have."""
    if opened:
        return max(indent_of(below), indent_of(above) + 1)
    return min(indent_of(above), indent_of(below))


def _has_body(code: ParsedText, offset: int, level: int) -> bool:
    below = _nearest_line(code.text, offset, 1)
    return bool(below) and indent_of(below) > level


def _nearest_line(text: str, offset: int, step: int) -> str:
    """The nearest line above (-1) or below (1) that is not blank, right-stripped; "" when there is none."""
    if step < 0:
        rest = text[max(0, text.rfind("\n", 0, offset)) : offset]
        before = text[: offset - len(rest)].rstrip()
        return shortened(before[before.rfind("\n") + 1 :])
    end = text.find("\n", offset)
    while 0 <= end < len(text):
        start, end = end + 1, text.find("\n", end + 1)
        line = text[start : end if end >= 0 else len(text)].rstrip()
        if line:
            return shortened(line)
    return ""


def _without_comment(code: ParsedText, line: str) -> str:
    comment = code.language.comment if code.language else ""
    return re.split(rf"(?:^|\s){re.escape(comment)}", line)[0] if comment else line


def _is_comment(code: ParsedText, line: str) -> bool:
    line = line.strip()
    comment = code.language.comment if code.language else "#"
    return bool(comment and line.startswith(comment)) or line.endswith(("*/", "-->"))


def _by_indent(code: ParsedText) -> bool:
    return code.language is not None and code.language.block == "indent"


def _column(text: str, offset: int) -> int:
    return indent_of(text[start_of_line(text, offset) : offset + 1])


def _is_closed(text: str, offset: int) -> bool:
    """Whether the block that ends at the offset has said so."""
    return text[:offset].endswith(("}", ";")) or bool(re.search(r"\bend$", text[max(0, offset - 4) : offset]))


def _enclosing_by_lines(code: ParsedText, offset: int) -> Definition | None:
    """The same where the tree is broken: the head alone, with its block closed, is code that parses."""
    if code.tree is None or code.language is None or not code.tree.root_node.has_error:
        return None
    for start, end in enclosing_lines(code, offset):
        head = code.text[start : min(end, start + MAX_HEAD_CHARS)].rstrip()
        closing = {"indent": " pass", "brace": "}", "end": "\nend"}.get(code.language.block, "")
        alone = parsed.parse(head + closing, code.language)
        for found in definitions_around(alone, 0, len(alone.text)):
            body = min(start + found.body, end)
            return replace(found, start=start + found.start, body=body, end=max(end, offset))
    return None


def _level_above(text: str, offset: int) -> int:
    """The indentation of a line that follows the one above: one deeper when that opens a block."""
    above = _nearest_line(text, offset, -1)
    return indent_of(above) + above.endswith((":", "{"))
