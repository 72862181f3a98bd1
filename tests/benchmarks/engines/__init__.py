"""What answers in a replay. A module's `running(...)` is a context that yields an `Engine`; one runs at a time."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True)
class Buffer:
    """An open file; the cursor stands between `above` and `below`."""

    name: str
    language: str
    above: str
    below: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Ghost text at the cursor, "" for none, and its tokens where they are known."""

    ghost: str
    evaluated: int | None = None
    generated: int | None = None


class Engine(Protocol):
    async def open(self, buffer: Buffer) -> None:
        """A file is opened; the cursor is in it."""
        ...

    async def rest(self, buffer: Buffer) -> None:
        """The cursor has come to rest: work ahead may be done now, for up to a second."""
        ...

    async def typed(self, buffer: Buffer, text: str) -> None:
        """`text` was inserted; the buffer has it already."""
        ...

    async def ask(self, buffer: Buffer) -> Suggestion: ...

    async def leave(self, buffer: Buffer) -> None:
        """Nothing more is asked in this file."""
        ...
