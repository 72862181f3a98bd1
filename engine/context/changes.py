"""What has changed in a text since something was found out about it: one stretch, widened by every edit."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Change(Generic[Known]):
    """`known` is about an earlier text. Before `start` that is the same as now, and from `end` on it is the same
    but for its place, which has moved by `shift`.
    """

    known: Known
    start: int
    end: int
    shift: int

    def then(self, start: int, end: int, length: int) -> "Change[Known]":
        """After `start:end` of the text as it is now is replaced by `length` characters."""
        shift = length - (end - start)
        moved = self.end + shift if self.end >= end else start + length
        return replace(
            self, start=min(self.start, start), end=max(moved, start + length), shift=self.shift + shift
        )

    def with_stretch(self, start: int, end: int) -> "Change[Known]":
        """When `start:end` of the text now means something else, though it was not edited."""
        return replace(self, start=min(self.start, start), end=max(self.end, end))
