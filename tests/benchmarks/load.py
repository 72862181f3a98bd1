"""Many editors at one llama-server: is everybody answered, and what does Hearth add to the wait?

Sixteen typists write sixteen files, a few characters at a time, and wait for each answer. By turns they do it
through a language server each, and by sending the same places straight to llama-server, streamed and closed
at the first end of a line. The same pauses, the same texts, the same server.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hearth.engine import fim
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import FimPrompt
from tests.benchmarks import machine
from tests.benchmarks.engines.hearth import close
from tests.benchmarks.home import Unavailable, fresh_home
from tests.benchmarks.metrics import percentile
from tests.benchmarks.options import ROOT, Options
from tests.benchmarks.results import Sheet, number, publish
from tests.e2e.editor import MARK, Editor, editor
from tests.editors import debian
from tests.llama_server import LlamaServer, running

_EDITORS = 16
_TURNS = 2  # of each way, so that a neighbour's load meets both
_PAUSE_SECONDS = (4.0, 12.0)  # what a typist looks at the answer and thinks
_PATIENCE_SECONDS = 120.0
_WINDOW = (3400, 850)  # characters above and below: about the tokens that Hearth's defaults allow
_FILE_CHARS = 2000
_PLACE_CHARS = 400  # typed at one place, then another one is looked for


@dataclass
class Tally:
    """`waits` in milliseconds, one for each answer."""

    asked: int = 0
    waits: list[float] = field(default_factory=list)
    empty: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass
class Typist:
    """One file being written; `above` and `below` are what stands around the place."""

    name: str
    text: str
    dice: random.Random
    above: str = ""
    below: str = ""
    typed: str = ""

    def settle(self) -> None:
        """Begin at another line."""
        starts = [match.end() for match in re.finditer("\n", self.text[: -2 * _PLACE_CHARS])]
        start = self.dice.choice(starts)
        self.above, self.typed = self.text[:start], ""
        self.below = self.text[start + _PLACE_CHARS :].partition("\n")[2]

    def next_keys(self) -> str:
        """A word or a few signs; "" when this place is done."""
        done = len(self.above) + len(self.typed)
        rest = self.text[done : len(self.above) + _PLACE_CHARS]
        found = re.match(r"\s*(\w+|[^\w\s]+)?", rest)
        keys = found[0] if found else ""
        self.typed += keys
        return keys


Ask = Callable[[Typist, str], Awaitable[str]]  # after the keys were typed ("": at a new place); the answer


async def run(options: Options, model: Path) -> None:
    about = machine.describe(options, model)
    seconds = 60 * options.minutes / _TURNS
    tallies = {"straight to llama-server": Tally(), "through Hearth": Tally()}
    straight, hearth = tallies.values()
    try:
        async with running(model, _EDITORS, options.threads or 2) as server, AsyncExitStack() as stack:
            home = stack.enter_context(fresh_home())
            editors = [await stack.enter_async_context(_editor(server, home)) for _ in range(_EDITORS)]
            for ed in editors:  # elsewhere each has a machine to itself: what starting costs is not asked here
                ed.open(f"x = {MARK}\n", "first.py")
                await ed.ghost()
            for turn in range(_TURNS):
                seed = options.seed + turn
                await _crowd(seed, seconds, straight, [_Straight(server).ask for _ in range(_EDITORS)])
                await _crowd(seed, seconds, hearth, [_Through(ed).ask for ed in editors])
            hearth.errors += [message for ed in editors for message in ed.messages]
            await server.until_busy(0)  # nobody computes for someone who has gone
    except debian.Missing as missing:
        raise Unavailable(str(missing)) from None
    rows = [_row(name, tally) for name, tally in tallies.items()]
    columns = (f"{_EDITORS} editors", "requests", "unanswered", "errors", "empty", "p50", "p95", "slowest")
    notes = [f"{options.minutes:g} minutes each way, by turns of {seconds:g} s; {_EDITORS} slots"]
    notes += [*dict.fromkeys(straight.errors + hearth.errors)]
    data = {name: vars(tally) for name, tally in tallies.items()}
    publish(options.out, "load", about, Sheet(f"Load, {model.name}", columns, tuple(rows)), data, notes)


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    waits = (percentile(tally.waits, 50), percentile(tally.waits, 95), max(tally.waits, default=None))
    counts = (tally.asked, tally.asked - len(tally.waits), len(tally.errors), tally.empty)
    return (name, *map(str, counts), *(number(wait, 0, " ms") for wait in waits))


def _editor(server: LlamaServer, home: Path) -> AbstractAsyncContextManager[Editor]:
    completion = {"backend": "openai_compatible", "model": "qwen2.5-coder"}
    return editor({"completion": completion, "openai_compatible": {"url": server.url}}, home)


async def _crowd(seed: int, seconds: float, tally: Tally, asks: list[Ask]) -> None:
    files = texts(_EDITORS)
    typists = [Typist(name, text, random.Random(seed * 1000 + index)) for index, (name, text) in enumerate(files)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(_work(typist, ask, until, tally) for typist, ask in zip(typists, asks, strict=True)))


async def _work(typist: Typist, ask: Ask, until: float, tally: Tally) -> None:
    keys = ""
    while time.monotonic() < until:
        await asyncio.sleep(typist.dice.uniform(*_PAUSE_SECONDS))
        keys = typist.next_keys() if typist.above else ""
        if not keys:
            typist.settle()
        tally.asked += 1
        began = time.perf_counter()
        try:
            answer = await asyncio.wait_for(ask(typist, keys), _PATIENCE_SECONDS)
        except Exception as error:  # whatever it is, it counts
            tally.errors.append(f"{type(error).__name__}: {error}")
            continue
        tally.waits.append(1000 * (time.perf_counter() - began))
        tally.empty += not answer.strip()


@dataclass
class _Through:
    """An editor with its language server."""

    ed: Editor

    async def ask(self, typist: Typist, keys: str) -> str:
        if keys:
            self.ed.type(keys)
        else:
            if self.ed.uri:
                close(self.ed)
            self.ed.open(f"{typist.above}{MARK}{typist.below}", typist.name)
        return await asyncio.shield(self.ed.ghost())  # an answer that comes too late must find its request


@dataclass
class _Straight:
    """The least that a client can do: the prompt, and away when the line is there."""

    server: LlamaServer

    async def ask(self, typist: Typist, keys: str) -> str:
        template = fim.FIM_TEMPLATES["qwen"]
        prompt = FimPrompt(typist.above[-_WINDOW[0] :], typist.below[: _WINDOW[1]], typist.typed)
        body = {"prompt": fim.raw(template, prompt), "stop": fim.stop_strings(template), "temperature": 0}
        limit = CompletionSettings().max_tokens
        text = ""
        post = self.server.http.stream(
            "POST", "/v1/completions", json={**body, "max_tokens": limit, "stream": True}
        )
        async with post as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    text += json.loads(line.removeprefix("data: "))["choices"][0]["text"]
                if "\n" in text.lstrip("\n"):
                    break
        return text


def texts(count: int) -> list[tuple[str, str]]:
    """The beginnings of so many files of this project: the prompt of a long one costs a small machine minutes."""
    found = [(path.name, path.read_text("utf-8")) for path in sorted((ROOT / "engine").rglob("*.py"))]
    return [
        (f"{number}_{name}", text[:_FILE_CHARS])
        for number, (name, text) in enumerate(found)
        if len(text) > _FILE_CHARS
    ][:count]
