"""A real llama-server for tests: it can be watched, killed, and started again at the same address."""

import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks.engines.llama_server import program
from tests.editors import debian
from tests.waiting import until

_START_SECONDS = 120.0


@dataclass
class LlamaServer:
    """`url` is that of the OpenAI API. `model` may be a folder of models: then it loads what it is asked for.

    Tests that need it fail, naming what is missing, where it cannot be had."""

    model: Path
    slots: int = 1
    threads: int = 2
    slot_tokens: int = 3072
    port: int = 0
    http: httpx.AsyncClient = field(init=False, repr=False)
    _process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", self.port))
            self.port = free.getsockname()[1]
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=120, trust_env=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> None:
        binary = program()
        # It looks for the kernels that suit this processor in the folder that it runs in.
        kernels = next(binary.parent.glob("root/usr/lib/*/ggml/backends0"))
        what = "--models-dir" if self.model.is_dir() else "--model"
        command = [str(binary), what, str(self.model), "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--offline", "--slots", "--parallel", str(self.slots), "--threads", str(self.threads)]
        command += ["--ctx-size", str(self.slot_tokens * self.slots)]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, cwd=kernels, stdin=quiet, stdout=quiet, stderr=quiet)
        await until(self._is_settled, "llama-server's answer", _START_SECONDS)
        if self._process.returncode is not None:
            ended = f"llama-server ended with {self._process.returncode} before it had loaded the model"
            raise debian.Missing(ended)

    async def _is_settled(self) -> bool:
        """Whether it answers, or has ended."""
        if self._process is None or self._process.poll() is not None:
            return True
        try:
            return (await self.http.get("/health")).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def close(self) -> None:
        self.kill()
        await self.http.aclose()

    async def busy_slots(self) -> int:
        """In how many slots it computes."""
        slots: list[dict[str, Any]] = (await self.http.get("/slots")).json()
        return sum(bool(slot["is_processing"]) for slot in slots)

    async def until_busy(self, count: int, seconds: float = 20.0) -> None:
        """Wait until it computes in so many slots."""

        async def are_busy() -> bool:
            return await self.busy_slots() == count

        await until(are_busy, f"{count} busy slots", seconds)


@asynccontextmanager
async def running(
    model: Path, slots: int = 1, threads: int = 2, slot_tokens: int = 3072
) -> AsyncIterator[LlamaServer]:
    """A server with its model loaded. Raises `debian.Missing` when there is none for this machine."""
    server = LlamaServer(model, slots, threads, slot_tokens)
    try:
        await server.start()
        yield server
    finally:
        await server.close()
