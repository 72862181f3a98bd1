"""A suggestion that grows: while nobody types, the same cursor may be answered with more of the same answer."""

import asyncio
from collections.abc import Callable

from hearth.engine.completion.cursor import Cursor
from hearth.engine.completion.generation import Generation
from hearth.engine.context.documents import Document
from hearth.engine.types import Completion

Look = Callable[[Cursor], Completion | None]


class Growth:
    """What was shown last in one document of an answer that is still being made."""

    def __init__(self) -> None:
        self._shown: tuple[Generation, Cursor, Completion, int] | None = None
        self._following: asyncio.Task[None] | None = None

    def began(self, generation: Generation | None, cursor: Cursor, shown: Completion) -> None:
        """`shown` is the answer to the cursor; it can grow if `generation` is still making it."""
        if generation is not None and generation.serves(cursor.text, cursor.offset):
            self._shown = (generation, cursor, shown, len(generation.answer))

    def follow(self, document: Document, look: Look, on_growth: Callable[[], None]) -> None:
        """Call `on_growth` each time that more can be shown, until the answer ends or the document changes.

        `look` returns what the cursor would be answered with by now. That parses, so it is called only where more
        of the answer is committed than before.
        """
        if self._shown is not None:
            self._following = asyncio.create_task(_follow(document, self._shown, look, on_growth))

    def stop(self) -> None:
        """Something newer happened."""
        self._shown = None
        if self._following is not None:
            self._following.cancel()


async def _follow(
    document: Document,
    began: tuple[Generation, Cursor, Completion, int],
    look: Look,
    on_growth: Callable[[], None],
) -> None:
    generation, cursor, shown, certain = began
    version = document.version
    await asyncio.sleep(0)  # who started this sends what is shown first
    while await generation.more(certain):
        certain = len(generation.answer)
        if (document.version, document.text) != (version, cursor.text):
            return
        now = look(cursor)
        if now is not None and _continues(now, shown):
            shown = now
            on_growth()


def _continues(now: Completion, shown: Completion) -> bool:
    """Whether there is more than is shown, and nothing of that changes."""
    if not shown.text:
        return bool(now.text)
    is_same_place = (now.start, now.end) == (shown.start, shown.end)
    return is_same_place and len(now.text) > len(shown.text) and now.text.startswith(shown.text)
