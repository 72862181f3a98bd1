"""What a keystroke costs where it could cost more: in a long file, among many documents, on a busy machine.

Every figure is a ratio to the plain case, and the two take turns in one run. The text around the cursor and the
keys are the same, so the model has the same to do. As some keys are answered from memory and some by the model,
the median of all keys says little where it falls between the two: the last column is the median of each key's own
ratio.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from hearth.engine.backends import local
from hearth.engine.settings import CompletionSettings, Settings
from hearth.engine.text import CHARS_PER_TOKEN
from hearth.engine.types import CompletionRequest, FimPrompt
from tests.benchmarks import machine
from tests.benchmarks.engines import Buffer, hearth
from tests.benchmarks.home import fresh_home
from tests.benchmarks.metrics import percentile
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, number, publish, ratio
from tests.hosts import stop_host

_KEYS = "total = weights[0] + offset(3) * rate - 7 + scale(wide, 2) / 5 + shift[limit] * 11"
_NEAR = 40  # lines around the cursor that all files share
_TURN = 9  # keystrokes in one file before it is the other one's turn
_REST_SECONDS = 7.0  # long enough for the whole frame
_PROMPT_CHARS = 3300  # about 1,000 tokens
_CANCELS = 15


@dataclass(frozen=True, slots=True)
class Case:
    label: str
    plain: list[float]  # milliseconds of each keystroke
    other: list[float]
    same_keys: bool = True


async def run(options: Options, model: Path) -> None:
    about = machine.describe(options, model)
    keys = _KEYS[: 2 * _TURN] if options.quick else _KEYS
    with fresh_home() as home:
        async with hearth.running(str(model), home) as engine:
            cases = [
                await _compare(engine, keys, "a file of 10,000 lines", *_long_and_plain(10_000)),
                await _with_many_open(engine, keys),
                await _on_a_busy_machine(engine, keys),
            ]
    cancels = await _cancels(model, 3 if options.quick else _CANCELS)
    rows = [_row(case) for case in cases]
    waits = (number(median(cancels), 0, " ms"), number(percentile(cancels, 95), 0, " ms"))
    rows.append(
        ("after a cancel in a prefill of 1,000 tokens, another request begins to answer", *waits, "–", "–", "–")
    )
    columns = ("a keystroke, ghost text included", "p50", "p95", "plain p50", "p50 ÷ plain", "key by key")
    data = {
        "cases": {case.label: {"plain": case.plain, "other": case.other} for case in cases},
        "cancels": cancels,
    }
    publish(options.out, "scale", about, Sheet(f"Scale, {model.name}", columns, tuple(rows)), data, [])


async def _compare(engine: hearth.Hearth, keys: str, label: str, other: Buffer, plain: Buffer) -> Case:
    """Both files are typed in, in turns, with their frames evaluated before."""
    times: dict[str, list[float]] = {plain.name: [], other.name: []}
    for start in range(0, len(keys), _TURN):
        for buffer in (plain, other):
            times[buffer.name] += await _type(engine, buffer, keys[start : start + _TURN], rest=start == 0)
    return Case(label, times[plain.name], times[other.name])


async def _with_many_open(engine: hearth.Hearth, keys: str) -> Case:
    plain = await _type(engine, _file("one/of/some.py", 100), keys, rest=True)
    for count in range(49):
        await engine.open(_file(f"other_{count}.py", 100))
    fifty = await _type(engine, _file("fifty/of/some.py", 100), keys, rest=True)
    return Case("50 open documents", plain, fifty)


async def _on_a_busy_machine(engine: hearth.Hearth, keys: str) -> Case:
    buffer = _file("busy.py", 100)
    idle: list[float] = []
    busy: list[float] = []
    for turn in _turns(keys):
        idle += await _type(engine, buffer, turn, rest=not idle)
        with _busy_cores():
            busy += await _type(engine, buffer, turn.swapcase(), rest=False)
    return Case("all cores busy with something else", idle, busy, same_keys=False)


async def _type(engine: hearth.Hearth, buffer: Buffer, keys: str, rest: bool) -> list[float]:
    """Milliseconds from each keystroke to its answer."""
    await engine.open(buffer)
    if rest:
        await engine.rest(buffer)
        await asyncio.sleep(_REST_SECONDS)
    times: list[float] = []
    for index, key in enumerate(keys):
        buffer.above += key
        began = time.perf_counter()
        await engine.typed(buffer, key)
        await engine.ask(buffer)
        if index:  # the first one may have to heal a word that the others know
            times.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.05)
    return times


async def _cancels(model: Path, count: int) -> list[float]:
    """Milliseconds until another request's first text, once a prefill was cancelled in its middle."""
    settings = Settings(completion=CompletionSettings(model=str(model)))
    waits: list[float] = []
    with fresh_home() as home:
        backend = local.create(settings, lambda status: None)
        try:
            small = CompletionRequest("small", FimPrompt("def add(a, b):\n    return ", "\n"), max_tokens=4)
            await _first_text(backend, small)
            for number_of in range(count):
                text = "".join(f"value_{number_of}_{line} = {line * 7}\n" for line in range(400))
                long = CompletionRequest("long", FimPrompt(text[:_PROMPT_CHARS], "\n"), max_tokens=4)
                prefill = asyncio.create_task(_first_text(backend, long))
                await asyncio.sleep(0.3 + 0.07 * (number_of % 10))
                prefill.cancel()
                began = time.perf_counter()
                await _first_text(backend, small)
                waits.append((time.perf_counter() - began) * 1000)
        finally:
            await backend.close()
            stop_host(home)
    return waits


