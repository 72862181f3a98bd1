"""A progress bar for something that the user waits for."""

import asyncio
import itertools
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from lsprotocol import types as lsp

from lsp_server.hearth import Hearth

T = TypeVar("T")
_numbers = itertools.count(1)
_CREATION_SECONDS = 0.5


class Progress:
    """A progress bar of the server's own making, which the user may cancel; nothing for clients without."""

    def __init__(self, ls: Hearth, title: str) -> None:
        window = ls.client_capabilities.window
        self._able = window is not None and bool(window.work_done_progress)
        self._bars, self._title = ls.work_done_progress, title
        self._token = f"hearth-action-{next(_numbers)}"
        self._line = ""

    async def __aenter__(self) -> "Progress":
        if self._able:
            with suppress(TimeoutError):  # Helix answers nothing while it waits for the edit itself
                await asyncio.wait_for(self._bars.create_async(self._token), _CREATION_SECONDS)
            self._bars.begin(self._token, lsp.WorkDoneProgressBegin(title=self._title, cancellable=True))
        return self

    def add(self, text: str) -> None:
        """Show the line that the model is writing."""
        self._line = (self._line + text).rpartition("\n")[2]
        if self._able and self._line.strip():
            self._bars.report(self._token, lsp.WorkDoneProgressReport(message=self._line.strip()[:60]))

    async def cancellable(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result; None when the user cancelled the bar."""
        task = asyncio.ensure_future(work)
        if (future := self._bars.tokens.get(self._token)) is not None:
            future.add_done_callback(lambda future: task.cancel() if future.cancelled() else None)
        try:
            return await task
        except asyncio.CancelledError:
            task.cancel()
            if (ours := asyncio.current_task()) is not None and ours.cancelling():
                raise  # the request itself was cancelled
            return None

    async def __aexit__(self, *_: object) -> None:
        if self._able:
            self._bars.end(self._token, lsp.WorkDoneProgressEnd())
            self._bars.tokens.pop(self._token, None)
