"""What was suggested, so that typing along a suggestion, or going back, is answered without the model.

An entry says: with this text left and right of the cursor, the answer was that. It holds for every cursor
that has moved along the answer since.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from hearth.engine.completion.tail import closed_since, only_closers
from hearth.engine.types import Alternative

_LEFT = 1500  # characters that must be the same left of the cursor, and right of it
_RIGHT = 500
_ENTRIES = 64
# Of a doubtful line the words are shown as long as they are together more probable than this. Measured at 1,302
# cursors (0.5B): a sixth more keystrokes are saved, with fewer wrong characters.
_SURE = 0.35
_LOOK_AGAIN = 16  # characters that were typed along a doubtful answer
_WORTH_SHOWING = 8  # characters of an unfinished line


class Step(NamedTuple):
    """How probable a part of an answer is up to `end` of the answer."""

    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer that was committed as a whole, a line mostly; it ends at `end` of the answer.

    `probability` is that of the whole part, and `steps` say how it came to that.
    """

    end: int
    probability: float
    steps: tuple[Step, ...] = ()

    def given(self, typed: int) -> float:
        """Its probability once so many characters of the answer have turned out to be right."""
        return self.given_to(self.end, typed)

    def given_to(self, end: int, typed: int) -> float:
        """The same of its text up to `end`."""
        known = self._up_to(typed)
        up_to = self.probability if end >= self.end else self._up_to(end)
        return min(1.0, up_to / known) if known > 0 else 0.0

    def _up_to(self, end: int) -> float:
        return next((step.probability for step in reversed(self.steps) if step.end <= end), 1.0)


class Shown(NamedTuple):
    """What may be shown of an answer, its probability, and how its line goes on in the answer.

    `is_part`: it was cut, or may grow, so that it need not end where a person would stop.
    """

    text: str
    probability: float
    following: str = ""
    is_part: bool = False


def displayable(
    answer: str, parts: Sequence[Part], typed: int, right: str, min_probability: float, complete: bool = True
) -> Shown:
    """What may be shown once `typed` characters of the answer were typed.

    These are its lines up to the first one that is less probable than `min_probability`. Where that is the very
    first line, it is the line's probable words, if nothing but closers stands in `right`, the text right of the
    cursor.
    """
    left = [part for part in parts if part.end > typed]
    sure_lines = list(takewhile(lambda part: part.given(typed) >= min_probability, left))
    if sure_lines or not left or goes_on(right):
        end = sure_lines[-1].end if sure_lines else typed
        is_part = not complete or len(sure_lines) < len(left)
        return Shown(answer[typed:end], confidence(sure_lines or left, typed), answer[end:], is_part)
    part = left[0]
    steps = [Step(step.end, part.given_to(step.end, typed)) for step in part.steps if step.end > typed]
    sure = list(takewhile(lambda step: step.probability >= _SURE, steps))
    found = words(answer[typed : part.end], sure[-1].end - typed, sure[-1].probability) if sure else Shown("", 0.0)
    return found if found.text else Shown("", part.given(typed))


def words(text: str, end: int, probability: float) -> Shown:
    """The whole words of the first line up to `end`, where they are worth showing."""
    line = re.match(r"\s*[^\n]*", text[:end])
    found = line[0] if line else ""
    if len(found) == len(text) or re.match(r"\w", text[len(found) :]):
        found = re.sub(r"(?<!\w)\w+$", "", found)  # the word may go on
    found = found.rstrip()
    worth = found if len(found.strip()) >= _WORTH_SHOWING else ""
    return Shown(worth, probability, text[len(found) :], is_part=True)


def is_old(typed: str) -> bool:
    """Whether so much was typed along an answer that a fresh look may know better than its doubts."""
    return "\n" in typed or len(typed) >= _LOOK_AGAIN


def goes_on(right: str) -> bool:
    """Whether more than closing brackets stands right of the cursor on its line."""
    return not only_closers(right.partition("\n")[0])


def confidence(parts: Sequence[Part], typed: int = 0) -> float:
    """The probability of the least probable part of what is left of an answer; 0 when nothing is."""
    return min((part.given(typed) for part in parts if part.end > typed), default=0.0)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer to the place described by `left` and `right`; `complete` is False while more is coming.

    `alternatives` are the beginnings of other answers; `by_hand`: all that is missing was asked for.
    """

    offset: int
    left: str
    right: str
    answer: str
    parts: tuple[Part, ...]
    complete: bool = True
    alternatives: tuple[Alternative, ...] = ()
    by_hand: bool = False

    def displayable_at(self, offset: int, min_probability: float) -> Shown:
        """`displayable` for a cursor that has moved along it to `offset`."""
        return displayable(
            self.answer, self.parts, offset - self.offset, self.right, min_probability, self.complete
        )

    def is_old_at(self, offset: int) -> bool:
        """`is_old` for a cursor that has moved along it to `offset`."""
        return is_old(self.answer[: offset - self.offset])

    def alternatives_at(self, offset: int) -> list[str]:
        """What other answers begin with behind a cursor that has moved along it to `offset`."""
        typed = self.answer[: offset - self.offset]
        texts = [alternative.text for alternative in self.alternatives]
        return [text[len(typed) :] for text in texts if text.startswith(typed) and text != typed]

    def rest_at(self, text: str, offset: int) -> str | None:
        """What remains of the answer for a cursor that has moved along it, or None when it does not apply."""
        typed = text[self.offset : offset]
        if offset < self.offset or not self.answer.startswith(typed):
            return None
        if text[max(0, self.offset - _LEFT) : self.offset] != self.left:
            return None
        # The editor closes brackets by itself: they stand between the cursor and the text that was there before.
        if closed_since(text, offset, self.right, _RIGHT) is None:
            return None
        return self.answer[len(typed) :]


@dataclass
class Suggestions:
    """The latest suggestions of one document, newest last, and those the user turned down."""

    _entries: OrderedDict[tuple[int, str], Suggestion] = field(default_factory=OrderedDict)
    _rejected: set[tuple[str, str]] = field(default_factory=set)

    def add(
        self,
        text: str,
        offset: int,
        answer: str,
        parts: Sequence[Part],
        complete: bool = True,
        alternatives: tuple[Alternative, ...] = (),
        by_hand: bool = False,
    ) -> None:
        """Remember an answer; an empty one too: the place need not be asked about again."""
        left = text[max(0, offset - _LEFT) : offset]
        right = text[offset : offset + _RIGHT]
        entry = Suggestion(offset, left, right, answer, tuple(parts), complete, alternatives, by_hand)
        self._entries[offset, left] = entry
        self._entries.move_to_end((offset, left))
        while len(self._entries) > _ENTRIES:
            self._entries.popitem(last=False)

    def find(self, text: str, offset: int, by_hand: bool = False) -> Suggestion | None:
        """The newest suggestion that applies to this cursor.

        Who asks `by_hand` is not answered from what was found while typing, which may be less.
        """
        for entry in reversed(self._entries.values()):
            if by_hand and not entry.by_hand:
                continue
            rest = entry.rest_at(text, offset)
            if rest is not None and (rest or (entry.offset == offset and entry.complete)):
                return entry
        return None

    def reject(self, text: str, offset: int, answer: str) -> None:
        self._rejected.add((text[max(0, offset - 200) : offset], answer.split("\n")[0]))

    def is_rejected(self, text: str, offset: int, answer: str) -> bool:
        return (text[max(0, offset - 200) : offset], answer.split("\n")[0]) in self._rejected
