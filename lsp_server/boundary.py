"""The one error boundary: whatever a handler does, the client gets exactly one answer it can use.

An error becomes the method's empty answer and one message. What is wrong with the model or its backend is also the
status from then on. What is wrong with the request is not, and neither is a bug of ours: its traceback goes to the
log, and the message says so. Cancellation passes: pygls answers it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import PurePath
from typing import Any

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from hearth.engine import logs
from hearth.engine.errors import HearthError, RequestError
from hearth.engine.types import Status
from hearth.lsp_server import healing
from hearth.lsp_server.features import Later
from hearth.lsp_server.session import Server

log = logging.getLogger("hearth.server")
Handler = Callable[[Server, Any], Awaitable[Any]]
Command = Callable[..., Awaitable[Any]]


def guarded(handler: Handler, empty: Any) -> Handler:
    """The handler, answering `empty` where it would raise; a function is asked for it with the parameters."""

    async def call(ls: Server, params: Any) -> Any:
        if task := asyncio.current_task():
            task.set_name(handler.__module__)  # by which the watchdog tells whose step it was
        try:
            if isinstance(uri := getattr(getattr(params, "text_document", None), "uri", None), str):
                await ls.documents.judged(uri)
            if isinstance(handler, Later):
                await handler.prepare()
            return await handler(ls, params)
        except RequestError as error:
            ls.client.show_message_once(str(error))
        except HearthError as error:
            ls.status(Status("error", str(error)))
        except Exception:
            _confess(ls, handler)
        return empty(params) if callable(empty) else empty

    return call


def guarded_command(command: Command, empty: Any = None) -> Command:
    """The same for a command: what the user asked for is answered with a message each time."""

    async def call(ls: Server, *arguments: Any) -> Any:
        try:
            await ls.loaded()
            return await command(ls, *arguments)
        except HearthError as error:
            ls.client.show_message(str(error))
        except Exception:
            _confess(ls, command)
        return empty

    return call


def guarded_sync(handler: Callable[[Server, Any], None]) -> Callable[[Server, Any], None]:
    """The same for notifications about documents, in the order of their arrival.

    A document that could not be followed is rebuilt at once, or else with its next change.
    """

    def call(ls: Server, params: Any) -> None:
        uri = params.text_document.uri
        before, was_broken = ls.documents.known(uri), uri in ls.documents.broken
        try:
            if not was_broken:
                return handler(ls, params)
        except Exception:
            log.exception("%s failed", handler.__module__)
            ls.client.show_message_once(_lost_step(uri))
        try:
            text = healing.after(before, params, ls.client.encoding)
            if text is None:
                ls.documents.discard(uri)
            else:
                ls.documents.reopen(uri, text)
        except Exception as error:
            log.error("a document cannot be followed: %s", type(error).__name__, exc_info=not was_broken)
            ls.documents.mark_desynced(uri, "a change was not made")

    return call


def guarded_notice(handler: Callable[[Server, Any], None]) -> Callable[[Server, Any], None]:
    """The same for what needs no answer: notebooks, and `initialize`, which has its answer already.

    The server goes on with what was done by then.
    """

    def call(ls: Server, params: Any) -> None:
        try:
            handler(ls, params)
        except Exception:
            _confess(ls, handler)

    return call


def _confess(ls: Server, handler: Callable[..., Any]) -> None:
    log.exception("%s failed", handler.__module__)
    ls.client.show_message_once(f"an internal error was written to {logs.where()}", lsp.MessageType.Error)


def _lost_step(uri: str) -> str:
    name = PurePath(to_fs_path(uri) or uri).name
    return (
        f"an internal error with {name} was written to {logs.where()}. Where nothing is suggested in it, its next "
        "change mends that; else close it and open it again."
    )
