"""Whole statements, not scraps: a part of an answer is cut where a person would stop."""

import re

from hearth.engine.completion.cursor import Cursor, Fit, closings, errors_with
from hearth.engine.completion.suggestions import Shown
from hearth.engine.context.syntax import UNKNOWN, errors, open_bracket, opens_block
from hearth.engine.stopping.borders import Beginning, dangles, is_comment, is_whole, last_border
from hearth.engine.stopping.pairs import QUOTES, Closers, pair
from hearth.engine.text import bracket_depth, indent_of, shortened

_LISTS = ("css", "scss", "less", "toml", "yaml", "markdown", "bash")  # lists that stand in no brackets
_WORTH_SHOWING = 4  # characters


def whole(cursor: Cursor, shown: Shown) -> str:
    """As much of what may be shown as ends where a person would stop."""
    tail, text, following = cursor.tail, shown.text, shown.following
    at_line_end = not following.partition("\n")[0].strip()
    begins_closed = not tail.is_before_line and bool(cursor.closers.text.strip())
    is_torn = shown.is_part and not at_line_end and begins_closed
    if tail.text.strip() and not tail.is_closed and not is_torn:
        return text  # the user's own text goes on with it
    begun = beginning(cursor)
    ends_whole = is_whole(text, begun) and not _lacks_entry(cursor, text)
    if _has_body(cursor, text) or (not shown.is_part and (ends_whole or _goes_on_there(cursor, text))):
        return text
    if at_line_end and ends_whole and (begun.prose or _parses(cursor, text)):
        return text
    said, end = text + following, len(text.rstrip())
    while end := last_border(said, end, begun):
        if begun.prose or (_parses(cursor, said[:end]) and not _lacks_entry(cursor, said[:end])):
            return said[:end] if len(said[:end].strip()) >= _WORTH_SHOWING else ""
        end -= 1
    return ""


def beginning(cursor: Cursor) -> Beginning:
    """What an answer there goes on with."""
    closers = Closers() if cursor.tail.is_before_line else cursor.closers
    return Beginning(shortened(cursor.tail.head), closers, cursor.code.language, cursor.is_prose)


def _parses(cursor: Cursor, text: str) -> bool:
    """Whether the tree has no more errors with it, but for the end of the statement and the body of a block."""
    if cursor.code.tree is None:
        return True
    found, known = pair(text, cursor.closers, cursor.code.language), errors(cursor.code)
    fit = Fit(text, found.count)
    counts = (errors_with(cursor, fit, closing) for closing in closings(cursor, text, found.open))
    return any(count <= known or count == UNKNOWN for count in counts)


def _has_body(cursor: Cursor, text: str) -> bool:
    """Whether the block that the text ends with the beginning of stands below already."""
    line = _last_line(cursor, text)
    return indent_of(_line_below(cursor)) > indent_of(line) and opens_block(cursor.code, line)


def _lacks_entry(cursor: Cursor, text: str) -> bool:
    """Whether another entry must follow a comma at its end: on this line, or as no bracket holds entries."""
    line, language = _last_line(cursor, text), cursor.code.language
    if cursor.is_prose or not text.rstrip().endswith(",") or is_comment(line.strip(), language):
        return False
    count = pair(text, cursor.closers, language).count
    if cursor.closers.text[count:].strip() and "\n" not in text:
        return True
    if re.match(r"\s*(return|yield|raise|throw|assert)\b", line) and bracket_depth(line) == 0:
        return True
    is_list = language is None or language.name in _LISTS
    bracket = open_bracket(cursor.code, cursor.offset_in_code)
    return cursor.code.tree is not None and not is_list and bracket is None


def _goes_on_there(cursor: Cursor, text: str) -> bool:
    """Whether what the text leaves open goes on right of it or below: brackets, a block."""
    found = pair(text, cursor.closers, cursor.code.language)
    if set(found.open) & set(QUOTES) or _lacks_entry(cursor, text):
        return False
    if found.open and cursor.closers.text[found.count :].strip().startswith(found.open):
        return True
    line = _last_line(cursor, text)
    if opens_block(cursor.code, line):
        return True
    if dangles(text, beginning(cursor)) and indent_of(_line_below(cursor)) <= indent_of(line):
        return False
    known = errors(cursor.code)
    most = max(0, known - 1) if found.open else known  # what closes it below was an error up to now
    return cursor.code.tree is not None and errors_with(cursor, Fit(text, found.count)) <= most


def _last_line(cursor: Cursor, text: str) -> str:
    """The line that an answer ends in, with what stands left of the cursor; of a very long one the end."""
    return f"{shortened(cursor.tail.head)}{text}".rpartition("\n")[2]


def _line_below(cursor: Cursor) -> str:
    following = cursor.text[cursor.offset : cursor.offset + 2_000].split("\n")[1:]
    return next((each for each in following if each.strip()), "")
