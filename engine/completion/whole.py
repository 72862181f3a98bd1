"""Whole statements, not scraps: a part of an answer is cut where a person would stop."""

from hearth.engine.completion.cursor import Cursor, Fit, closings, errors_with
from hearth.engine.completion.suggestions import Shown
from hearth.engine.context.syntax import UNKNOWN, errors, opens_block
from hearth.engine.stopping.borders import Beginning, is_whole, last_border
from hearth.engine.stopping.pairs import Closers, pair
from hearth.engine.text import indent_of

_WORTH_SHOWING = 4  # characters


def whole(cursor: Cursor, shown: Shown) -> str:
    """As much of what may be shown as ends where a person would stop."""
    tail, text, following = cursor.tail, shown.text, shown.following
    if tail.text.strip() and not tail.is_closed:
        return text  # the user's own text stands there
    begun = beginning(cursor)
    at_line_end = not following.partition("\n")[0].strip()
    if _has_body(cursor, text) or (not shown.is_part and (is_whole(text, begun) or _goes_on_there(cursor, text))):
        return text
    if at_line_end and is_whole(text, begun) and (begun.prose or _parses(cursor, text)):
        return text
    said, end = text + following, len(text.rstrip())
    while end := last_border(said, end, begun):
        if begun.prose or _parses(cursor, said[:end]):
            return said[:end] if len(said[:end].strip()) >= _WORTH_SHOWING else ""
        end -= 1
    return ""


def beginning(cursor: Cursor) -> Beginning:
    """What an answer there goes on with."""
    closers = cursor.closers if cursor.tail.is_closed else Closers()
    return Beginning(cursor.tail.head, closers, cursor.code.language, cursor.is_prose)


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
    line = f"{cursor.tail.head}{text}".rpartition("\n")[2]
    following = cursor.text[cursor.offset : cursor.offset + 2_000].split("\n")[1:]
    below = next((each for each in following if each.strip()), "")
    return indent_of(below) > indent_of(line) and opens_block(cursor.code, line)


def _goes_on_there(cursor: Cursor, text: str) -> bool:
    """Whether what the text leaves open goes on right of it or below: brackets, a block."""
    found = pair(text, cursor.closers, cursor.code.language)
    if found.open and cursor.closers.text[found.count :].strip().startswith(found.open):
        return True
    if cursor.code.tree is not None and errors_with(cursor, Fit(text, found.count)) <= errors(cursor.code):
        return True
    return opens_block(cursor.code, f"{cursor.tail.head}{text}".rpartition("\n")[2])
