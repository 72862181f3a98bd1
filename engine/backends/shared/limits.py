"""Where an answer ends whatever the server does: by its marks, by its length, and by the clock."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from hearth.engine.backends.shared import json_text
from hearth.engine.backends.shared.http import Patience, Site, too_slow
from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.types import Finished, FinishReason, Piece

_CHARACTERS = 32  # that a token has at most, on the average of an answer; code has 3 to 4
_FEW = 4096  # characters that any answer may have
_AT_ONCE = 256  # characters: what the stop rules make of them takes the loop some milliseconds


async def bounded(start: Callable[[], Stream], max_tokens: int, patience: Patience, site: Site) -> Stream:
    """The stream that `start` gives, which a sound server would have kept short and ended by itself.

    Halves of characters are replaced; what is longer than `max_tokens` can be ends as "limit". Raises
    `BackendUnavailable` when the end does not come in time.
    """
    seconds = patience.first_token + patience.token * max_tokens
    deadline = asyncio.get_running_loop().time() + seconds
    left = _FEW + _CHARACTERS * max_tokens
    async with aclosing(start()) as stream:
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    event = await anext(stream, None)
            except TimeoutError as error:
                raise too_slow(site, seconds, "finished its answer") from error
            if event is None:
                return
            if isinstance(event, Finished):
                yield event
                return
            text = json_text.sound(event.text[:left])
            for begin in range(0, max(1, len(text)), _AT_ONCE):  # an empty piece counts too
                if begin:
                    await asyncio.sleep(0)
                yield replace(event, text=text[begin : begin + _AT_ONCE])
            left -= len(event.text)
            if left <= 0:
                yield Finished(FinishReason.LENGTH)
                return


async def until(stream: Stream, marks: Sequence[str]) -> Stream:
    """End the answer where one of `marks` begins, as a server does that takes all of them as stop strings."""
    held = ""
    async with aclosing(stream):
        async for event in stream:
            if isinstance(event, Piece) and event.part == "thinking":
                yield event
                continue
            said = held + event.text if isinstance(event, Piece) else held
            found = [place for mark in marks if (place := said.find(mark)) >= 0]
            if found:
                if text := said[: min(found)]:
                    yield Piece(text)
                yield Finished(FinishReason.EOG)
                return
            keep = _begun(said, marks) if isinstance(event, Piece) else 0
            held = said[len(said) - keep :]
            if text := said[: len(said) - keep]:
                yield Piece(text)
            if isinstance(event, Finished):
                yield event


def _begun(text: str, marks: Sequence[str]) -> int:
    """How many characters at the end of `text` may be the beginning of a mark."""
    longest = min(max(map(len, marks), default=1) - 1, len(text))
    sizes = range(longest, 0, -1)
    return next((size for size in sizes if any(mark.startswith(text[-size:]) for mark in marks)), 0)
