"""An answer that can be stopped while the model is silent."""

import asyncio
from collections.abc import AsyncGenerator

from hearth.engine.types import Finished, FinishReason, Piece


async def until(
    events: AsyncGenerator[Piece | Finished, None], stopped: asyncio.Event
) -> AsyncGenerator[Piece | Finished, None]:
    """The events up to the moment when `stopped` is set, which may come while the model is silent."""
    stop = asyncio.create_task(stopped.wait())
    following: asyncio.Task[Piece | Finished] | None = None
    try:
        while True:
            following = asyncio.create_task(_following(events))
            await asyncio.wait({following, stop}, return_when=asyncio.FIRST_COMPLETED)
            if stop.done():
                yield Finished(FinishReason.INTERRUPTED)
                return
            event = following.result()
            yield event
            if isinstance(event, Finished):
                return
    finally:
        stop.cancel()
        if following is not None and not following.done():
            following.cancel()
            await asyncio.wait({following})
        await events.aclose()


async def _following(events: AsyncGenerator[Piece | Finished, None]) -> Piece | Finished:
    async for event in events:
        return event
    return Finished(FinishReason.EOG)
