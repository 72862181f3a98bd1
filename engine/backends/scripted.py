"""A backend that replays fixed pieces: fast tests of everything around the model."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from hearth.engine import fim
from hearth.engine.backends import OnStatus
from hearth.engine.backends.shared.kinds import by_kind
from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.reasoning import Splitter
from hearth.engine.settings import Settings
from hearth.engine.stopping import scanner
from hearth.engine.types import (
    Alternative,
    AnyRequest,
    ChatPrompt,
    ChatRequest,
    CompletionRequest,
    Finished,
    FinishReason,
    Piece,
    Probe,
    RewritePrompt,
    Status,
    Usage,
)


def create(settings: Settings, on_status: OnStatus) -> "ScriptedBackend":
    """The model settings are the scripts: pieces separated by "|", each after `delay_ms` (`5:a|b|c`).

    In that of completion, a form feed separates the answer and others, whose first pieces are its alternatives. In
    that of chat it separates the answers to one question after the other; the last one is repeated. That of next
    edits is a change of the draft: `sweep OLD→NEW`.
    """
    (pieces, delay_ms), *others = [_read(script) for script in settings.completion.model.split("\f")]
    answers = [_read(script) for script in settings.chat.model.split("\f")]
    on_status(Status("ready", "scripted"))
    chat_delay_ms = answers[0][1]
    return ScriptedBackend(
        pieces,
        delay_ms,
        [pieces for pieces, _ in answers],
        chat_delay_ms,
        [pieces for pieces, _ in others],
        settings.next_edit.trained_model.partition(" ")[2],
    )


@dataclass
class ScriptedBackend:
    pieces: Sequence[str]
    delay_ms: float = 0.0
    answers: Sequence[Sequence[str]] = ()
    chat_delay_ms: float = 0.0
    others: Sequence[Sequence[str]] = ()
    new_text: str = ""  # OLD→NEW
    requests: list[CompletionRequest | ChatRequest] = field(default_factory=list)
    warmed: list[CompletionRequest] = field(default_factory=list)

    def generate(self, request: AnyRequest) -> Stream:
        return by_kind(self, request, self.rewrite)

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        answer = scanner.StopScanner(request.stop)
        generated = 0
        begun = [pieces[1:] for pieces in self.others if request.prompt.typed.endswith(pieces[0])]
        for text in begun[0] if begun else self.pieces:
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
        alternatives = tuple(Alternative(pieces[0], 0.1) for pieces in self.others)
        yield Finished(
            FinishReason.STOP if answer.end else FinishReason.EOG,
            Usage(generated_tokens=generated),
            alternatives,
            answer.end,
        )

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        asked = sum(isinstance(each.prompt, ChatPrompt) for each in self.requests)
        pieces = self.answers[min(asked, len(self.answers)) - 1] if self.answers else self.pieces
        splitter = Splitter()
        for text in pieces[: request.max_tokens]:
            await asyncio.sleep(self.chat_delay_ms / 1000)
            for piece in splitter.push(text):
                yield piece
        for piece in splitter.finish():
            yield piece
        reason = FinishReason.LENGTH if len(pieces) > request.max_tokens else FinishReason.EOG
        yield Finished(reason, Usage(generated_tokens=min(len(pieces), request.max_tokens)))

    async def rewrite(self, request: AnyRequest) -> AsyncGenerator[Piece | Finished, None]:
        old, _, new = self.new_text.partition("→")
        draft = request.prompt.draft if isinstance(request.prompt, RewritePrompt) else ""
        for char in draft.replace(old, new) if old else draft:
            await asyncio.sleep(self.delay_ms / 1000)
            yield Piece(char)
        yield Finished(FinishReason.EOG)

    async def prepare_to_predict(self) -> float:
        return 0.0

    async def warm(self, request: CompletionRequest) -> Usage:
        self.warmed.append(request)
        return Usage()

    async def probe(self, request: CompletionRequest) -> Probe:
        return fim.probe(fim.FIM_TEMPLATES["qwen"], request.prompt)

    async def close(self) -> None:
        pass


def _read(script: str) -> tuple[list[str], int]:
    """(pieces, milliseconds before each)."""
    delay, colon, text = script.partition(":")
    if colon and delay.isdigit():
        return text.split("|"), int(delay)
    return script.split("|"), 0
