"""Finding the host among what may listen at its socket; here it is played."""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hearth.engine import paths, state
from hearth.engine.errors import BackendUnavailable, BrokenModel, HostDied, RequestRefused
from hearth.engine.host import starter, supervision, transport, wire
from hearth.engine.host.client import HostClient
from hearth.engine.types import ChatMessage, ChatPrompt, ChatRequest, ModelRef
from tests.waiting import until

OURS = wire.Welcome(wire.PROTOCOL, starter.OURS, 4711)
MODEL = ModelRef("m", "/m.gguf")


@asynccontextmanager
async def a_host_that_says(*messages: wire.Message, waits: bool = True) -> AsyncIterator[list[wire.Message]]:
    """It says all this at once; yields what it is told. Unless it `waits`, it goes away then."""
    heard: list[wire.Message] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for message in messages:
            writer.write(wire.encode(message))
        while waits and (told := await wire.read(reader, "client")) is not None:
            heard.append(told)
        writer.close()

    stop = await transport.listen(paths.runtime_dir(), connected)
    try:
        yield heard
    finally:
        stop()


async def test_where_nobody_listens_there_is_no_host() -> None:
    assert await starter.running() is None


async def test_what_is_told_to_all_clients_may_come_before_the_welcome() -> None:
    async with a_host_that_says(wire.Loading("m", 10), wire.Notice("memory is low"), OURS) as heard:
        found = await starter.running()
        assert found is not None and found.pid == 4711
        found.writer.close()
        await found.writer.wait_closed()
    assert heard == [wire.Hello(wire.PROTOCOL, starter.OURS)]


async def test_an_older_host_is_asked_to_leave() -> None:
    async with a_host_that_says(wire.Welcome(wire.PROTOCOL - 1, "0.0.1", 4711)) as heard:
        assert await starter.running() is None
        await until(lambda: len(heard) == 2)
    assert heard[1] == wire.Shutdown()


async def test_a_newer_host_stays_and_the_user_is_told_what_to_do() -> None:
    async with a_host_that_says(wire.Welcome(wire.PROTOCOL, "999.0", 4711)) as heard:
        with pytest.raises(BackendUnavailable, match=r"newer Hearth \(999.0\).*restart the language server"):
            await starter.running()
    assert wire.Shutdown() not in heard


@pytest.mark.parametrize("message", [wire.Failed(1, "BackendError", "no"), None])
async def test_who_does_not_greet_is_no_host(message: wire.Message | None) -> None:
    async with a_host_that_says(*[message] if message else [], waits=False):
        assert await starter.running() is None


async def test_a_host_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int | None] = []
    monkeypatch.setattr(starter, "_GREETING_SECONDS", 0.05)
    monkeypatch.setattr(supervision, "kill_hung", ended.append)
    async with a_host_that_says():
        assert await starter.running() is None
    assert len(ended) == 1 and ended[0] is not None


@pytest.mark.parametrize(("still", "lives"), [(0.0, True), (60.0, True), (1000.0, False)])
async def test_a_host_that_greets_while_nothing_gets_on_is_ended(
    still: float, lives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int | None] = []
    monkeypatch.setattr(supervision, "kill_hung", ended.append)
    async with a_host_that_says(wire.Welcome(wire.PROTOCOL, starter.OURS, 4711, still)):
        found = await starter.running()
        if found is not None:
            found.writer.close()
    assert (found is not None) == lives
    assert ended == ([] if lives else [4711])


async def test_a_start_that_met_somebody_who_only_looked_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks whether a host runs holds the lock for a moment, and a host that starts then gives up."""
    started: list[Exited] = []

    def start(idle_minutes: float) -> "Exited":
        started.append(Exited(supervision.ANOTHER_RUNS if not started else 1))
        return started[-1]

    monkeypatch.setattr(starter, "_start", start)
    with pytest.raises(BackendUnavailable, match="does not start"):
        await starter.connect(1.0, 3)
    assert len(started) == 2


class Exited:
    """A process that has ended."""

    def __init__(self, status: int) -> None:
        self.status = status

    def poll(self) -> int:
        return self.status


async def test_a_host_that_goes_before_the_first_request_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end is read before the request is there; nobody else would ever answer it."""

    async def connect(idle_minutes: float, crash_budget: int) -> starter.Connection:
        reader, writer = await transport.connect(paths.runtime_dir())
        reader.feed_eof()
        return starter.Connection(reader, writer, 4711)

    monkeypatch.setattr(starter, "connect", connect)
    client = HostClient(lambda model, percent: None)
    async with a_host_that_says(), asyncio.timeout(60):
        with pytest.raises(HostDied, match="went away"):
            await nothing_of(client.generate(MODEL, ChatRequest("c", ChatPrompt((ChatMessage("user", "hello"),)))))
    await client.close()


async def test_text_that_cannot_be_sent_is_refused_and_the_next_request_goes_through() -> None:
    client = HostClient(lambda model, percent: None)
    async with a_host_that_says(OURS) as heard, asyncio.timeout(60):
        with pytest.raises(RequestRefused, match="no Unicode"):
            await nothing_of(
                client.generate(MODEL, ChatRequest("c", ChatPrompt((ChatMessage("user", "\ud800"),))))
            )
        asked = asyncio.create_task(nothing_of(client.generate(MODEL, ChatRequest("c", ChatPrompt(())))))
        await until(lambda: any(isinstance(message, wire.Generate) for message in heard))
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    await client.close()


async def nothing_of(events: AsyncIterator[object]) -> None:
    async for _ in events:
        pass


@pytest.mark.parametrize("full", [False, True])
async def test_a_host_that_dies_each_time_is_told_with_a_disk_that_is_full(
    full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No host then finds a note of what crashed, so none takes a safer profile."""

    async def dies(self: HostClient, message_for: object) -> AsyncIterator[wire.FromHost]:
        raise HostDied("it went away")
        yield

    def no_room(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(HostClient, "_request", dies)
    if full:
        monkeypatch.setattr(state, "write_atomically", no_room)
    with pytest.raises(BrokenModel, match="dies each time") as raised:
        await HostClient(lambda model, percent: None).load(MODEL)
    assert ("No space left on device" in str(raised.value)) == full
    assert not list(paths.state_dir().iterdir())
