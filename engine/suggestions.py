"""What was suggested, so that typing along a suggestion, or going back, is answered without the model.

An entry says: with this text left and right of the cursor, the answer was that. It holds for every cursor
that has moved along the answer since.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.stop import CLOSERS

_LEFT = 1500  # characters that must be the same left of the cursor, and right of it
_RIGHT = 500
_ENTRIES = 64


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer that became certain as a whole, a line mostly; it ends at `end` of the answer.

    `probability` is that of the whole part; each of `steps` is (how far the answer went, the part's probability
    up to there).
    """

    end: int
    probability: float
    steps: tuple[tuple[int, float], ...] = ()

    def given(self, typed: int) -> float:
        """Its probability once so many characters of the answer have turned out to be right."""
        known = next((probability for end, probability in reversed(self.steps) if end <= typed), 1.0)
        return min(1.0, self.probability / known) if known > 0 else 0.0


def confidence(parts: Sequence[Part], typed: int = 0) -> float:
    """The probability of the least probable part of what is left of an answer; 0 when nothing is."""
    return min((part.given(typed) for part in parts if part.end > typed), default=0.0)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer to the place described by `left` and `right`; `complete` is False while more is coming."""

    offset: int
    left: str
    right: str
    answer: str
    parts: tuple[Part, ...]
    complete: bool = True

    def confidence_at(self, offset: int) -> float:
        """How sure what remains of it is, for a cursor that has moved along it to `offset`."""
        return confidence(self.parts, offset - self.offset)

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

    def add(self, text: str, offset: int, answer: str, parts: Sequence[Part], complete: bool = True) -> None:
        """Remember an answer; an empty one too: the place need not be asked about again."""
        left = text[max(0, offset - _LEFT) : offset]
        right = text[offset : offset + _RIGHT]
        self._entries[offset, left] = Suggestion(offset, left, right, answer, tuple(parts), complete)
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
