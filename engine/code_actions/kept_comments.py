"""Comments that an answer leaves out: models drop them to be brief, and they are put back to their statements."""

from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import tree_sitter

from hearth.engine.code_actions.edits import line_end
from hearth.engine.code_actions.statements import is_comment
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.context.parsed import ParsedText, paste

_ALIKE = 0.5  # of two lines, as difflib counts: the later is the earlier, changed


@dataclass(slots=True)
class _Line:
    """A line with code: its text, the comments that stand alone above it, and the one behind it with its gap."""

    code: str
    number: int
    above: list[str] = field(default_factory=list)
    behind: str = ""
    gap: str = "  "


def with_comments(code: ParsedText, start: int, end: int, new: str, besides: tuple[int, int] = (-1, -1)) -> str:
    """The new text of `start:end` with the comments of the old one whose lines are still there.

    A comment that touches `besides` is not missed.
    """
    if code.tree is None:
        return new
    pasted = paste(code, start, end, new)
    if pasted.tree is None:
        return new
    ours, last = _lines(
        code, start, end, (code.byte(max(0, besides[0])), code.byte(besides[1])) if besides[1] >= 0 else None
    )
    theirs, _ = _lines(pasted, start, start + len(new))
    known = Counter(text for line in theirs for text in (*line.above, line.behind) if text)
    lines = new.split("\n")
    above: dict[int, list[str]] = {}
    for one, other in _same_lines(ours, theirs):
        missing = [text for text in one.above if not _take(known, text)]
        if missing:
            above.setdefault(other.number, []).extend(missing)
        if one.behind and not _take(known, one.behind) and not other.behind:
            ended = "\r" if lines[other.number].endswith("\r") else ""
            lines[other.number] = f"{lines[other.number].rstrip()}{one.gap}{one.behind}{ended}"
    rest = [text for text in last if not _take(known, text)]
    newline = "\r" if line_end(code.text) == "\r\n" else ""
    for number in sorted(above, reverse=True):
        if number == 0:
            continue  # it stands above the text
        # Above a closing bracket it is still a comment of the block.
        closes = lines[number].lstrip().startswith(("}", ")", "]", "end")) and lines[number - 1].strip()
        indent = _indent_of(
            lines[number - 1 if closes and not lines[number - 1].rstrip().endswith("{") else number]
        )
        lines[number:number] = [_indented(text, indent) + newline for text in above[number]]
    return "\n".join(lines) if not rest else _with_last(lines, ours, theirs, rest, newline)


def _lines(
    code: ParsedText, start: int, end: int, besides: tuple[int, int] | None = None
) -> tuple[list[_Line], list[str]]:
    """The lines with code in `start:end`, and the comments below the last of them."""
    first, last = code.byte(start), code.byte(end)
    comments = [node for node in _comments(code) if first <= node.start_byte and node.end_byte <= last]
    text = bytearray(code.source[first:last])
    places: dict[int, list[tree_sitter.Node]] = {}
    for node in comments:
        for at in range(node.start_byte - first, node.end_byte - first):
            if text[at] not in b"\r\n":
                text[at] = 0x20
        if besides is None or node.end_byte < besides[0] or besides[1] < node.start_byte:
            places.setdefault(code.source.count(b"\n", first, node.start_byte), []).append(node)
    lines: list[_Line] = []
    waiting: list[str] = []
    for number, line in enumerate(bytes(text).decode("utf-8", "replace").split("\n")):
        # Some grammars count the carriage return at the end of a line to the comment.
        here = [text_of(code, node).replace("\r\n", "\n").rstrip("\r") for node in places.get(number, ())]
        if line.strip():
            lines.append(_Line(" ".join(line.split()), number, waiting, here[-1] if here else ""))
            waiting = []
            if here and ("\n" in here[-1] or not _is_behind(code, places[number][-1])):
                lines[-1].behind = ""
            elif here:
                lines[-1].gap = _gap(code, places[number][-1])
        else:
            waiting += [_dedent(text, code, node) for text, node in zip(here, places.get(number, ()), strict=True)]
    return lines, waiting


def _comments(code: ParsedText) -> list[tree_sitter.Node]:
    found: list[tree_sitter.Node] = []
    waiting = [code.tree.root_node] if code.tree else []
    while waiting:
        node = waiting.pop()
        if is_comment(node):
            found.append(node)
        else:
            waiting.extend(reversed(node.children))
    return found


def _is_behind(code: ParsedText, node: tree_sitter.Node) -> bool:
    """Whether nothing follows on the line."""
    end = code.source.find(b"\n", node.end_byte)
    return not code.source[node.end_byte : end if end >= 0 else len(code.source)].strip()


def _gap(code: ParsedText, node: tree_sitter.Node) -> str:
    """The blanks in front of a comment behind code."""
    line = code.source[code.source.rfind(b"\n", 0, node.start_byte) + 1 : node.start_byte].decode(
        "utf-8", "replace"
    )
    return line[len(line.rstrip()) :] or " "


def _dedent(text: str, code: ParsedText, node: tree_sitter.Node) -> str:
    """A comment of several lines without the indentation of its first."""
    line = code.source.rfind(b"\n", 0, node.start_byte) + 1
    width = node.start_byte - line
    first, *rest = text.split("\n")
    return "\n".join([first, *(line[width:] if not line[:width].strip() else line.lstrip() for line in rest)])


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indented(text: str, indent: str) -> str:
    return "\n".join(indent + line if line else line for line in text.split("\n"))


def _same_lines(ours: list[_Line], theirs: list[_Line]) -> list[tuple[_Line, _Line]]:
    """Each old line with the new one that it is now."""
    matcher = SequenceMatcher(None, [line.code for line in ours], [line.code for line in theirs], autojunk=False)
    found: list[tuple[_Line, _Line]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            found += zip(ours[a:b], theirs[c:d], strict=True)
        elif kind == "replace":
            place = c
            for line in ours[a:b]:
                ranked = [
                    (SequenceMatcher(None, line.code, other.code, autojunk=False).ratio(), -number, other)
                    for number, other in enumerate(theirs[place:d])
                ]
                best = max(ranked, default=None, key=lambda each: each[:2])
                if best is not None and (best[0] >= _ALIKE or b - a == d - c):
                    found.append((line, best[2]))
                    place = theirs.index(best[2], place) + 1
    return found


def _take(known: Counter[str], text: str) -> bool:
    """Whether the new text has this comment, one for one."""
    if known[text] <= 0:
        return False
    known[text] -= 1
    return True


def _with_last(lines: list[str], ours: list[_Line], theirs: list[_Line], rest: list[str], newline: str) -> str:
    """Comments at the end of a block stay below its last line, if that is still there."""
    if not ours or not theirs or ours[-1].code != theirs[-1].code:
        return "\n".join(lines)
    indent = _indent_of(lines[-1])
    return "\n".join([*lines, *(_indented(text, indent) + newline for text in rest)])
