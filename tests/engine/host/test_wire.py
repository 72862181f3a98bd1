import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.host import wire
from hearth.engine.types import CompletionRequest, ContextFile, FimPrompt, ModelRef, StopPolicy, Usage

REQUEST = CompletionRequest(
    "file:///a.py",
    FimPrompt("above\n", "below", "typed", "a.py", (ContextFile("b.py", "text"),)),
    StopPolicy("block", "head", "tail", ("above",), ("below",), "#", 3),
    64,
)


async def through(data: bytes) -> list[object]:
    """All messages that a client's bytes are read as."""
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    found: list[object] = []
    while (message := await wire.read(reader, "client")) is not None:
        found.append(message)
    return found


async def test_messages_arrive_as_they_were_sent() -> None:
    sent: list[wire.Message] = [
        wire.Hello(1, "0.1"),
        wire.Complete(7, ModelRef("m", "/m.gguf"), REQUEST, True),
        wire.Cancel(7),
    ]
    assert await through(b"".join(wire.encode(message) for message in sent)) == sent


async def test_a_cut_frame_is_a_peer_that_has_gone() -> None:
    assert await through(wire.encode(wire.Cancel(7))[:-1]) == []


async def test_a_frame_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(wire.WireError, match="over the limit"):
        await through((wire.MAX_FRAME + 1).to_bytes(4, "big"))


async def test_a_message_of_the_other_side_is_refused() -> None:
    with pytest.raises(wire.WireError):
        await through(wire.encode(wire.Done(1, "eog", Usage())))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_wire_error(data: bytes) -> None:
    try:
        message = wire.decode(data, "client")
    except wire.WireError:
        return
    assert isinstance(message, wire.FromClient)


def test_half_a_character_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(wire.WireError, match="no Unicode"):
        wire.encode(wire.Notice("a\ud800"))
