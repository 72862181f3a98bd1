"""The messages between clients and the host: typed, bounded, MessagePack behind a four-byte length.

A request carries an id that is unique in its connection; it is answered by any number of `Token`s and then
exactly one `Done` or `Failed`. A frame over `MAX_FRAME` bytes or of the wrong shape ends the connection.
"""

import asyncio
import struct
from typing import Any, Literal

import msgspec

from hearth.engine.types import Alternative, AnyRequest, FinishReason, ModelRef, Probe, Usage

# Raised with every change of a message; a host and a client of different versions part ways politely.
PROTOCOL = 11
MAX_FRAME = 16 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class Hello(msgspec.Struct, tag=True, frozen=True):
    """`idle_minutes`: from now on the host leaves after that time without clients; None leaves it as it is."""

    protocol: int
    version: str
    idle_minutes: float | None = None


class Generate(msgspec.Struct, tag=True, frozen=True):
    """Ask a model for an answer to a prompt of any kind, or to evaluate the prompt only."""

    id: int
    model: ModelRef
    request: AnyRequest


class Load(msgspec.Struct, tag=True, frozen=True):
    """Load a model now, self-test included; answered by `Report` and `Done`.

    The threads and GPU layers of the last such message count: a model that is loaded otherwise is loaded again.
    """

    id: int
    model: ModelRef


class Inspect(msgspec.Struct, tag=True, frozen=True):
    """Tell what a request would send, without evaluating it; answered by `Inspected` and `Done`."""

    id: int
    model: ModelRef
    request: AnyRequest


class Cancel(msgspec.Struct, tag=True, frozen=True):
    id: int


class Shutdown(msgspec.Struct, tag=True, frozen=True):
    """Ask the host to leave: after its current requests (an updated client came), or `now` (the user says so)."""

    now: bool = False


class Welcome(msgspec.Struct, tag=True, frozen=True):
    """`still`: for so many seconds the thread of the model has not moved, though there is something to do."""

    protocol: int
    version: str
    pid: int
    still: float = 0.0


class Loading(msgspec.Struct, tag=True, frozen=True):
    model: str
    percent: int


class Notice(msgspec.Struct, tag=True, frozen=True):
    """Something that every user of the host may want to know, such as that memory is low."""

    text: str


class Report(msgspec.Struct, tag=True, frozen=True):
    """What is known about a loaded model: profile, self-test, speeds in tokens per second, memory in bytes.

    `news` is the one of the `notes` that nobody has been told yet, or "".
    """

    id: int
    model: str
    profile: str
    fim: str
    notes: tuple[str, ...]
    prefill_speed: float
    decode_speed: float
    resident_bytes: int
    threads: int
    news: str = ""
    gpu_layers: int = 0
    can_offload: bool = False  # whether this build of llama.cpp can use a GPU, and finds one
    placement: str = ""  # which layers are where, and why, in words


class Inspected(msgspec.Struct, tag=True, frozen=True):
    id: int
    probe: Probe


class Token(msgspec.Struct, tag=True, frozen=True):
    id: int
    text: str
    probability: float = 1.0
    tentative: str = ""


class Done(msgspec.Struct, tag=True, frozen=True):
    id: int
    reason: FinishReason
    usage: Usage
    alternatives: tuple[Alternative, ...] = ()
    rule: str = ""


class Failed(msgspec.Struct, tag=True, frozen=True):
    """`error` is the name of a class in engine.errors."""

    id: int
    error: str
    message: str


FromClient = Hello | Generate | Load | Inspect | Cancel | Shutdown
FromHost = Welcome | Loading | Notice | Report | Inspected | Token | Done | Failed

Message = FromClient | FromHost

_encoder = msgspec.msgpack.Encoder()
_decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {
    "client": msgspec.msgpack.Decoder(FromClient),
    "host": msgspec.msgpack.Decoder(FromHost),
}


class WireError(Exception):
    """What was sent, or is to be sent, is not a message."""


def encode(message: Message) -> bytes:
    """The frame of a message. Raises `WireError` for one that is too large or holds half a character."""
    try:
        payload = _encoder.encode(message)
    except UnicodeEncodeError as error:
        raise WireError(f"it holds text that is no Unicode (at {error.start}: {error.reason})") from error
    if len(payload) > MAX_FRAME:
        raise WireError(f"a message of {len(payload)} bytes is over the limit of {MAX_FRAME}")
    return _LENGTH.pack(len(payload)) + payload


async def read(reader: asyncio.StreamReader, sender: Literal["client", "host"]) -> Any | None:
    """The next message, or None when the peer has gone. Raises `WireError` on anything else."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > MAX_FRAME:
            raise WireError(f"a frame of {length} bytes is over the limit of {MAX_FRAME}")
        payload = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return decode(payload, sender)


def decode(payload: bytes, sender: Literal["client", "host"]) -> Any:
    try:
        return _decoders[sender].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from error
