"""Whole statements, not scraps: a part of an answer is cut where a person would stop."""

from hearth.engine.completion.cursor import Fit, Place, closings, errors_with
from hearth.engine.completion.suggestions import Shown
from hearth.engine.context.syntax import errors, opens_block
from hearth.engine.stopping.borders import Beginning, is_whole, last_border
from hearth.engine.stopping.pairs import Closers, pair
from hearth.engine.text import indent_of

_WORTH_SHOWING = 4  # characters


def whole(place: Place, shown: Shown) -> str:
    """As much of what may be shown as ends where a person would stop."""
    tail, text, following = place.tail, shown.text, shown.following
    if tail.text.strip() and not tail.is_closed:
        return text  # the user's own text stands there
    begun = beginning(place)
    at_line_end = not following.partition("\n")[0].strip()
    if _has_body(place, text) or (not shown.is_part and (is_whole(text, begun) or _goes_on_there(place, text))):
        return text
    if at_line_end and is_whole(text, begun) and (begun.prose or _parses(place, text)):
        return text
    said, end = text + following, len(text.rstrip())
    while end := last_border(said, end, begun):
        if begun.prose or _parses(place, said[:end]):
            return said[:end] if len(said[:end].strip()) >= _WORTH_SHOWING else ""
        end -= 1
    return ""


def beginning(place: Place) -> Beginning:
    """What an answer there goes on with."""
    closers = place.closers if place.tail.is_closed else Closers()
    return Beginning(place.tail.head, closers, place.code.language, place.is_prose)


def _parses(place: Place, text: str) -> bool:
    """Whether the tree has no more errors with it, but for the end of the statement and the body of a block."""
    if place.code.tree is None:
        return True
    found, known = pair(text, place.closers, place.code.language), errors(place.code)
    fit = Fit(text, found.count)
    return any(errors_with(place, fit, closing) <= known for closing in closings(place, text, found.open))


def _has_body(place: Place, text: str) -> bool:
    """Whether the block that the text ends with the beginning of stands below already."""
    line = f"{place.tail.head}{text}".rpartition("\n")[2]
    following = place.text[place.offset : place.offset + 2_000].split("\n")[1:]
    below = next((each for each in following if each.strip()), "")
    return indent_of(below) > indent_of(line) and opens_block(place.code, line)


def _goes_on_there(place: Place, text: str) -> bool:
    """Whether what the text leaves open goes on right of it or below: brackets, a block."""
    found = pair(text, place.closers, place.code.language)
    if found.open and place.closers.text[found.count :].strip().startswith(found.open):
        return True
    if place.code.tree is not None and errors_with(place, Fit(text, found.count)) <= errors(place.code):
        return True
    return opens_block(place.code, f"{place.tail.head}{text}".rpartition("\n")[2])
