"""The typing replay: the same keystrokes for each engine, one engine after another.

`run` waits for every answer and measures how long that takes. `run_clocked` types on, as people do, and counts
what suggestions are worth then.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from pathlib import Path

from rich.progress import track

from tests.benchmarks import machine, plots
from tests.benchmarks.engines import Engine, hearth, llama_server, plain
from tests.benchmarks.home import Unavailable, fresh_home
from tests.benchmarks.metrics import Step, Summary, summarise
from tests.benchmarks.options import Options
from tests.benchmarks.packages import sources
from tests.benchmarks.results import Sheet, console, number, percent, publish, ratio
from tests.benchmarks.trace import Place, places
from tests.benchmarks.typist import Pace, retype
from tests.editors.debian import Missing

_CAVEATS = (
    "the packages are public, so the model may have seen them while it was trained: shares compare engines, "
    "they do not foretell anybody's own code",
    "Hearth's tokens are counted by `limit`: its answers over LSP do not tell them",
)


async def run(options: Options, model: Path) -> None:
    title, steps = await _run("replay", "every answer is waited for", _ROWS, options, model, clock_ms=0)
    warm = {name: [step.ms for step in done if step.kind == "warm"] for name, done in steps.items()}
    plots.latencies(options.out, title, warm)


async def run_clocked(options: Options, model: Path) -> None:
    how = f"a key every {options.clock_ms} ms"
    await _run("clocked", how, _CLOCKED_ROWS, options, model, options.clock_ms)


async def _run(
    name: str, how: str, rows: "Rows", options: Options, model: Path, clock_ms: int
) -> tuple[str, dict[str, list[Step]]]:
    """(the title, what each engine did), with the table and everything else written down."""
    about = machine.describe(options, model)
    trace, notes = trace_of(options)
    steps: dict[str, list[Step]] = {}
    for engine in options.engines:
        try:
            steps[engine] = await _replay(engine, model, trace, Pace(options.keys, clock_ms, options.words))
        except (Missing, Unavailable) as error:
            notes.append(f"{engine} was left out: {error}")
    summaries = {engine: summarise(done) for engine, done in steps.items()}
    data = {
        "summaries": {engine: asdict(summary) for engine, summary in summaries.items()},
        "steps": {engine: [asdict(step) for step in done] for engine, done in steps.items()},
    }
    languages = ", ".join(sorted({place.language for place in trace}))
    title = f"Typing replay, {how}; {model.name}, {len(trace)} places, {languages}"
    publish(options.out, name, about, _sheet(title, rows, summaries), data, [*notes, *_CAVEATS])
    return f"{title}\n{about['machine']}, {about['date']}", steps


def trace_of(options: Options) -> tuple[list[Place], list[str]]:
    """(the places, what is missing). Raises `Unavailable` without any code to type."""
    files, missing = sources()
    if not files:
        raise Unavailable("no code to type: " + "; ".join(missing))
    return places(files, options.places, options.seed), missing


async def _replay(name: str, model: Path, trace: list[Place], pace: Pace) -> list[Step]:
    steps: list[Step] = []
    with fresh_home() as home:
        async with _ENGINES[name](model, home, pace.clock_ms > 0) as engine:
            for place in track(trace, f"{name:10}", console=console):
                steps += await retype(engine, place, pace)
    return steps


_ENGINES: dict[str, Callable[[Path, Path, bool], AbstractAsyncContextManager[Engine]]] = {
    "hearth": lambda model, home, clocked: hearth.running(str(model), home),
    "llama.vim": lambda model, home, clocked: llama_server.running(model, clocked),
    "plain": lambda model, home, clocked: plain.running(model),
}
Rows = tuple[tuple[str, str], ...]  # what a row is called, and the field of `Summary`


def _sheet(title: str, rows: Rows, summaries: dict[str, Summary]) -> Sheet:
    """One column per engine, and behind each other one's figure what it is in units of the first."""
    first, *others = summaries
    cells = [_row(label, key, summaries[first], [summaries[name] for name in others]) for label, key in rows]
    columns = ("", first, *(column for name in others for column in (name, f"÷ {first}")))
    return Sheet(title, columns, tuple(cells))


def _row(label: str, key: str, first: Summary, others: list[Summary]) -> tuple[str, ...]:
    show = _FORMATS.get(key, percent)
    cells = [label, show(getattr(first, key))]
    for other in others:
        cells += [show(getattr(other, key)), ratio(getattr(other, key), getattr(first, key))]
    return tuple(cells)


_ROWS: Rows = (
    ("warm request to the model, p50", "p50_ms"),
    ("warm request to the model, p95", "p95_ms"),
    ("warm requests answered from memory", "at_once"),
    ("warm request, mean of all", "mean_ms"),
    ("first request of a file", "first_ms"),
    ("first request after 1 s of rest", "rested_ms"),
    ("tokens evaluated per request", "evaluated"),
    ("tokens generated per request", "generated"),
    ("requests that showed something", "shown"),
    ("torn, of what was shown", "torn"),
    ("first line right", "first_line_right"),
    ("keystrokes saved", "keystrokes_saved"),
    ("wrong characters shown per 100", "wrong_per_100"),
    ("requests", "requests"),
)
_CLOCKED_ROWS: Rows = (
    ("suggestion there before the next key", "shown"),
    ("torn, of what was shown", "torn"),
    ("first line right, of those", "first_line_right"),
    ("keystrokes saved", "keystrokes_saved"),
    ("wrong characters shown per 100", "wrong_per_100"),
    ("keystrokes", "requests"),
)


def _ms(value: float | None) -> str:
    return number(value, 0 if value is None or value >= 10 else 1, " ms")


_FORMATS: dict[str, Callable[[float | None], str]] = {
    **dict.fromkeys(("p50_ms", "p95_ms", "mean_ms", "first_ms", "rested_ms"), _ms),
    **dict.fromkeys(("evaluated", "generated", "wrong_per_100"), lambda value: number(value, 1)),
    "requests": number,
}
