"""`hearth serve --http PORT`: listens on the loopback interface until it is told to stop."""

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

from hearth.engine import logs, paths
from hearth.engine.errors import HearthError
from hearth.engine.settings import Settings
from hearth.engine.types import Status
from hearth.lsp_server import watchdog
from hearth.lsp_server.http_api import guard
from hearth.lsp_server.http_api.answering import Answering
from hearth.lsp_server.http_api.connections import Bounds, Connection
from hearth.lsp_server.http_api.routes import HOW_TO_CHOOSE, Routes
from hearth.lsp_server.settings import read_toml, resolve
from hearth.lsp_server.words import stderr

log = logging.getLogger("hearth.http")
ADDRESS = "127.0.0.1"
MOST = 32  # connections


def serve(port: int, with_ollama: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; port 0 takes a free one."""
    try:
        settings = _settings()
        _import_backends(settings)
        watchdog.run(_serve(settings, port, with_ollama))
    except HearthError as error:
        stderr.tell(str(error))
        sys.exit(1)
    except OSError as error:
        stderr.tell(f"cannot listen on port {port} of {ADDRESS}: {os.strerror(error.errno or 0)}")
        sys.exit(1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass  # it was told to stop


async def _serve(settings: Settings, port: int, with_ollama: bool) -> None:
    token = guard.own_token()
    answering = Answering(settings, _Telling())
    doors = Doors(Routes(answering, token, with_ollama))
    _stop_on_sigterm()
    listening = await asyncio.start_server(doors.enter, ADDRESS, port, limit=1 << 16)
    waking = asyncio.create_task(_wake(answering))  # whoever starts the server is about to use it
    try:
        port = listening.sockets[0].getsockname()[1]
        _tell(f"listening on http://{ADDRESS}:{port}/v1; the token is in {guard.token_file()}")
        if with_ollama:
            _tell(f"for clients of Ollama: http://{ADDRESS}:{port}")
        await asyncio.Event().wait()
    finally:
        listening.close()
        waking.cancel()
        await doors.close()
        await answering.close()


async def _wake(answering: Answering) -> None:
    with suppress(HearthError):  # a request will say why it cannot be answered
        await answering.wake()


class Doors:
    """The connections that are open, never more than `most`."""

    def __init__(self, routes: Routes, most: int = MOST, bounds: Bounds | None = None) -> None:
        self._routes = routes
        self._most = most
        self._bounds = bounds or Bounds()
        self._open: dict[Connection, None] = {}  # in the order in which they came
        self._serving: set[asyncio.Task[Any]] = set()

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client. Where there is no room, the oldest one goes that is not being answered."""
        connection = Connection(reader, writer, self._routes, self._bounds)
        if len(self._open) >= self._most:
            idle = next((each for each in self._open if not each.is_busy), None)
            if idle is None:
                connection.abort()
                return
            del self._open[idle]
            idle.abort()
        self._open[connection] = None
        task: asyncio.Task[Any] | None = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await connection.serve()
        except asyncio.CancelledError:
            pass  # by `close`; nobody else knows this task
        except Exception as error:  # a fault of ours ends this connection, and no other
            log.error("a connection failed", exc_info=error)
        finally:
            self._open.pop(connection, None)
            self._serving.discard(task)

    async def close(self) -> None:
        """End all connections, and what is being answered on them."""
        for connection in self._open:
            connection.abort()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)


class _Telling:
    """What the user is told of a model that is fetched, in steps of ten percent, and of what goes wrong."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, status: Status) -> None:
        said = ""
        if status.kind == "downloading":
            said = f"downloading {status.message}: {(status.percent or 0) // 10 * 10}%"
        elif status.kind == "error":
            said = f"{status.message} {HOW_TO_CHOOSE}" if status.choose else status.message
        if said and said != self._last:
            self._last = said
            _tell(said)


def _settings() -> Settings:
    """From the user's `hearth.toml`; problems are told on stderr."""
    if reason := paths.config_trouble():
        layer, problems = None, [reason]
    else:
        layer, problems = read_toml(paths.config_file(), trusted=True)
    settings, more = resolve([layer] if layer else [])
    for problem in problems + more:
        _tell(problem)
    logs.debug(settings.debug)
    return settings


def _import_backends(settings: Settings) -> None:
    """Now, for that takes a while, and nobody waits yet. One that is not there is told to whoever asks."""
    for name in {settings.completion.backend, settings.chat.backend}:
        if name.isidentifier():
            with suppress(ImportError):
                import_module(f"hearth.engine.backends.{name}")


def _stop_on_sigterm() -> None:
    task = asyncio.current_task()
    if task is not None:
        with suppress(NotImplementedError):  # Windows has no such signal
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _tell(what: str) -> None:
    log.info("%s", what)
    stderr.tell(what)
