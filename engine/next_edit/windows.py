"""What a model that was trained to predict edits is shown: a window of lines, and the edits that led to it."""

from dataclasses import dataclass
from typing import NamedTuple

from hearth.engine.completion.frames import displayed_path
from hearth.engine.context.documents import Document
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.situation import Situation
from hearth.engine.secrets.hiding import seen_by_model, seen_near
from hearth.engine.text import end_of_line, start_of_line

MAX_CHARS = 3_000  # of a window: longer lines are data
MAX_CHANGE_LINES = 40  # of an edit, before or after
AROUND = 600  # characters above and below the window, for a format that shows these


class Size(NamedTuple):
    """Lines of a window above and below the cursor's, the edits shown, and characters of the rest of the file."""

    above: int
    below: int
    edits: int
    file: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An edit as a model may see it: its lines before and after."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Window:
    """Whole lines of a document, `start:end`, as a model may see them; all line ends are those of Unix.

    `original` is the window before the newest edit, `cursor` an offset in `text`, `above` and `below` are the
    lines around the window, `file` is more of the file. `edits` are what the user has changed, the oldest first,
    and `cause` is the newest of these.
    """

    uri: str
    path: str
    start: int
    end: int
    text: str
    original: str
    cursor: int
    above: str
    below: str
    file: str
    edits: tuple[Shown, ...]
    cause: int


def window_at(document: Document, situation: Situation, size: Size) -> Window | None:
    """The window around the cursor; None where it is too long, or no edit can be shown."""
    text, cursor = situation.file.code.text, situation.cursor
    start, end = _lines_around(text, cursor, size.above, size.below)
    if end - start > MAX_CHARS:
        return None
    first, last = _lines_within(text, start - AROUND, start), _lines_within(text, end, end + AROUND)
    far_first, far_last = _lines_within(text, start - size.file, start), _lines_within(text, end, end + size.file)
    seen = seen_near(text, min(first[0], far_first[0]), max(last[1], far_last[1]))
    edits = [shown for edit in situation.edits[: size.edits] if (shown := _shown(edit, situation)) is not None]
    if not edits:
        return None
    return Window(
        document.uri,
        displayed_path(document.snapshot()),
        start,
        end,
        text=_plain(seen[start:end]),
        original=_plain(seen_by_model(_before(situation.edits[0], document.uri, text, start, end))),
        cursor=len(_plain(seen[start:cursor])),
        above=_plain(seen[first[0] : first[1]]),
        below=_plain(seen[last[0] : last[1]]),
        file=_plain(seen[far_first[0] : far_last[1]]) if size.file else "",
        edits=tuple(reversed(edits)),
        cause=situation.edits[0].id,
    )


def _lines_around(text: str, cursor: int, above: int, below: int) -> tuple[int, int]:
    """So many lines above and below the cursor's, without blank ones at both ends."""
    own, own_end = start_of_line(text, cursor), end_of_line(text, cursor)
    start, end = own, own_end
    for _ in range(above):
        start = start_of_line(text, max(0, start - 1))
    for _ in range(below):
        end = end_of_line(text, min(len(text), end + 1))
    while start < own and not text[start : end_of_line(text, start)].strip():
        start = end_of_line(text, start) + 1
    while end > own_end and not text[start_of_line(text, end) : end].strip():
        end = start_of_line(text, end) - 1
    return start, end - (end > start and text[end - 1] == "\r")


def _lines_within(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole lines between two offsets, the second or the first of which is a border of lines."""
    start, end = max(0, start), min(len(text), end)
    first = start if start == 0 or text[start - 1] == "\n" else text.find("\n", start, end) + 1 or end
    return first, end if end == len(text) else max(first, text.rfind("\n", first, end) + 1)


def _before(edit: UserEdit, uri: str, text: str, start: int, end: int) -> str:
    """The window before that edit, if it is in it."""
    if edit.uri != uri or edit.start < start or edit.end > end:
        return text[start:end]
    return text[start : edit.start] + edit.old + text[edit.end : end]


def _shown(edit: UserEdit, situation: Situation) -> Shown | None:
    file = situation.of(edit.uri)
    if file is None:
        return None
    _, old, new = edit.lines(file.code.text)
    if max(old.count("\n"), new.count("\n")) >= MAX_CHANGE_LINES:
        return None
    path = "/".join((file.path or file.uri).replace("\\", "/").split("/")[-2:])
    return Shown(path, _plain(seen_by_model(old)), _plain(seen_by_model(new)))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
