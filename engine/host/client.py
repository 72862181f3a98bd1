"""Finds the host of this user, starts it on first need, and talks to it.

All requests of a process share one connection. When the host dies every pending request gets `HostDied`, and
the next one starts a new host; a host that dies while it loads a model is started again at once, because it
takes a safer profile then.
"""

import asyncio
import itertools
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from importlib.metadata import version
from typing import Any

from filelock import AsyncFileLock

from engine import errors, paths
from engine.host import transport, wire
from engine.host.profiles import PROFILES
from engine.types import ChatRequest, CompletionRequest, Finished, ModelRef, Piece, Probe

log = logging.getLogger("hearth.client")
_START_SECONDS = 20.0

OnLoading = Callable[[str, int], None]
Event = wire.FromHost | None  # None: the host has gone


class HostClient:
    """One connection to the host, made when first needed and again after it broke."""

    def __init__(self, on_loading: OnLoading, idle_minutes: float = 10.0) -> None:
        self._on_loading = on_loading
        self._idle_minutes = idle_minutes
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Queue[Event]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.host_pid: int | None = None

    async def load(self, model: ModelRef) -> wire.Report:
        """Have the model loaded and tested; safer profiles are tried when the host dies of it."""
        for attempt in range(2 * len(PROFILES)):
            try:
                async with aclosing(self._request(lambda id: wire.Load(id, model))) as events:
                    async for event in events:
                        if isinstance(event, wire.Report):
                            return event
                raise errors.BackendError("the model's process did not report on the model")
            except errors.HostDied:
                log.warning("the host died while loading %s (attempt %d)", model.id, attempt + 1)
        raise errors.BrokenModel(f"{model.id} cannot be loaded: the model's process dies each time")

    async def complete(
        self, model: ModelRef, request: CompletionRequest, warm_up: bool = False
    ) -> AsyncGenerator[Piece | Finished, None]:
        async with aclosing(self._request(lambda id: wire.Complete(id, model, request, warm_up))) as events:
            async for event in events:
                if piece := _piece(event):
                    yield piece

    async def chat(self, model: ModelRef, request: ChatRequest) -> AsyncGenerator[Piece | Finished, None]:
        async with aclosing(self._request(lambda id: wire.Chat(id, model, request))) as events:
            async for event in events:
                if piece := _piece(event):
                    yield piece

    async def inspect(self, model: ModelRef, request: CompletionRequest) -> Probe:
        async with aclosing(self._request(lambda id: wire.Inspect(id, model, request))) as events:
            async for event in events:
                if isinstance(event, wire.Inspected):
                    return event.probe
        raise errors.BackendError("the model's process did not say what it would be sent")

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    async def _request(self, message_for: Callable[[int], wire.Message]) -> AsyncGenerator[wire.FromHost, None]:
        """Send one request and yield its events up to `Done`; leaving early cancels it in the host."""
        writer = await self._connected()
        id = next(self._ids)
        events: asyncio.Queue[Event] = asyncio.Queue()
        self._pending[id] = events
        ended = False
        try:
            writer.write(wire.encode(message_for(id)))
            while True:
                event = await events.get()
                ended = event is None or isinstance(event, wire.Done | wire.Failed)
                if event is None:
                    raise errors.HostDied("the model's process went away; it is started again on the next request")
                if isinstance(event, wire.Failed):
                    raise _error(event)
                yield event
                if ended:
                    return
        finally:
            self._pending.pop(id, None)
            if not ended and not writer.is_closing():
                writer.write(wire.encode(wire.Cancel(id)))

    async def _connected(self) -> asyncio.StreamWriter:
        async with self._connecting:
            if self._writer is None or self._writer.is_closing():
                reader, self._writer = await self._find_or_start()
                self._reading = asyncio.create_task(self._read(reader, self._writer))
            return self._writer

    async def _find_or_start(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; under a lock, so that two windows that open together start one host."""
        with suppress(OSError):
            return await self._greeted()
        async with AsyncFileLock(paths.runtime_dir() / "host.lock", timeout=_START_SECONDS):
            with suppress(OSError):
                return await self._greeted()
            self._start()
            give_up = time.monotonic() + _START_SECONDS
            while time.monotonic() < give_up:
                with suppress(OSError):
                    return await self._greeted()
                if self._process is not None and self._process.poll() is not None:
                    break
                await asyncio.sleep(0.02)
        raise errors.BackendUnavailable(
            f"the model's process does not start; {paths.log_dir() / 'host.log'} may say why (`hearth doctor`)"
        )

    async def _greeted(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect and shake hands. A host of another version is asked to leave, and counts as absent."""
        reader, writer = await transport.connect(paths.runtime_dir())
        ours = version("hearth-lsp")
        writer.write(wire.encode(wire.Hello(wire.PROTOCOL, ours)))
        welcome = await wire.read(reader, "host")
        if isinstance(welcome, wire.Welcome) and (welcome.protocol, welcome.version) == (wire.PROTOCOL, ours):
            self.host_pid = welcome.pid
            return reader, writer
        if welcome is not None:
            log.info("a host of another version is running; asking it to leave")
            writer.write(wire.encode(wire.Shutdown()))
        writer.close()
        raise ConnectionError("no host of this version")

    def _start(self) -> None:
        """-P keeps the current folder off the module path: it belongs to the user's project, not to us."""
        log_file = paths.log_dir() / "host.err"
        log_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with log_file.open("wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "engine.host"],
                stdin=subprocess.DEVNULL,
                stdout=err,
                stderr=err,
                cwd=paths.runtime_dir(),
                env={**os.environ, "HEARTH_IDLE_MINUTES": str(self._idle_minutes)},
                start_new_session=True,  # Ctrl-C in a terminal is not for the host
            )

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand every message to the request it belongs to, until the host goes away."""
        try:
            while (message := await wire.read(reader, "host")) is not None:
                if isinstance(message, wire.Loading):
                    self._on_loading(message.model, message.percent)
                elif (events := self._pending.get(getattr(message, "id", 0))) is not None:
                    events.put_nowait(message)
        except wire.WireError as error:
            log.error("the host talks nonsense: %s", error)
        finally:
            writer.close()
            self.host_pid = None
            for events in self._pending.values():
                events.put_nowait(None)


def _piece(event: wire.FromHost) -> Piece | Finished | None:
    if isinstance(event, wire.Token):
        return Piece(event.text, probability=event.probability)
    if isinstance(event, wire.Done):
        return Finished(event.reason, event.usage)
    return None


def _error(failed: wire.Failed) -> errors.HearthError:
    kind: Any = getattr(errors, failed.error, errors.BackendError)
    known = isinstance(kind, type) and issubclass(kind, errors.HearthError)
    error: errors.HearthError = kind(failed.message) if known else errors.BackendError(failed.message)
    return error
