"""What was suggested, so that typing along a suggestion, or going back, is answered without the model.

An entry says: with this text left and right of the cursor, the answer was that. It holds for every cursor
that has moved along the answer since.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from engine.stop import CLOSERS

_LEFT = 1500  # characters that must be the same left of the cursor, and right of it
_RIGHT = 500
_ENTRIES = 64


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer to the place described by `left` and `right`; `complete` is False while more is coming."""

    offset: int
    left: str
    right: str
    answer: str
    confidence: float
    complete: bool = True

    def rest_at(self, text: str, offset: int) -> str | None:
        """What remains of the answer for a cursor that has moved along it, or None when it does not apply."""
        typed = text[self.offset : offset]
        if offset < self.offset or not self.answer.startswith(typed):
            return None
        if text[max(0, self.offset - _LEFT) : self.offset] != self.left:
            return None
        between_and_right = text[offset : offset + _RIGHT]
        if between_and_right == self.right:
            return self.answer[len(typed) :]
        # The editor closes brackets by itself: they stand between the cursor and the text that was there before.
        closed = len(between_and_right) - len(between_and_right.lstrip(CLOSERS + "\"'"))
        if closed and self.right.startswith(text[offset + closed : offset + _RIGHT]):
            return self.answer[len(typed) :]
        return None


@dataclass
class Suggestions:
    """The latest suggestions of one document, newest last, and those the user turned down."""

    _entries: OrderedDict[tuple[int, str], Suggestion] = field(default_factory=OrderedDict)
    _rejected: set[tuple[str, str]] = field(default_factory=set)

    def add(self, text: str, offset: int, answer: str, confidence: float, complete: bool = True) -> None:
        """Remember an answer; an empty one too: the place need not be asked about again."""
        left = text[max(0, offset - _LEFT) : offset]
        right = text[offset : offset + _RIGHT]
        self._entries[offset, left] = Suggestion(offset, left, right, answer, confidence, complete)
        self._entries.move_to_end((offset, left))
        while len(self._entries) > _ENTRIES:
            self._entries.popitem(last=False)

    def find(self, text: str, offset: int) -> tuple[str, Suggestion] | None:
        """(what remains, the entry) of the newest suggestion that applies to this cursor."""
        for entry in reversed(self._entries.values()):
            rest = entry.rest_at(text, offset)
            if rest is not None and (rest or (entry.offset == offset and entry.complete)):
                return rest, entry
        return None

    def reject(self, text: str, offset: int, answer: str) -> None:
        self._rejected.add((text[max(0, offset - 200) : offset], answer.split("\n")[0]))

    def is_rejected(self, text: str, offset: int, answer: str) -> bool:
        return (text[max(0, offset - 200) : offset], answer.split("\n")[0]) in self._rejected

    def clear(self) -> None:
        self._entries.clear()
