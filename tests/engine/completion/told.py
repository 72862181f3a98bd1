"""A backend that says what the test tells it to, when the test tells it, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion import generation
from hearth.engine.errors import HearthError, HostDied
from hearth.engine.types import Alternative, CompletionRequest, Finished, FinishReason, Piece, Usage
from tests.engine.completion.typed_in import settle


@dataclass
class Told(ScriptedBackend):
    """`ended` counts the answers that are over. Each method returns once everybody has heard of what it says."""

    ended: int = 0
    _events: "asyncio.Queue[Piece | Finished | HearthError]" = field(default_factory=asyncio.Queue)
    _said: str = ""

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        self._said = ""
        try:
            while True:
                event = await self._events.get()
                if isinstance(event, HearthError):
                    raise event
                yield event
                if isinstance(event, Finished):
                    break
        finally:
            self.ended += 1

    async def think(self, text: str, probability: float = 1.0) -> None:
        """Something tentative: it may be taken back."""
        self._said += text
        await self._tell(Piece("", probability=probability, tentative=self._said))

    async def finish(self, probability: float = 1.0) -> None:
        """All that was tentative is certain now, and it was all."""
        await self._tell(Piece(self._said, probability=probability), Finished(FinishReason.EOG))

    async def say(self, text: str, probability: float = 1.0) -> None:
        """Something that is certain at once."""
        await self._tell(Piece(text, probability=probability))

    async def end(
        self,
        reason: FinishReason = FinishReason.EOG,
        usage: Usage | None = None,
        alternatives: tuple[Alternative, ...] = (),
        rule: str = "",
    ) -> None:
        await self._tell(Finished(reason, usage or Usage(), alternatives, rule))

    async def die(self) -> None:
        await self._tell(HostDied("the model's process went away"))

    async def _tell(self, *events: Piece | Finished | HearthError) -> None:
        for event in events:
            self._events.put_nowait(event)
        await settle()


@dataclass
class Clock:
    """The time by which answers are waited for, in seconds. It does not pass by itself."""

    now: float = 1.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(generation, "_now", stopped)
    return stopped
