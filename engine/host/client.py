"""Talks to the host of this user, which `starter` finds or starts on first need.

All requests of a process share one connection. When the host dies every pending request gets `HostDied`, and
the next one starts a new host; a host that dies while it loads a model is started again at once, because it
takes a safer profile then.
"""

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Any

from hearth.engine import errors, paths, state
from hearth.engine.host import starter, wire
from hearth.engine.host.profiles import PROFILES
from hearth.engine.types import AnyRequest, Finished, ModelRef, Piece, Probe

log = logging.getLogger("hearth.client")
_SILENCE_SECONDS = 10.0
_GONE = "the model's process went away; it is started again on the next request"

OnLoading = Callable[[str, int], None]
Event = wire.FromHost | None  # None: the host has gone


class HostClient:
    """One connection to the host, made when first needed and again after it broke."""

    def __init__(
        self,
        on_loading: OnLoading,
        idle_minutes: float = 10.0,
        crash_budget: int = 6,
        on_notice: Callable[[str], None] = log.warning,
    ) -> None:
        self._on_loading = on_loading
        self._on_notice = on_notice
        self._idle_minutes = idle_minutes
        self._crash_budget = crash_budget
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Queue[Event]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._connecting: asyncio.Task[asyncio.StreamWriter] | None = None
        self._asking = asyncio.Lock()
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
        raise errors.BrokenModel(
            f"{model.id} cannot be loaded: the model's process dies each time{_why_nothing_is_learnt()}"
        )

    async def generate(self, model: ModelRef, request: AnyRequest) -> AsyncGenerator[Piece | Finished, None]:
        async with aclosing(self._request(lambda id: wire.Generate(id, model, request))) as events:
            async for event in events:
                if piece := _piece(event):
                    yield piece

    async def inspect(self, model: ModelRef, request: AnyRequest) -> Probe:
        async with aclosing(self._request(lambda id: wire.Inspect(id, model, request))) as events:
            async for event in events:
                if isinstance(event, wire.Inspected):
                    return event.probe
        raise errors.BackendError("the model's process did not say what it would be sent")

    async def close(self) -> None:
        if self._connecting is not None and not self._connecting.done():
            self._connecting.cancel()
            with suppress(asyncio.CancelledError, errors.HearthError):
                await self._connecting
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    async def _request(self, message_for: Callable[[int], wire.Message]) -> AsyncGenerator[wire.FromHost, None]:
        """Send one request and yield its events up to `Done`; leaving early cancels it in the host."""
        writer = await self._connected()
        if writer.is_closing():  # the host went away before anybody could wait for its answers
            raise errors.HostDied(_GONE)
        id = next(self._ids)
        events: asyncio.Queue[Event] = asyncio.Queue()
        self._pending[id] = events
        ended = False
        try:
            writer.write(_encoded(message_for(id)))
            while True:
                event = await self._next_event(events)
                ended = event is None or isinstance(event, wire.Done | wire.Failed)
                if event is None:
                    raise errors.HostDied(_GONE)
                if isinstance(event, wire.Failed):
                    raise _error(event)
                yield event
                if ended:
                    return
        finally:
            self._pending.pop(id, None)
            if not ended and not writer.is_closing():
                writer.write(wire.encode(wire.Cancel(id)))

    async def _next_event(self, events: asyncio.Queue[Event]) -> Event:
        """A host that has been silent for long is asked whether it lives; one that hangs is ended."""
        while True:
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    return await events.get()
            except TimeoutError:
                async with self._asking:
                    with suppress(errors.HearthError, OSError):
                        if (found := await starter.running()) is not None:
                            found.writer.close()

    async def _connected(self) -> asyncio.StreamWriter:
        """The connection; one attempt serves all who wait, and goes on when they are cancelled."""
        if self._writer is not None and not self._writer.is_closing():
            return self._writer
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect())
        return await asyncio.shield(self._connecting)

    async def _connect(self) -> asyncio.StreamWriter:
        found = await starter.connect(self._idle_minutes, self._crash_budget)
        self._writer, self.host_pid = found.writer, found.pid
        self._reading = asyncio.create_task(self._read(found.reader, found.writer))
        return found.writer

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand every message to the request it belongs to, until the host goes away."""
        try:
            while (message := await wire.read(reader, "host")) is not None:
                if isinstance(message, wire.Loading):
                    self._on_loading(message.model, message.percent)
                elif isinstance(message, wire.Notice):
                    self._on_notice(message.text)
                elif (events := self._pending.get(getattr(message, "id", 0))) is not None:
                    events.put_nowait(message)
        except wire.WireError as error:
            log.error("the host talks nonsense: %s", error)
        finally:
            writer.close()
            self.host_pid = None
            for events in self._pending.values():
                events.put_nowait(None)


def _encoded(message: wire.Message) -> bytes:
    try:
        return wire.encode(message)
    except wire.WireError as error:
        raise errors.RequestRefused(f"the model's process cannot be sent this request: {error}") from error


def _why_nothing_is_learnt() -> str:
    """The next host takes a safer profile only if it finds a note of what crashed; the end of a sentence."""
    file = paths.state_dir() / "client.probe"
    if state.keep(file, b"x"):
        file.unlink(missing_ok=True)
        return ""
    return f", and it cannot take safer options, because {state.trouble()}"


def _piece(event: wire.FromHost) -> Piece | Finished | None:
    if isinstance(event, wire.Token):
        return Piece(event.text, probability=event.probability, tentative=event.tentative)
    if isinstance(event, wire.Done):
        return Finished(event.reason, event.usage, event.alternatives, event.rule)
    return None


def _error(failed: wire.Failed) -> errors.HearthError:
    kind: Any = getattr(errors, failed.error, errors.BackendError)
    known = isinstance(kind, type) and issubclass(kind, errors.HearthError)
    error: errors.HearthError = kind(failed.message) if known else errors.BackendError(failed.message)
    return error
