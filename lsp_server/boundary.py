"""The one error boundary: whatever a handler does, the client gets exactly one answer it can use.

Errors of the engine become the method's empty answer and one message; anything else is a bug of ours, goes to
the log with its traceback, and the user is told where. Cancellation passes: pygls answers it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from engine import paths
from engine.errors import HearthError
from engine.types import Status
from lsp_server.hearth import Hearth

log = logging.getLogger("hearth.server")
Handler = Callable[[Hearth, Any], Awaitable[Any]]


def guarded(handler: Handler, empty: Any) -> Handler:
    """The handler, answering `empty` where it would raise."""

    async def call(ls: Hearth, params: Any) -> Any:
        if task := asyncio.current_task():
            task.set_name(handler.__module__)  # by which the watchdog tells whose step it was
        try:
            return await handler(ls, params)
        except HearthError as error:
            ls.status(Status("error", str(error)))
            return empty
        except Exception:
            log.exception("%s failed", handler.__module__)
            ls.status(Status("error", f"an internal error was written to {paths.log_dir() / 'server.log'}"))
            return empty

    return call


def guarded_sync(handler: Callable[[Hearth, Any], None]) -> Callable[[Hearth, Any], None]:
    """The same for notifications that must be handled in the order of their arrival."""

    def call(ls: Hearth, params: Any) -> None:
        try:
            handler(ls, params)
        except Exception:
            log.exception("%s failed", handler.__module__)
            ls.doubt(params.text_document.uri, "a change was not made")

    return call
