"""A cursor and what was parsed around it, and how an answer is set there."""

from dataclasses import dataclass

from engine.context.code import Code
from engine.context.syntax import errors_after
from engine.stopping.pairs import Closers
from engine.tail import Tail, closers_at, tail_at


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor at `offset` of a text, and `code`, the part of it that was parsed and begins at `code_start`."""

    text: str
    offset: int
    code: Code
    code_start: int

    @property
    def offset_in_code(self) -> int:
        return self.offset - self.code_start

    @property
    def tail(self) -> Tail:
        return tail_at(self.text, self.offset)

    @property
    def closers(self) -> Closers:
        return closers_at(self.code, self.offset_in_code)

    @property
    def line_end(self) -> str:
        """That of the text."""
        return "\r\n" if "\r\n" in self.code.text else "\n"


@dataclass(frozen=True, slots=True)
class Fit:
    """Insert `text` in the place of the `replaced` characters right of the cursor."""

    text: str
    replaced: int = 0


def errors_with(place: Place, fit: Fit, closing: str = "") -> int:
    """How many errors the tree has with the answer; `closing` is set behind it only to look at it."""
    start = place.offset_in_code
    end = min(start + fit.replaced, len(place.code.text))
    return errors_after(place.code, start, end, fit.text + closing)
