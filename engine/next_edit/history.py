"""What the user has changed lately: the old and the new text of each edit, kept in step with later ones.

It is told of every change of a document before the change is made, and owns `RecentEdits` too.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from hearth.engine.context.documents import Document
from hearth.engine.context.recent import RecentEdits
from hearth.engine.text import end_of_line, start_of_line

MAX_EDITS = 16  # of the user; edits that were accepted are kept beside them
MAX_ACCEPTED = 64
MAX_CHARS = 20_000  # of an edit; what is longer is no edit by hand
MAX_STATES = 100  # earlier texts of a document, by which an undo is recognised
MAX_TEXT = 500_000  # characters of a document whose earlier texts are remembered
PASTED_CHARS = 100  # in one change; nobody types so many between two changes

Kind = Literal["typed", "pasted", "accepted"]


@dataclass(frozen=True, slots=True)
class UserEdit:
    """`old` became `new`, which stands at the offset `start` of the document as it is now.

    `at` is the time of its last key (seconds of `time.monotonic`), `id` grows with each edit.
    """

    uri: str
    start: int
    old: str
    new: str
    kind: Kind
    id: int
    at: float

    @property
    def end(self) -> int:
        return self.start + len(self.new)

    def lines(self, text: str) -> tuple[int, str, str]:
        """(where its lines begin in the text as it is now, these lines as they were before, as they are now)."""
        start = start_of_line(text, self.start)
        end = end_of_line(text, self.end)
        return start, text[start : self.start] + self.old + text[self.end : end], text[start:end]


@dataclass(slots=True)
class EditHistory:
    """The newest edit comes first. `on_change` is called before each change. All methods run on the event loop."""

    on_change: Callable[[], None] = lambda: None
    recent: RecentEdits = field(default_factory=RecentEdits)
    _edits: list[UserEdit] = field(default_factory=list)
    _states: dict[str, deque[int]] = field(default_factory=dict)
    _undoes: dict[str, bool] = field(default_factory=dict)  # whether the last change may have been an undo
    _last_id: int = 0

    def note(self, document: Document, start: int, end: int, new_text: str, kind: Kind | None = None) -> None:
        """Tell of one `document.apply(start, end, new_text)`, before it."""
        self.on_change()
        self.recent.note(document, start, end, new_text)
        text, old = document.text, document.text[start:end]
        if old == new_text:
            return
        self._remember_state(document)
        self._undoes[document.uri] = len(old) > 1 or len(new_text) > 1
        if len(old) > MAX_CHARS or len(new_text) > MAX_CHARS:
            self._edits = [edit for edit in self._edits if edit.uri != document.uri]
            return
        self._last_id += 1
        kind = kind or ("pasted" if _is_pasted(old, new_text) else "typed")
        made = UserEdit(document.uri, start, old, new_text, kind, self._last_id, time.monotonic())
        newest = self._edits[0] if self._edits else None
        kept: list[UserEdit] = []
        for edit in self._edits:
            if edit.uri != document.uri:
                kept.append(edit)
            elif edit is newest and _goes_on(edit, made, text, end):
                made = _joined(edit, made, text, end)
            elif _overlaps(edit, made, end):
                if start <= edit.start and edit.end <= end and _is_same(new_text, edit.old):
                    made = replace(made, old=made.new)  # what it had changed is as it was before
            else:
                kept.append(_moved(edit, start, end, len(new_text) - (end - start)))
        if not _is_same(made.old, made.new):
            kept.insert(0, made)
        self._edits = _newest(kept)

    def accepted(self, uri: str, start: int, text: str) -> None:
        """The user took a suggestion: `text` stands at `start`, and nobody has typed or pasted it."""
        for index, edit in enumerate(self._edits):
            if edit.uri == uri and edit.start <= start and start + len(text) <= edit.end:
                self._edits[index] = replace(edit, kind="accepted", at=time.monotonic())
                return

    def forget(self, uri: str) -> None:
        """The document was closed, or its whole text was replaced."""
        self.recent.forget(uri)
        self._edits = [edit for edit in self._edits if edit.uri != uri]
        self._states.pop(uri, None)
        self._undoes.pop(uri, None)

    def edits(self) -> tuple[UserEdit, ...]:
        """Net changes only: what was typed and mended, undone or formatted is not there."""
        return tuple(self._edits)

    def is_undone(self, document: Document) -> bool:
        """Whether the last change has brought back an earlier text: an undo, or a redo."""
        return self._undoes.get(document.uri, False) and hash(document.text) in self._states.get(document.uri, ())

    def _remember_state(self, document: Document) -> None:
        if len(document.text) <= MAX_TEXT:
            states = self._states.setdefault(document.uri, deque(maxlen=MAX_STATES))
            states.append(hash(document.text))


def _goes_on(edit: UserEdit, made: UserEdit, text: str, end: int) -> bool:
    """Whether a change belongs to the newest edit: it touches it, or the user is still on its line."""
    if edit.kind != "typed" and not (edit.start < end and made.start < edit.end):
        return False
    low, high = min(edit.end, end), max(edit.start, made.start)
    return "\n" not in text[low:high]


def _overlaps(edit: UserEdit, made: UserEdit, end: int) -> bool:
    """Whether a change is of the text of an older edit, or puts back beside it what that took away."""
    if made.start < edit.end and edit.start < end:
        return True
    is_beside = edit.start <= end and made.start <= edit.end
    return is_beside and bool(edit.old.strip()) and _is_same(made.new, edit.old)


def _joined(edit: UserEdit, made: UserEdit, text: str, end: int) -> UserEdit:
    """Both as one edit; `text` is the one before the newer of them, which replaces `made.start:end`."""
    first, last = min(edit.start, made.start), max(edit.end, end)
    old = text[first : edit.start] + edit.old + text[edit.end : last]
    new = text[first : made.start] + made.new + text[end:last]
    kind: Kind = "pasted" if "pasted" in (edit.kind, made.kind) else "typed"
    return _without_common_ends(replace(made, start=first, old=old, new=new, kind=kind))


def _without_common_ends(edit: UserEdit) -> UserEdit:
    """The same edit as short as can be; whole words, so that a name stays a name."""
    most = min(len(edit.old), len(edit.new))
    first = next((i for i in range(most) if edit.old[i] != edit.new[i]), most)
    while first and _is_word(edit.old[first - 1 : first]):
        first -= 1
    most -= first
    last = next((i for i in range(most) if edit.old[-1 - i] != edit.new[-1 - i]), most)
    while last and _is_word(edit.old[len(edit.old) - last : len(edit.old) - last + 1]):
        last -= 1
    old, new = edit.old[first : len(edit.old) - last], edit.new[first : len(edit.new) - last]
    return replace(edit, start=edit.start + first, old=old, new=new)


def _moved(edit: UserEdit, start: int, end: int, shift: int) -> UserEdit:
    return replace(edit, start=edit.start + shift) if edit.start >= end else edit


def _newest(edits: list[UserEdit]) -> list[UserEdit]:
    """As many as are kept; those that were accepted do not displace those of the user."""
    own = [edit.id for edit in edits if edit.kind != "accepted"][:MAX_EDITS]
    taken = [edit.id for edit in edits if edit.kind == "accepted"][:MAX_ACCEPTED]
    kept = {*own, *taken}
    return [edit for edit in edits if edit.id in kept]


def _is_pasted(old: str, new: str) -> bool:
    lines = [line for line in new.split("\n") if line.strip()]
    return not old.strip() and (len(lines) > 1 or len(new) > PASTED_CHARS)


def _is_same(old: str, new: str) -> bool:
    """But for white space."""
    return "".join(old.split()) == "".join(new.split())


def _is_word(char: str) -> bool:
    return char.isalnum() or char in ("_", "$")
