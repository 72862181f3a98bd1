"""Places where suggestions come only when the user asks for one: the setting `completion.off_in`."""

from collections.abc import Callable, Iterable

from hearth.engine.context.documents import Document
from hearth.engine.context.lexical import in_comment, in_string
from hearth.engine.context.parsed import ParsedText

_PLACES: dict[str, Callable[[ParsedText, int], bool]] = {"comments": in_comment, "strings": in_string}


def is_quiet(document: Document, offset: int, kinds: Iterable[str]) -> bool:
    """Whether the offset is in a place of one of these kinds."""
    wanted = [_PLACES[kind] for kind in kinds]
    if not wanted:
        return False  # nothing is parsed for it
    code, start = document.code_near(offset)
    return any(is_in(code, offset - start) for is_in in wanted)
