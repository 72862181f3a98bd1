"""What the user took and then deleted: it is not offered again while they delete it.

Typing along a suggestion and going back is another matter: what was typed by hand may come back.
"""

from dataclasses import dataclass

from hearth.engine.types import Completion

_LEFT = 200  # characters left of a suggestion that must be the same
_JUMP = 4  # characters of it that come at once when it is taken, but not when it is typed


@dataclass(frozen=True, slots=True)
class _Inserted:
    """A text at `start`, behind `left`."""

    left: str
    start: int
    text: str

    def before(self, text: str, offset: int) -> str | None:
        """How much of it stands left of the offset; None where something else does."""
        if text[max(0, self.start - _LEFT) : self.start] != self.left or offset < self.start:
            return None
        typed = text[self.start : min(offset, self.start + len(self.text))]
        return typed if self.text.startswith(typed) else None


@dataclass
class Taken:
    """The latest suggestion of one document, and the one that was taken before."""

    _offered: _Inserted | None = None
    _taken: _Inserted | None = None
    _last: int = 0  # the cursor at the last request
    _is_deleting: bool = False

    def offered(self, text: str, shown: Completion) -> None:
        """`shown` is the answer to a cursor in `text`."""
        if shown.text:
            self._offered = _Inserted(text[max(0, shown.start - _LEFT) : shown.start], shown.start, shown.text)

    def accepted(self, text: str, start: int, taken: str) -> None:
        """`taken` stands at `start` of the text since it was accepted; clients tell, or the cursor's jump does."""
        if text.startswith(taken, start):
            self._taken, self._is_deleting = _Inserted(text[max(0, start - _LEFT) : start], start, taken), False

    def is_deleted(self, text: str, offset: int) -> bool:
        """Whether the user is deleting what they took. Tell each request, with its cursor, in their order."""
        offered = self._offered.before(text, offset) if self._offered else None
        is_known = (
            self._taken is not None and self._offered is not None and self._taken.start == self._offered.start
        )
        if self._offered and offered and not is_known and self._is_at_once(offered, offset):
            self._taken, self._is_deleting = _Inserted(self._offered.left, self._offered.start, offered), False
        last, self._last = self._last, offset
        there = self._taken.before(text, offset) if self._taken else None
        if self._taken is None or there is None:
            self._taken, self._is_deleting = None, False
            return False
        rest = self._taken.text[len(there) :]
        if not rest or text.startswith(rest, offset):
            return False  # all of it is there, the cursor has just moved
        if self._is_deleting and offset > last:
            self._taken = None  # what is typed now is typed by hand
            return False
        self._is_deleting = True
        return True

    def _is_at_once(self, typed: str, offset: int) -> bool:
        assert self._offered is not None
        is_whole = typed == self._offered.text and len(typed) > 1
        return offset == self._offered.start + len(typed) and (
            offset - self._last >= _JUMP or (is_whole and self._last == self._offered.start)
        )
