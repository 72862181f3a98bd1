"""Typists at one server: how much of each prompt does its prefix cache hold?

A server for a team evaluates only the part of a prompt that it has not seen. Hearth freezes what stands around the
cursor, so that a prompt only grows at its end; this asks a real llama-server what came of it, for 1, 16 and 64
typists with a slot each. What is typed does not depend on the answers, so the weights are random and small, and
each character is a token: counts are in such tokens, shares hold for any model.
"""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hearth.engine.backends import openai_compatible
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings, OpenAISettings, Settings
from tests.benchmarks import machine
from tests.benchmarks.device.shapes import SHAPES, write
from tests.benchmarks.home import Unavailable, fresh_home
from tests.benchmarks.load import Typist, texts
from tests.benchmarks.metrics import percentile
from tests.benchmarks.options import CACHE, Options
from tests.benchmarks.results import Sheet, number, percent, publish
from tests.editors import debian
from tests.llama_server import LlamaServer, running

TYPISTS = (1, 16, 64)
_LOOKS = 24  # of each typist
_PAUSE_SECONDS = (0.3, 0.9)  # from one look to the next
_SLOT_TOKENS = 8192
_TIMINGS = re.compile(rb'"(cache_n|prompt_n)":(\d+)')
_COLUMNS = (
    "typists",
    "prompts while typing",
    "tokens sent",
    "in the cache",
    "evaluated a prompt, p50",
    "p95",
    "ahead, for each",
    "given up",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One prompt: how many of its tokens the server had and how many it evaluated, and why it was sent.

    `kind` is "first" for the first look at a place, "key" for those after it, and "ahead" for a prompt that is
    to be evaluated while the user types or reads. A prompt that was given up before its first token is `lost`.
    """

    kind: str
    cached: int = 0
    evaluated: int = 0
    lost: bool = False


@dataclass
class Between:
    """Hands requests on, with the wish for timings, and keeps those. `kind` is that of the next look."""

    server: LlamaServer
    asked: list[Asked] = field(default_factory=list)
    kind: str = "first"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The address to be used instead of the server's."""
        listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with listener:
            yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(head))
            head, body, kind = self._with_timings(head, body)
            up, down = await asyncio.open_connection("127.0.0.1", self.server.port)
            down.write(head + body)
            handing = asyncio.create_task(self._hand_back(up, writer, kind))
            gone = asyncio.create_task(reader.read())  # a client that has what it wants closes
            await asyncio.wait((handing, gone), return_when=asyncio.FIRST_COMPLETED)
            for task in (handing, gone):
                task.cancel()
            await asyncio.gather(handing, gone, return_exceptions=True)
            down.close()
        writer.close()

    def _with_timings(self, head: bytes, body: bytes) -> tuple[bytes, bytes, str]:
        kind = ""
        if head.startswith(b"POST /v1/completions"):
            fields = json.loads(body)
            kind = "ahead" if fields.get("max_tokens") == 1 else self.kind
            body = json.dumps({**fields, "timings_per_token": True}).encode()
        lines = [
            line
            for line in head.split(b"\r\n")
            if line and not line.lower().startswith((b"content-length:", b"connection:"))
        ]
        lines += [b"Content-Length: %d" % len(body), b"Connection: close", b"", b""]
        return b"\r\n".join(lines), body, kind

    async def _hand_back(self, up: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: str) -> None:
        """Byte for byte; the first piece of an answer has the timings of its prompt."""
        seen, counted = b"", not kind
        try:
            while piece := await up.read(65536):
                writer.write(piece)
                await writer.drain()
                if counted:
                    continue
                seen += piece
                found = {name: int(value) for name, value in _TIMINGS.findall(seen)}
                if found.keys() >= {b"cache_n", b"prompt_n"}:
                    self.asked.append(Asked(kind, found[b"cache_n"], found[b"prompt_n"]))
                    counted = True
        finally:
            if not counted:
                self.asked.append(Asked(kind, lost=True))


async def run(options: Options, _: Path) -> None:
    file = write(SHAPES["tiny"], CACHE / "random-tiny.gguf")
    about = machine.describe(options, file)
    crowds = TYPISTS[:2] if options.quick else TYPISTS
    found: dict[int, list[Asked]] = {}
    try:
        for count in crowds:
            found[count] = await crowd(file, count, _LOOKS, options.seed, options.threads or 2)
    except debian.Missing as missing:
        raise Unavailable(str(missing)) from None
    rows = tuple(row(count, asked) for count, asked in found.items())
    data = {str(count): [asdict(one) for one in asked] for count, asked in found.items()}
    notes = [f"{_LOOKS} looks each, {_PAUSE_SECONDS[0]} to {_PAUSE_SECONDS[1]} s apart; a slot for each typist"]
    publish(options.out, "prefix", about, Sheet(f"Prefix cache, {file.name}", _COLUMNS, rows), data, notes)


def row(typists: int, asked: list[Asked]) -> tuple[str, ...]:
    keys = [one for one in asked if one.kind == "key" and not one.lost]
    ahead = sum(one.evaluated for one in asked if one.kind == "ahead")
    cached, evaluated = sum(one.cached for one in keys), [one.evaluated for one in keys]
    sent = cached + sum(evaluated)
    share = percent(cached / max(1, sent))
    costs = (number(percentile(evaluated, 50), 0), number(percentile(evaluated, 95), 0))
    lost = sum(one.lost for one in asked)
    return (
        str(typists),
        str(len(keys)),
        str(sent),
        share,
        *costs,
        number(ahead / max(1, len(keys)), 0),
        str(lost),
    )


async def crowd(model: Path, typists: int, looks: int, seed: int, threads: int = 2) -> list[Asked]:
    """What so many typists ask a server with a slot for each."""
    files = texts(typists)
    async with running(model, typists, threads, _SLOT_TOKENS) as server, AsyncExitStack() as stack:
        stack.enter_context(fresh_home())
        between = [Between(server) for _ in files]
        urls = [await stack.enter_async_context(one.listening()) for one in between]
        dice = [random.Random(seed * 1000 + number) for number in range(typists)]
        people = [Typist(name, text, chance) for (name, text), chance in zip(files, dice, strict=True)]
        await asyncio.gather(*(_type(*each, looks) for each in zip(people, between, urls, strict=True)))
        await server.until_busy(0)
        return [asked for one in between for asked in one.asked]


async def _type(typist: Typist, between: Between, url: str, looks: int) -> None:
    """One editor with a Hearth of its own, as far as the server can tell."""
    completion = CompletionSettings(backend="openai_compatible", model="qwen2.5-coder", min_confidence=0.0)
    settings = Settings(completion=completion, openai_compatible=OpenAISettings(url=url))
    backend = openai_compatible.create(settings, lambda status: None)
    completer = Completer(backend, completion)
    document = Document("", "")
    try:
        for _ in range(looks):
            await asyncio.sleep(typist.dice.uniform(*_PAUSE_SECONDS))
            keys = typist.next_keys() if typist.above else ""
            between.kind = "key" if keys else "first"
            if keys:
                at = len(typist.above) + len(typist.typed) - len(keys)
                document.apply(at, at, keys)
                document.version += 1
            else:
                completer.forget(document.uri)
                typist.settle()
                path = f"/project/{typist.name}"
                document = Document(f"file://{path}", typist.above + typist.below, "python", path)
            await completer.complete(document, len(typist.above) + len(typist.typed), automatic=True)
    finally:
        completer.forget(document.uri)
        await backend.close()


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0
