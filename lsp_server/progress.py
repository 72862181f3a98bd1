"""A progress bar for something that the user waits for."""

import asyncio
import itertools
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from hearth.lsp_server.words.client import Client

T = TypeVar("T")
_numbers = itertools.count(1)
_CREATION_SECONDS = 0.5
_LINE = 200  # characters of a line that are kept, its indentation included


class Progress:
    """A progress bar of the server's own making, which the user may cancel; nothing for clients without."""

    def __init__(self, client: Client, title: str) -> None:
        self._bar = client.bar(f"hearth-action-{next(_numbers)}")
        self._title = title
        self._line = ""

    async def __aenter__(self) -> "Progress":
        if self._bar is not None:
            with suppress(TimeoutError):  # Helix answers nothing while it waits for the edit itself
                await asyncio.wait_for(self._bar.create_async(), _CREATION_SECONDS)
            self._bar.begin(self._title, cancellable=True)
        return self

    def add(self, text: str) -> None:
        """Show the line that the model is writing."""
        self._line = (self._line + text).rpartition("\n")[2][:_LINE]
        if self._bar is not None and self._line.strip():
            self._bar.report(self._line.strip()[:60])

    async def cancellable(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result; None when the user cancelled the bar."""
        task = asyncio.ensure_future(work)
        if self._bar is not None and (future := self._bar.cancelled) is not None:
            future.add_done_callback(lambda future: task.cancel() if future.cancelled() else None)
        try:
            return await task
        except asyncio.CancelledError:
            task.cancel()
            if (ours := asyncio.current_task()) is not None and ours.cancelling():
                raise  # the request itself was cancelled
            return None

    async def __aexit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.end()
