"""The range of a text that has changed since something was computed from it, widened by every edit."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Change(Generic[Known]):
    """`known` was computed from an earlier text.

    Before `start` the earlier text equals the current one; from `end` on it does too, moved by `shift` characters.
    """

    known: Known
    start: int
    end: int
    shift: int

    def then(self, start: int, end: int, length: int) -> "Change[Known]":
        """The change after `start:end` of the current text is replaced by `length` characters."""
        shift = length - (end - start)
        moved = self.end + shift if self.end >= end else start + length
        return replace(
            self, start=min(self.start, start), end=max(moved, start + length), shift=self.shift + shift
        )

    def with_stretch(self, start: int, end: int) -> "Change[Known]":
        """The change if `start:end` also has a new meaning, although it was not edited."""
        return replace(self, start=min(self.start, start), end=max(self.end, end))
