"""Where the user wrote lately, in any file: the newest edits, kept in step with later ones."""

from collections import deque
from dataclasses import dataclass, field, replace

from hearth.engine.context.documents import Document

MAX_EDITS = 16
JOIN_CHARS = 200  # edits that are no farther apart than this are one


@dataclass(frozen=True, slots=True)
class RecentEdit:
    """A region that was edited: offsets into its document as it is now."""

    uri: str
    start: int
    end: int


@dataclass(slots=True)
class RecentEdits:
    """The last places of editing, newest first."""

    _edits: deque[RecentEdit] = field(default_factory=lambda: deque(maxlen=MAX_EDITS))

    def note(self, document: Document, start: int, end: int, new_text: str) -> None:
        """Tell of one `document.apply(start, end, new_text)`, before or after it."""
        edit = RecentEdit(document.uri, start, start + len(new_text))
        shift = len(new_text) - (end - start)
        apart: list[RecentEdit] = []
        for known in self._edits:
            if known.uri == document.uri:
                known = _moved(known, start, end, shift)
                if known.start - JOIN_CHARS <= edit.end and edit.start <= known.end + JOIN_CHARS:
                    edit = replace(edit, start=min(edit.start, known.start), end=max(edit.end, known.end))
                    continue
            apart.append(known)
        self._edits = deque([edit, *apart][:MAX_EDITS], maxlen=MAX_EDITS)

    def forget(self, uri: str) -> None:
        """The document was closed, or its whole text was replaced."""
        self._edits = deque((edit for edit in self._edits if edit.uri != uri), maxlen=MAX_EDITS)

    def newest(self) -> tuple[RecentEdit, ...]:
        return tuple(self._edits)


def _moved(edit: RecentEdit, start: int, end: int, shift: int) -> RecentEdit:
    """Where the edit is after `start:end` was replaced by a text that is `shift` characters longer."""

    def move(offset: int) -> int:
        if offset <= start:
            return offset
        return offset + shift if offset >= end else min(offset, max(start, end + shift))

    return replace(edit, start=move(edit.start), end=move(edit.end))
