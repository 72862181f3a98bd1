"""llama-server, the real one, driven as llama.vim does."""

import asyncio
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from filelock import FileLock

from tests.benchmarks.engines import Buffer, Suggestion, llama_vim
from tests.benchmarks.options import CACHE
from tests.editors import debian

_RELEASE = "forky"
_FIRST_MS = 250  # of generation, for the answer that is shown; an answer fetched ahead may take longer
_AHEAD_MS = 1000
_START_SECONDS = 120.0


@asynccontextmanager
async def running(model: Path, clocked: bool = False) -> AsyncIterator["LlamaVim"]:
    """A server with its model loaded. Raises `debian.Missing` when there is none for this machine."""
    with started(model) as url:
        async with httpx.AsyncClient(base_url=url, timeout=120, trust_env=False) as client:
            yield LlamaVim(client, clocked)


@contextmanager
def started(model: Path) -> Iterator[str]:
    """The address of a server that has its model loaded. Raises `debian.Missing` when this machine has none."""
    binary = program()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(binary), "--model", str(model), "--host", "127.0.0.1", "--port", str(port), "--offline"]
    command += ["-ub", "1024", "-b", "1024", "--cache-reuse", "256", "--ctx-size", "0"]
    log = (CACHE / "llama-server.log").open("wb")
    # It looks for the kernels that suit this processor in the folder that it runs in.
    kernels = next(binary.parent.glob("root/usr/lib/*/ggml/backends0"))
    process = subprocess.Popen(command, cwd=kernels, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()
        log.close()


@dataclass
class LlamaVim:
    """`clocked`: the user does not wait, so what is fetched ahead takes its time from later requests."""

    _client: httpx.AsyncClient
    _clocked: bool = False
    _cache: llama_vim.Cache = field(default_factory=llama_vim.Cache)
    _ghost: str = ""
    _asked: int = 0
    _in_flight: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ahead: set[asyncio.Task[object]] = field(default_factory=set)

    async def open(self, buffer: Buffer) -> None:
        self._ghost = ""

    async def rest(self, buffer: Buffer) -> None:
        """llama.vim prepares nothing of the file itself."""

    async def typed(self, buffer: Buffer, text: str) -> None:
        if self._ghost and text == self._ghost.rstrip() and not self._clocked:
            await self._fetch(llama_vim.local(buffer), _AHEAD_MS)

    async def ask(self, buffer: Buffer) -> Suggestion:
        self._asked += 1
        asked = self._asked
        evaluated = generated = 0
        content = self._cache.find(llama_vim.local(buffer))
        if content is None:
            async with self._in_flight:  # it never cancels a request, and has one at a time
                if asked != self._asked:
                    return Suggestion("")
                content = self._cache.find(llama_vim.local(buffer))  # the one before may have answered this too
                if content is None:
                    content, evaluated, generated = await self._fetch(llama_vim.local(buffer), _FIRST_MS)
                    if asked != self._asked:
                        return Suggestion("", evaluated, generated)
        self._ghost = llama_vim.shown(content, buffer)
        if self._clocked and self._ghost:
            self._look_ahead(Buffer(buffer.name, buffer.language, buffer.above + self._ghost, buffer.below))
        return Suggestion(self._ghost, evaluated, generated)

    async def leave(self, buffer: Buffer) -> None:
        await asyncio.gather(*self._ahead)

    def _look_ahead(self, accepted: Buffer) -> None:
        """Ask for what follows once the shown suggestion is accepted."""
        place = llama_vim.local(accepted)
        if self._in_flight.locked() or self._cache.find(place) is not None:
            return

        async def fetch() -> None:
            async with self._in_flight:
                await self._fetch(place, _AHEAD_MS)

        task = asyncio.create_task(fetch())
        self._ahead.add(task)
        task.add_done_callback(self._ahead.discard)

    async def _fetch(self, place: llama_vim.Local, predict_ms: int) -> tuple[str, int, int]:
        """(the answer, tokens evaluated, tokens generated)."""
        response = await self._client.post("/infill", json=llama_vim.request(place, predict_ms))
        answer = response.raise_for_status().json()
        self._cache.add(place, answer["content"])
        return answer["content"], int(answer["timings/prompt_n"]), int(answer["timings/predicted_n"])


def program() -> Path:
    """llama-server of Debian's testing release, unpacked once. Raises `debian.Missing`."""
    if platform.system() != "Linux":
        raise debian.Missing("the binary of llama-server comes from a Debian package")
    folder = CACHE / "llama-server"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "llama-server"
    with FileLock(folder.with_suffix(".lock")):
        if not program.exists():
            root = folder / "root"
            shutil.rmtree(root, ignore_errors=True)
            debian.unpack(["llama.cpp-tools"], _RELEASE, root)
            binary = root / "usr/bin/llama-server"
            debian.use_own_libraries(binary, root)
            # Some of its libraries name a search path of their own, which hides that of the program.
            libraries = next(root.glob("usr/lib/*/libllama.so.0")).parent
            debian.wrapper(program, binary, {"LD_LIBRARY_PATH": libraries})
    return program


def _until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _START_SECONDS
    with httpx.Client(base_url=url, trust_env=False) as client:
        while process.poll() is None and time.monotonic() < give_up:
            try:
                if client.get("/health").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    log = CACHE / "llama-server.log"
    raise debian.Missing(f"llama-server did not come up (status {process.poll()}): {log} may say why")
