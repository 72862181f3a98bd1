"""llama.vim in virtual time: its real server is asked each thing once, and what that takes is counted in tokens.

What the server answers depends on what its slot holds, so the key of a kept answer is the request together with
the one before it.
"""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec

from hearth.engine.host.profiles import processor
from tests.benchmarks.engines import Buffer, llama_server
from tests.benchmarks.options import CACHE
from tests.benchmarks.trace import Place
from tests.benchmarks.worth.times import TokenTimes, recorded

_SIZES, _DEPTHS = (16, 64, 256, 1024), (0, 1024)
_DECODED = 16


class Infilled(msgspec.Struct, frozen=True):
    content: str
    prompt_n: int
    predicted_n: int


class KeptServer:
    """Answers of `/infill`, from the disk or from the server that `client` knows; blocks while that computes."""

    def __init__(self, client: httpx.Client, file: Path) -> None:
        self._client = client
        file.parent.mkdir(parents=True, exist_ok=True)
        self._kept = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._kept.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        self._before: dict[str, Any] = {}
        self._slot: dict[str, Any] = {}  # the request that the real slot holds

    def close(self) -> None:
        self._kept.close()

    def infill(self, body: dict[str, Any]) -> Infilled:
        key = _key(self._before, body)
        with closing(self._kept.execute("SELECT value FROM kept WHERE key = ?", (key,))) as rows:
            row = rows.fetchone()
        if row is not None:
            answer = msgspec.json.decode(row[0], type=Infilled)
        else:
            if self._before and self._slot != self._before:
                self._post({**self._before, "n_predict": 1})
            said = self._post(body)
            answer = Infilled(said["content"], int(said["timings/prompt_n"]), int(said["timings/predicted_n"]))
            self._kept.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (key, msgspec.json.encode(answer)))
            self._slot = body
        self._before = body
        return answer

    def measure(self) -> TokenTimes:
        """The server's own times, of this machine."""
        filler = [1000 + 7 * index % 5000 for index in range(_DEPTHS[-1] + _SIZES[-1])]
        rows = [self._row(filler, depth) for depth in _DEPTHS]
        return TokenTimes(processor(), (1, *_SIZES), _DEPTHS, tuple(rows), 0.0)

    def _row(self, filler: list[int], depth: int) -> tuple[float, ...]:
        row, decode = [], 0.0
        for number, size in enumerate(_SIZES):
            start = filler[:depth] or [17 + number]
            self._complete(start, 1)
            other = [token + 1 + number for token in filler[depth : depth + size]]
            timings = self._complete(start + other, _DECODED)["timings"]
            row.append(timings["prompt_ms"] / max(1, timings["prompt_n"]) * size)
            decode = timings["predicted_ms"] / max(1, timings["predicted_n"])
        return (decode, *row)

    def _complete(self, tokens: list[int], predicted: int) -> Any:
        body = {"prompt": tokens, "n_predict": predicted, "cache_prompt": True, "id_slot": 0, "ignore_eos": True}
        return self._client.post("/completion", json=body).raise_for_status().json()

    def _post(self, body: dict[str, Any]) -> Any:
        return self._client.post("/infill", json=body).raise_for_status().json()


@contextmanager
def running(model: Path) -> Iterator[tuple[KeptServer, TokenTimes]]:
    """The real server for what is not kept. Raises `debian.Missing` when there is none for this machine."""
    with llama_server.started(model) as url, httpx.Client(base_url=url, timeout=300, trust_env=False) as client:
        server = KeptServer(client, CACHE / "worth" / f"llama-{model.stem}.sqlite")
        try:
            yield server, recorded(CACHE / "worth" / f"llama-times-{model.stem}.json", server.measure)
        finally:
            server.close()


@dataclass
class _Answer:
    body: dict[str, Any]

    def raise_for_status(self) -> "_Answer":
        return self

    def json(self) -> dict[str, Any]:
        return self.body


@dataclass
class _Client:
    """Stands in for an HTTP client: answers at once, and lets pass what that takes."""

    server: KeptServer
    times: TokenTimes

    async def post(self, url: str, json: dict[str, Any]) -> _Answer:
        said = self.server.infill(json)
        ms = self.times.decode_ms(said.prompt_n, 512) + said.predicted_n * self.times.decode_ms(1, 1024)
        await asyncio.sleep(ms / 1000)
        counts = {"timings/prompt_n": said.prompt_n, "timings/predicted_n": said.predicted_n}
        return _Answer({"content": said.content, **counts})


@dataclass
class PlayedLlamaVim:
    server: KeptServer
    times: TokenTimes
    _buffer: Buffer = field(default_factory=lambda: Buffer("", "", "", ""))

    def __post_init__(self) -> None:
        client = cast(httpx.AsyncClient, _Client(self.server, self.times))
        self._vim = llama_server.LlamaVim(client, True)

    async def open(self, place: Place, on_growth: Callable[[], None]) -> None:
        self._buffer = Buffer(place.name, place.language, place.above, place.below)
        await self._vim.open(self._buffer)

    def typed(self, text: str) -> None:
        self._buffer.above += text

    async def ask(self) -> str | None:
        return (await self._vim.ask(self._buffer)).ghost

    async def leave(self) -> None:
        await self._vim.leave(self._buffer)


def _key(before: dict[str, Any], body: dict[str, Any]) -> bytes:
    return hashlib.blake2b(json.dumps([before, body], sort_keys=True).encode(), digest_size=16).digest()
