"""How near Hearth comes to what the machine can do: each request's time beside a bare decode loop of its tokens.

The replay runs on the engine in this process (same completer, same host; no language server), because answers
over LSP do not tell what they cost. Every answer is waited for, whatever its probability. Those that were
remembered have no bare loop; they are counted apart.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.progress import track

from hearth.engine.types import Completion
from tests.benchmarks import machine, plots
from tests.benchmarks.decode_loop import Work, loop
from tests.benchmarks.engines import in_process
from tests.benchmarks.home import fresh_home
from tests.benchmarks.metrics import Step, percentile
from tests.benchmarks.options import Options
from tests.benchmarks.replay import trace_of
from tests.benchmarks.results import Sheet, console, number, publish
from tests.benchmarks.typist import Pace, retype


@dataclass(frozen=True, slots=True)
class Cost:
    """One request: its whole time, that inside the host's decodes, and the bare loop's; milliseconds."""

    place: str
    kind: str
    reason: str
    ms: float
    decoding_ms: float
    bare_ms: float
    prompt: int
    evaluated: int
    generated: int

    @property
    def outside_ms(self) -> float:
        return self.ms - self.decoding_ms


async def run(options: Options, model: Path) -> None:
    about = machine.describe(options, model)
    trace, notes = trace_of(options)
    steps: list[Step] = []
    with fresh_home() as home:
        async with in_process.running(str(model), home) as engine:
            for place in track(trace, "in process", console=console):
                steps += await retype(engine, place, Pace(options.keys, words=options.words))
    asked = [pair for pair in zip(steps, engine.answers, strict=True) if pair[1].usage.prompt_tokens]
    with loop(model, engine.profile, engine.threads, "".join(place.above for place in trace)) as bare:
        costs = [_cost(step, answer, bare.ms(work_of(answer))) for step, answer in track(asked, "bare loop")]
    notes += _apart(engine.answers)
    title = f"Distance from the limit, {model.name}"
    sheet = Sheet(title, ("", "p50", "p95", "mean"), tuple(_rows(costs)))
    publish(options.out, "limit", about, sheet, {"costs": [asdict(cost) for cost in costs]}, notes)
    points = [(cost.bare_ms, cost.ms) for cost in costs if cost.bare_ms > 0]
    plots.against_limit(options.out, f"{title}\n{about['machine']}", points)


def work_of(answer: Completion) -> Work:
    """The decodes that this answer needs: of the last token only when the model had to say that it ends there."""
    usage = answer.usage
    ends_itself = answer.reason == "eog"
    return Work(
        depth=usage.prompt_tokens - usage.evaluated_tokens,
        evaluated=usage.evaluated_tokens,
        decoded=max(0, usage.generated_tokens - (0 if ends_itself else 1)),
    )


def _cost(step: Step, answer: Completion, bare_ms: float) -> Cost:
    usage = answer.usage
    return Cost(
        step.place,
        step.kind,
        answer.reason,
        step.ms,
        usage.prefill_ms + usage.decode_ms,
        bare_ms,
        usage.prompt_tokens,
        usage.evaluated_tokens,
        usage.generated_tokens,
    )


def _apart(answers: list[Completion]) -> list[str]:
    remembered = sum(answer.reason == "remembered" for answer in answers)
    return [
        f"{len(answers)} requests, of which {remembered} were answered from memory (these are not in the table)"
    ]


def _rows(costs: list[Cost]) -> list[tuple[str, ...]]:
    warm = [cost for cost in costs if cost.kind == "warm"]
    decoded = [cost for cost in warm if cost.bare_ms > 0]
    rows: list[tuple[str, list[float], int, str]] = [
        ("request ÷ bare loop", [cost.ms / cost.bare_ms for cost in decoded], 2, "×"),
        ("request", [cost.ms for cost in warm], 0, " ms"),
        ("bare loop", [cost.bare_ms for cost in warm], 0, " ms"),
        ("decoding in the host ÷ bare loop", [cost.decoding_ms / cost.bare_ms for cost in decoded], 2, "×"),
        ("outside of decoding", [cost.outside_ms for cost in warm], 1, " ms"),
        ("tokens evaluated", [float(cost.evaluated) for cost in warm], 1, ""),
        ("tokens generated", [float(cost.generated) for cost in warm], 1, ""),
    ]
    return [_row(*row) for row in rows]


def _row(label: str, values: list[float], digits: int, unit: str) -> tuple[str, ...]:
    if not values:
        return label, "–", "–", "–"
    mean = sum(values) / len(values)
    return label, *(number(value, digits, unit) for value in (median(values), percentile(values, 95), mean))
