"""What the two APIs share in answering a chat: its text as it streams, cut where the client wants it cut."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from hearth.engine import logs
from hearth.engine.characters import PlainStream
from hearth.engine.errors import HearthError
from hearth.engine.types import ChatMessage, Finished, FinishReason, Piece, Usage
from hearth.lsp_server.http_api.answering import Answering, Limits
from hearth.lsp_server.http_api.bodies import Extras, place_of
from hearth.lsp_server.http_api.messages import Answer

log = logging.getLogger("hearth.http")
INTERNAL = "an internal error; details are in {}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the client wants of an answer. None stands for the user's settings."""

    tokens: int | None = None
    stop: tuple[str, ...] = ()
    temperature: float | None = None
    think: bool | None = None
    extras: Extras = field(default_factory=Extras)


@dataclass
class End:
    """How an answer ended; complete once it has."""

    is_cut: bool = False
    usage: Usage = field(default_factory=Usage)


async def answer(
    answering: Answering,
    messages: tuple[ChatMessage, ...],
    wanted: Wanted,
    end: End,
) -> AsyncGenerator[Piece, None]:
    """The pieces of the answer to a conversation. A last message that is a raw prompt for a cursor is answered so.

    Raises `HearthError`.
    """
    where = await place_of(messages[-1].content, None, wanted.extras, anywhere=False)
    if where is not None:
        found = await answering.complete(where, Limits(wanted.tokens, wanted.stop), bool(wanted.extras.invoked))
        end.is_cut, end.usage = found.is_cut, found.usage
        yield Piece(found.text)
        return
    events = answering.chat(messages, wanted.tokens, wanted.temperature, wanted.think)
    async with aclosing(said(events, wanted.stop, end)) as pieces:
        async for piece in pieces:
            yield piece


async def whole(pieces: AsyncGenerator[Piece, None]) -> tuple[str, str]:
    """All that is said, and all that is thought."""
    text, thinking = "", ""
    async with aclosing(pieces):
        async for piece in pieces:
            if piece.part == "thinking":
                thinking += piece.text
            else:
                text += piece.text
    return text, thinking


async def streamed(
    pieces: AsyncGenerator[Piece, None],
    written: Callable[[AsyncGenerator[Piece | str, None]], AsyncGenerator[bytes, None]],
    content_type: str,
) -> Answer:
    """The answer as it comes, as `written` writes it. Raises what goes wrong before anything was said."""
    first = await anext(pieces, None)
    events = written(_after(first, pieces))
    return Answer(200, events, content_type, first=await anext(events))


async def said(
    events: AsyncGenerator[Piece | Finished, None], stop: tuple[str, ...], end: End
) -> AsyncGenerator[Piece, None]:
    """The pieces of an answer, without what is hidden in it, up to the first of the stop sequences."""
    text, thinking, until = PlainStream(), PlainStream(), _Until(stop)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                end.usage, end.is_cut = event.usage, event.reason is FinishReason.LENGTH
                break
            if event.part == "thinking":
                if thought := thinking.push(event.text):
                    yield Piece(thought, "thinking")
            elif shown := until.push(text.push(event.text)):
                yield Piece(shown)
            if until.is_over:
                return
    if rest := until.push(text.finish()) + until.finish():
        yield Piece(rest)


async def _after(first: Piece | None, rest: AsyncGenerator[Piece, None]) -> AsyncGenerator[Piece | str, None]:
    """The pieces; a text is what went wrong behind the beginning, and the last."""
    async with aclosing(rest):
        if first is not None:
            yield first
        try:
            async for piece in rest:
                yield piece
        except HearthError as error:
            yield str(error)
        except Exception as error:
            log.error("an answer broke off", exc_info=error)
            yield INTERNAL.format(logs.where())


@dataclass
class _Until:
    """Holds back what may be the beginning of a stop sequence."""

    stop: tuple[str, ...]
    is_over: bool = False
    _held: str = ""

    def push(self, text: str) -> str:
        if self.is_over:
            return ""
        self._held += text
        found = [start for stop in self.stop if (start := self._held.find(stop)) >= 0]
        if found:
            self.is_over = True
            shown, self._held = self._held[: min(found)], ""
            return shown
        keep = max((_begun(self._held, stop) for stop in self.stop), default=0)
        shown = self._held[: len(self._held) - keep]
        self._held = self._held[len(shown) :]
        return shown

    def finish(self) -> str:
        rest, self._held = self._held, ""
        return rest


def _begun(text: str, stop: str) -> int:
    """How many characters at the end of the text are a beginning of the stop sequence."""
    lengths = range(min(len(text), len(stop) - 1), 0, -1)
    return next((length for length in lengths if text.endswith(stop[:length])), 0)