async def _first_text(backend: local.LocalBackend, request: CompletionRequest) -> None:
    async with aclosing(backend.complete(request)) as events:
        async for _ in events:
            return


def _file(name: str, lines: int) -> Buffer:
    """A module of so many lines; the cursor stands in its middle, where all of them are the same."""
    half = lines // 2
    body = [f"value_{line % 97} = compute({line}, scale={line % 13})" for line in range(lines)]
    near = [f"weights[{line}] = offset({line}) + limit" for line in range(_NEAR)]
    above = "\n".join([*body[: half - _NEAR], *near]) + "\n\n"
    below = "\n" + "\n".join([*near, *body[half + _NEAR :]]) + "\n"
    return Buffer(name, "python", above, below)


def _long_and_plain(lines: int) -> tuple[Buffer, Buffer]:
    """A long file, and what the model is shown of it as a file of its own, cut so that both show the same.

    The prompt names the last two parts of a path, which are the same too.
    """
    long = _file("long/file/of_values.py", lines)
    size = int(CompletionSettings().prefix_tokens * CHARS_PER_TOKEN)
    line_start = long.above.rfind("\n") + 1
    step = size // 4  # in which the beginning of what is shown moves, see `hearth.engine.completion.frames`
    cut = (line_start - 2 * size) // step * step
    first = long.above.find("\n", cut) + 1
    above = "#" * (first - cut - 1) + "\n" + long.above[first:]
    return long, Buffer("plain/file/of_values.py", "python", above, long.below[: 2 * size])


@contextmanager
def _busy_cores() -> Iterator[None]:
    """A process on every core that does nothing but count."""
    processes = [multiprocessing.Process(target=_count, daemon=True) for _ in range(multiprocessing.cpu_count())]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def _count() -> None:
    number_now = 0
    while True:
        number_now += 1


def _turns(keys: str) -> Iterator[str]:
    for start in range(0, len(keys), _TURN):
        yield keys[start : start + _TURN]


def _row(case: Case) -> tuple[str, ...]:
    plain, other = median(case.plain), median(case.other)
    late = percentile(case.other, 95)
    return (
        case.label,
        number(other, 0, " ms"),
        number(late, 0, " ms"),
        number(plain, 0, " ms"),
        ratio(other, plain),
        _key_by_key(case),
    )


def _key_by_key(case: Case) -> str:
    if not case.same_keys:
        return "–"
    return ratio(median(other / plain for plain, other in zip(case.plain, case.other, strict=True)), 1.0)
