"""What a question is about: the part of a document that the model is shown, and what that uses of other files."""

from bisect import bisect_right

from hearth.engine.chat.passage import Passage
from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import gather
from hearth.engine.context.query import ContextQuery
from hearth.engine.context.syntax import definition_at, start_with_decorators
from hearth.engine.secrets.hiding import seen_by_model
from hearth.engine.text import end_of_line, start_of_line

_CONTEXT_TOKENS = 384  # of other files, with one question
_NEAR_LINES = 15  # shown above and below a mere cursor outside of any definition
Part = tuple[int, int, str]  # start, end, and why it is shown


def whole(document: Document) -> Part:
    return 0, len(document.text), "the open file"


def around(document: Document, start: int, end: int) -> Part:
    """The selection in whole lines; for a mere cursor the definition at it, else the lines near it."""
    text = document.text
    if start < end:
        end -= text[start:end].endswith("\n")
        return start_of_line(text, start), end_of_line(text, end), "selected"
    if (found := definition_at(document.code, start)) is not None:
        where = "around" if start >= found.body else "at"
        first = start_with_decorators(document.code, found)
        return first, found.end, f"{found.name} is {where} the cursor"
    starts = document.line_starts
    line = _line_of(document, start)
    first, behind = max(0, line - _NEAR_LINES), line + _NEAR_LINES + 1
    return starts[first], starts[behind] if behind < len(starts) else len(text), "near the cursor"


def passage(document: Document, part: Part, path: str) -> Passage:
    """That part of the document, without its secrets; `path` is what the model is told it is called."""
    start, end, why = part
    text = seen_by_model(document.text)[start:end]
    if text != document.text[start:end]:
        why += ", with its keys and passwords hidden"
    first, last = _line_of(document, start), _line_of(document, max(start, end - 1))
    return Passage(path, text, document.language, first, last, why, document.uri)


def used_elsewhere(query: ContextQuery, language: str) -> list[Passage]:
    """What it uses of other files. They are read and parsed, so this is no work for an event loop."""
    return [
        Passage(piece.path, piece.text, language, why=piece.reason)
        for piece in gather(query, _CONTEXT_TOKENS).pieces
    ]


def _line_of(document: Document, offset: int) -> int:
    return max(0, bisect_right(document.line_starts, offset) - 1)
