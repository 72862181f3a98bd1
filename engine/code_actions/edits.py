"""From a model's answer to edits of a file: out of chatter, fitted to the file's style, as small as can be."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from hearth.engine.context.lexical import in_string
from hearth.engine.context.parsed import ParsedText, parse, paste
from hearth.engine.context.syntax import errors
from hearth.engine.errors import EditRefused
from hearth.engine.languages import Language


class Unchanged(EditRefused):
    """The answer is the code as it is."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `start:end` (offsets into the text before any of the edits) by `text`."""

    start: int
    end: int
    text: str


def applied(text: str, edits: tuple[Edit, ...]) -> str:
    """The text after the edits, which do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def shown(text: str, column: int) -> str:
    """The text as the model is shown it: without the indentation of its first line, `column` characters wide."""
    first, *rest = text.replace("\r\n", "\n").split("\n")
    return "\n".join([first, *(line[column:] if not line[:column].strip() else line for line in rest)])


def fitted(code: str, language: Language | None, file_text: str, indent: str) -> str:
    """The code with the file's indentation and line ends; its first line goes where `indent` stands already.

    Lines inside a multi-line string keep their indentation if the file contains the same line.
    """
    dedented = _dedented(code)
    unit, own = indent_unit(file_text), indent_unit(dedented)
    lines = dedented.split("\n")
    parsed = parse("\n".join(lines), language)
    kept = set(file_text.split("\n"))
    if _known(lines, indent, own, own, kept) > _known(lines, indent, own, unit, kept):
        own = unit  # it is indented as the file is, only by lines that are continued
    offset = 0
    fitted_lines: list[str] = []
    for number, line in enumerate(lines):
        quoted = bool(number) and in_string(parsed, offset)
        offset += len(line) + 1
        if not line.strip():
            fitted_lines.append(line if quoted else "")
        elif quoted and line in kept:
            fitted_lines.append(line)
        else:
            fitted_lines.append((indent if number else "") + (line if quoted else _converted(line, own, unit)))
    return "\n".join(fitted_lines).replace("\n", line_end(file_text))


def _known(lines: list[str], indent: str, own: str, unit: str, kept: set[str]) -> int:
    """How many of the lines stand in the file, once they are indented by its unit."""
    return sum(bool(line.strip()) and indent + _converted(line, own, unit) in kept for line in lines[1:])


def indent_unit(text: str) -> str:
    """One level of indentation as the text has it: a tab, or two, four, eight blanks."""
    widths: list[int] = []
    last = 0
    for line in text.split("\n"):
        if line.startswith("\t"):
            return "\t"
        if not line.strip():
            continue
        width = len(line) - len(line.lstrip(" "))
        if width > last:
            widths.append(width - last)
        last = width
    common = [width for width in (2, 4, 8, 3) if width in widths]
    # Of two that are as frequent the first counts: further down may be the text of a string.
    return " " * max(common, key=lambda width: (widths.count(width), -widths.index(width))) if common else "    "


def line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def minimal(text: str, start: int, end: int, new_text: str) -> tuple[Edit, ...]:
    """The smallest edits, line by line, that replace `start:end` by `new_text`; none when nothing changes."""
    old_lines, new_lines = _lines(text[start:end]), _lines(new_text)
    starts = [start]
    for line in old_lines:
        starts.append(starts[-1] + len(line))
    edits: list[Edit] = []
    for kind, old_first, old_last, new_first, new_last in SequenceMatcher(
        None, old_lines, new_lines, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            edits.append(_trimmed_edit(text, starts[old_first], starts[old_last], new_lines[new_first:new_last]))
    return tuple(edits)


def after_edits(code: ParsedText, edits: tuple[Edit, ...]) -> ParsedText:
    """The file with the edits, parsed."""
    start, end = min(edit.start for edit in edits), max(edit.end for edit in edits)
    inside = tuple(Edit(edit.start - start, edit.end - start, edit.text) for edit in edits)
    return paste(code, start, end, applied(code.text[start:end], inside))


def refuse_errors(code: ParsedText, edits: tuple[Edit, ...]) -> None:
    """Raises `EditRefused` when the file would have more syntax errors with the edits than without."""
    if not edits:
        return
    edited = after_edits(code, edits)
    if code.tree is not None and edited.tree is None:
        raise EditRefused("the file with the answer is too large to parse, so the answer cannot be checked")
    if errors(edited) > errors(code):
        raise EditRefused("the answer is not valid code here")


def _dedented(code: str) -> str:
    column = len(code) - len(code.lstrip(" \t"))
    return shown(code[column:], column)


def _converted(line: str, own: str, unit: str) -> str:
    """The line with its indentation counted in the file's unit."""
    if own == unit:
        return line
    rest = line.lstrip(" \t")
    blank = line[: len(line) - len(rest)]
    levels, remainder = divmod(len(blank.replace("\t", own if own != "\t" else "    ")), len(own.expandtabs(4)))
    return unit * levels + " " * remainder + rest


def _lines(text: str) -> list[str]:
    """With their ends."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _trimmed_edit(text: str, start: int, end: int, lines: list[str]) -> Edit:
    """Without what old and new have in common at both ends."""
    new = "".join(lines)
    while start < end and new and text[start] == new[0]:
        start, new = start + 1, new[1:]
    while start < end and new and text[end - 1] == new[-1] and not (new[-1] == "\n" and text[end - 2] == "\r"):
        end, new = end - 1, new[:-1]
    return Edit(start, end, new)
