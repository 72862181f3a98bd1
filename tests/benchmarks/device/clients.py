"""Sixteen typists at one model: Hearth's host, and llama-server with a slot for each."""

import asyncio
import random
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from hearth.engine import fim
from hearth.engine.completion.completer import Completer
from hearth.engine.types import FimPrompt
from tests.benchmarks.device.figures import Figure
from tests.benchmarks.device.keys import TOKENS, document, loaded
from tests.benchmarks.metrics import percentile
from tests.waiting import until

_CLIENTS = 16
_SECONDS = 20.0
_PAUSE = (0.1, 0.4)  # seconds between an answer and the next key
_WINDOW = (1000, 250)  # characters above and below; in models of random weights each is a token
_SLOT = 3072  # tokens

Ask = Callable[[str], Awaitable[object]]  # what was typed there so far


async def measured(model: Path, layers: int, server: str, quick: bool) -> list[Figure]:
    clients, seconds = (3, 3.0) if quick else (_CLIENTS, _SECONDS)
    async with loaded(model, layers) as (backend, settings):
        completers = [Completer(backend, settings) for _ in range(clients)]
        hearth = await _crowd([_of_hearth(each, number) for number, each in enumerate(completers)], seconds)
        for number, completer in enumerate(completers):
            completer.forget(document(number)[0].uri)
    figures = _told("Hearth", clients, hearth)
    if not server:
        return figures
    async with _started(model, layers, server, clients) as http:
        theirs = await _crowd([_of_llama_server(http, each) for each in range(clients)], seconds)
    figures += _told("llama-server", clients, theirs)
    ours, other = percentile(hearth, 50), percentile(theirs, 50)
    assert ours and other, "nobody was answered"
    return [*figures, Figure("median ÷ llama-server's", ours / other, most=1.0)]


def _told(who: str, clients: int, times: list[float]) -> list[Figure]:
    said = f"{who}, {clients} clients"
    return [
        Figure(f"{said}, answers", len(times)),
        Figure(f"{said}, median", percentile(times, 50) or 0.0, " ms"),
        Figure(f"{said}, 95th percentile", percentile(times, 95) or 0.0, " ms"),
    ]


async def _crowd(asks: list[Ask], seconds: float) -> list[float]:
    """Milliseconds of each answer; the first one of each client is not counted."""
    times: list[float] = []
    await asyncio.gather(*(ask("") for ask in asks))
    end = time.monotonic() + seconds

    async def type_at(ask: Ask, dice: random.Random) -> None:
        typed = ""
        while time.monotonic() < end:
            await asyncio.sleep(dice.uniform(*_PAUSE))
            typed += dice.choice("abcdefgh (.,=")
            began = time.perf_counter()
            await ask(typed)
            times.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(type_at(ask, random.Random(index)) for index, ask in enumerate(asks)))
    return times


def _of_hearth(completer: Completer, number: int) -> Ask:
    file, at = document(number)

    async def ask(typed: str) -> object:
        if typed:
            file.apply(at + len(typed) - 1, at + len(typed) - 1, typed[-1])
            file.version += 1
        return await completer.complete(file, at + len(typed))

    return ask


def _of_llama_server(http: httpx.AsyncClient, number: int) -> Ask:
    """The beginning of the prompt stays as it is, so that the server's cache holds it."""
    file, at = document(number)
    above, below = file.text[:at][-_WINDOW[0] :], file.text[at:][: _WINDOW[1]]

    async def ask(typed: str) -> object:
        prompt = fim.raw(fim.FIM_TEMPLATES["qwen"], FimPrompt(above, below, typed))
        body = {"prompt": prompt, "n_predict": TOKENS, "temperature": 0, "id_slot": number, "cache_prompt": True}
        return (await http.post("/completion", json=body)).raise_for_status()

    return ask


@asynccontextmanager
async def _started(model: Path, layers: int, server: str, slots: int) -> AsyncIterator[httpx.AsyncClient]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        server,
        "-m",
        str(model),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--offline",
        "-np",
        str(slots),
    ]
    command += ["-c", str(_SLOT * slots), "-ngl", "99" if layers else "0"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as http:

            async def answers() -> bool:
                if process.poll() is not None:
                    raise RuntimeError(f"llama-server ended with {process.returncode}")
                try:
                    return (await http.get("/health")).is_success
                except httpx.TransportError:
                    return False

            await until(answers, "llama-server's answer", 120)
            yield http
    finally:
        process.terminate()
        process.wait()
