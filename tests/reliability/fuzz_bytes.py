"""Damaged frames for the wire and damaged headers for the GGUF reader: each is read or refused, nothing else."""

import asyncio
import random
import struct
from pathlib import Path
from typing import Literal

from hearth.engine.errors import BrokenModel
from hearth.engine.host import wire
from hearth.engine.models import gguf
from hearth.engine.types import (
    ChatMessage,
    ChatPrompt,
    ChatRequest,
    CompletionRequest,
    ContextFile,
    FimPrompt,
    FinishReason,
    ModelRef,
    StopPolicy,
    Usage,
)
from tests.tiny_model import write_tiny_gguf

_MODEL = ModelRef("m", "/m.gguf")
_REQUEST = CompletionRequest(
    "file:///a.py",
    FimPrompt("above\n", "below", "typed", "a.py", (ContextFile("b.py", "x"),)),
    StopPolicy("line"),
    9,
)
_SOUND: dict[Literal["client", "host"], list[bytes]] = {
    "client": [
        wire.encode(message)
        for message in (
            wire.Hello(1, "0.1"),
            wire.Generate(7, _MODEL, _REQUEST),
            wire.Generate(8, _MODEL, ChatRequest("c", ChatPrompt((ChatMessage("user", "q"),)), max_tokens=9)),
            wire.Load(9, _MODEL),
            wire.Inspect(10, _MODEL, _REQUEST),
            wire.Cancel(7),
            wire.Shutdown(),
        )
    ],
    "host": [
        wire.encode(message)
        for message in (
            wire.Welcome(1, "0.1", 2),
            wire.Loading("m", 50),
            wire.Notice("n"),
            wire.Token(7, "t", 0.5),
            wire.Done(7, FinishReason.EOG, Usage()),
            wire.Failed(7, "HearthError", "m"),
        )
    ],
}
_EDGES = (0, 1, 2, 3, 7, 8, 9, 12, 13, 255, 2**31, 2**32 - 1, 2**53, 2**62, 2**63, 2**64 - 1)


def fuzz_wire(cases: int, seed: int) -> int:
    """So many streams of frames; returns how many were refused. Raises whatever is no `WireError`."""
    rng = random.Random(seed)
    return asyncio.run(_fuzz_wire(cases, rng))


async def _fuzz_wire(cases: int, rng: random.Random) -> int:
    refused = 0
    for _ in range(cases):
        sender: Literal["client", "host"] = rng.choice(("client", "host"))
        reader = asyncio.StreamReader()
        reader.feed_data(stream(rng, sender))
        reader.feed_eof()
        try:
            while (message := await wire.read(reader, sender)) is not None:
                assert isinstance(message, wire.FromClient if sender == "client" else wire.FromHost)
        except wire.WireError:
            refused += 1
    return refused


def stream(rng: random.Random, sender: Literal["client", "host"]) -> bytes:
    """Some frames in a row, of which one is damaged, foreign, or no frame at all."""
    frames = [rng.choice(_SOUND[sender]) for _ in range(rng.randrange(3))]
    frames.insert(rng.randrange(len(frames) + 1), _bad_frame(rng, sender))
    return b"".join(frames)


def _bad_frame(rng: random.Random, sender: Literal["client", "host"]) -> bytes:
    sound = rng.choice(_SOUND[rng.choice(("client", "host"))])
    payload = bytearray(sound[4:])
    kind = rng.randrange(7)
    if kind == 0:
        return rng.randbytes(rng.randrange(300))
    if kind == 1:
        return sound[: rng.randrange(len(sound))]
    if kind == 2:
        return struct.pack(">I", rng.choice((wire.MAX_FRAME + 1, 2**32 - 1, wire.MAX_FRAME, 0))) + payload
    if kind == 3:  # nesting, and counts without content, in MessagePack
        payload = bytearray(
            rng.choice((b"\x91" * 5000, b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff"))
        )
    else:
        for _ in range(rng.randrange(1, 5)):
            at = rng.randrange(len(payload))
            payload[at : at + rng.randrange(2)] = rng.randbytes(rng.randrange(3))
    return struct.pack(">I", len(payload)) + payload


def fuzz_gguf(cases: int, seed: int, folder: Path) -> int:
    """So many damaged headers of one small model; returns how many were refused."""
    rng = random.Random(seed)
    path = write_tiny_gguf(folder / "fuzzed.gguf")
    sound = path.read_bytes()
    header = len(sound) // 10  # counts, metadata and tensors; what follows are weights
    refused = 0
    with path.open("r+b", buffering=0) as file:
        for _ in range(cases):
            damaged = _damaged(sound[:header], rng)
            cut = rng.randrange(header) if rng.random() < 0.05 else None
            file.seek(0)
            file.write(damaged)
            if cut is not None:
                file.truncate(cut)
            try:
                info = gguf.read(path)
                assert info.tensor_bytes <= len(sound)
            except BrokenModel:
                refused += 1
            file.seek(0)
            file.write(sound if cut is not None else sound[:header])
    return refused


def _damaged(header: bytes, rng: random.Random) -> bytes:
    """The same length; half of the hits fall where the counts and the first keys stand."""
    data = bytearray(header)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(4, 400 if rng.random() < 0.5 else len(data) - 8)
        kind = rng.randrange(4)
        if kind == 0:
            new = struct.pack("<Q", rng.choice(_EDGES))
        elif kind == 1:
            new = struct.pack("<I", rng.choice(_EDGES) & 0xFFFFFFFF)
        elif kind == 2:
            new = bytes((data[at] ^ (1 << rng.randrange(8)),))
        else:
            new = rng.randbytes(rng.randrange(1, 9))
        data[at : at + len(new)] = new
    return bytes(data[: len(header)])
