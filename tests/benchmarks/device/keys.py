"""How long a key takes until its suggestion is there, with the gate off: alone, and while a chat streams."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from hearth.engine.backends import local
from hearth.engine.backends.local import LocalBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.screen import chat_request
from hearth.engine.settings import ChatSettings, CompletionSettings, HostSettings, Settings
from hearth.engine.types import ChatMessage
from tests.benchmarks.device.figures import Figure
from tests.benchmarks.home import fresh_home
from tests.benchmarks.metrics import percentile
from tests.benchmarks.options import ROOT
from tests.hosts import stop_host
from tests.waiting import until

TOKENS = 5  # of an answer: models of random weights do not end
_KEYS = "limit = weights[0] + offset(3) * rate - 7"
_TURNS = 3  # with other files each
_MEDIAN_MS, _TAIL_MS, _BESIDE_CHAT = 40.0, 120.0, 1.3
_QUESTION = (ChatMessage("user", "Explain in detail what a compiler does."),)


async def measured(model: Path, layers: int, quick: bool) -> list[Figure]:
    keys = _KEYS[:6] if quick else _KEYS
    async with loaded(model, layers) as (backend, settings):
        completer = Completer(backend, settings)
        await _typed(completer, document(0), keys[:4])  # the first ones also warm up
        alone: list[float] = []
        beside: list[float] = []
        for turn in range(_TURNS):
            alone += await _typed(completer, document(2 * turn + 1), keys)
            async with _chat(backend):
                beside += await _typed(completer, document(2 * turn + 2), keys)
    medians = percentile(alone, 50), percentile(beside, 50)
    assert medians[0] and medians[1], "no key was answered"
    return [
        Figure("keys that the model answered", len(alone) + len(beside)),
        Figure("a key, median", medians[0], " ms", most=_MEDIAN_MS),
        Figure("a key, 95th percentile", percentile(alone, 95) or 0.0, " ms", most=_TAIL_MS),
        Figure("a key while a chat streams, median", medians[1], " ms"),
        Figure("while a chat streams ÷ alone", medians[1] / medians[0], most=_BESIDE_CHAT),
    ]


@asynccontextmanager
async def loaded(model: Path, layers: int) -> AsyncIterator[tuple[LocalBackend, CompletionSettings]]:
    """A host of its own, with short answers that are all waited for and shown."""
    completion = CompletionSettings(
        model=str(model.absolute()), min_confidence=0.0, deadline_ms=60_000, max_tokens=TOKENS
    )
    chat = ChatSettings(model=str(model.absolute()), keep_history=False)
    with fresh_home() as home:
        backend = local.create(
            Settings(completion, chat, host=HostSettings(gpu_layers=layers)), lambda status: None
        )
        try:
            report = await backend.report()
            print(f"  {report.placement}; {report.threads} threads")
            yield backend, completion
        finally:
            await backend.close()
            stop_host(home)


def document(number: int) -> tuple[Document, int]:
    """One of this project's files, and a place in its middle; each number has another one."""
    files = [path for path in sorted((ROOT / "engine").rglob("*.py")) if path.stat().st_size > 6_000]
    path = files[number % len(files)]
    text = path.read_text("utf-8")
    at = text.index("\n", len(text) // 2) + 1
    return Document(path.as_uri(), f"{text[:at]}\n{text[at:]}", "python", str(path)), at


async def _typed(completer: Completer, place: tuple[Document, int], keys: str) -> list[float]:
    """Milliseconds of each key but the first, whose prompt is evaluated before."""
    file, at = place
    await completer.rest(file, at)
    times: list[float] = []
    for key in keys:
        file.apply(at, at, key)
        file.version += 1
        at += 1
        began = time.perf_counter()
        answer = await completer.complete(file, at)
        if answer is not None and answer.usage.generated_tokens:  # others are from memory
            times.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.05)
    completer.forget(file.uri)
    return times[1:]


@asynccontextmanager
async def _chat(backend: LocalBackend) -> AsyncIterator[None]:
    """A long answer that streams meanwhile, and has begun. It is asked again where it ends by itself."""
    said: list[object] = []

    async def stream() -> None:
        while True:
            async with aclosing(backend.generate(chat_request("c", _QUESTION, max_tokens=2048))) as events:
                async for event in events:
                    said.append(event)

    asking = asyncio.create_task(stream())
    try:
        await until(lambda: len(said) >= 3 or asking.done(), "the chat's first words", 60)
        yield
        if asking.done():
            asking.result()
    finally:
        asking.cancel()
        await asyncio.wait([asking])
