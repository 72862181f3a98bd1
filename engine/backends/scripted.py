"""A backend that replays fixed pieces: fast tests of everything around the model."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from engine import stop
from engine.backends import OnStatus
from engine.settings import Settings
from engine.types import ChatRequest, CompletionRequest, Finished, Piece, Status, Usage


def create(settings: Settings, on_status: OnStatus) -> "ScriptedBackend":
    """The model setting is the script: pieces separated by "|", each after `delay_ms` (`5:a|b|c`)."""
    delay, colon, script = settings.completion.model.partition(":")
    delay_ms = int(delay) if colon and delay.isdigit() else 0
    pieces = (script if colon and delay.isdigit() else settings.completion.model).split("|")
    on_status(Status("ready", "scripted"))
    return ScriptedBackend(pieces, delay_ms)


@dataclass
class ScriptedBackend:
    pieces: Sequence[str]
    delay_ms: float = 0.0
    requests: list[CompletionRequest | ChatRequest] = field(default_factory=list)
    warmed: list[CompletionRequest] = field(default_factory=list)

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        answer = stop.Answer(request.stop)
        generated = 0
        for text in self.pieces:
            await asyncio.sleep(self.delay_ms / 1000)
            generated += 1
            accepted = answer.push(text)
            if accepted:
                yield Piece(accepted)
            if answer.stopped:
                break
        rest = answer.finish()
        if rest:
            yield Piece(rest)
        yield Finished(answer.reason or "eog", Usage(generated_tokens=generated))

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        for text in self.pieces:
            await asyncio.sleep(self.delay_ms / 1000)
            yield Piece(text)
        yield Finished("eog", Usage(generated_tokens=len(self.pieces)))

    async def warm(self, request: CompletionRequest) -> None:
        self.warmed.append(request)

    async def close(self) -> None:
        pass
