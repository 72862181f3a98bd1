"""Infilling through the language server, beside the raw model: which answers pass the tests.

Hearth answers as when the user asks for ghost text. The raw model is the same file and the same process with
the bare prompt (everything above and below) and no stop rule but its own end token. The deadline is lifted, as
it is the answers that are judged here; `replay` measures the time.
"""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.progress import track

from hearth.engine.backends import local
from hearth.engine.settings import CompletionSettings, HostSettings, Settings
from hearth.engine.types import CompletionRequest, FimPrompt, Finished, FinishReason, Piece, Usage
from tests.benchmarks import judge, machine, plots, tasks
from tests.benchmarks.engines import hearth
from tests.benchmarks.home import fresh_home
from tests.benchmarks.metrics import interval
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, console, number, percent, publish
from tests.benchmarks.tasks import Task
from tests.e2e.editor import MARK, Editor

_RAW_TOKENS = 128
_PUBLISHED = "exact match of the published base models (other prompts, all 1,033 tasks): 0.5B 70.3%, 1.5B 77.0%"


@dataclass(frozen=True, slots=True)
class Answered:
    """One task: the completed text and the raw answer, how that ended, and what is right."""

    id: str
    hearth: str
    raw: str
    raw_reason: str
    raw_tokens: int
    passed: dict[str, bool]


async def run(options: Options, model: Path) -> None:
    about = machine.describe(options, model)
    single = tasks.load(options.data, tasks.SINGLE_LINE, options.tasks, options.seed)
    spans = tasks.load(options.data, tasks.RANDOM_SPAN, options.tasks if options.quick else None, options.seed)
    completion, host = CompletionSettings(model=str(model)), HostSettings(threads=options.threads)
    settings = Settings(completion=completion, host=host)
    with fresh_home() as home:
        async with hearth.session(str(model), home, options.threads, deadline_ms=options.deadline_ms) as ed:
            backend = local.create(settings, lambda status: None)
            try:
                lines = [await _line(ed, backend, task) for task in track(single, "single line", console=console)]
                wide = [await _span(ed, backend, task) for task in track(spans, "random span", console=console)]
            finally:
                await backend.close()
    rows = [*_rows("SingleLine", lines), *_rows("RandomSpanLight", wide)]
    title = f"Infilling, {model.name}"
    sheet = Sheet(title, ("", "right", "of", "share", "95% interval"), tuple(_cells(*row) for row in rows))
    data = {"single_line": [asdict(each) for each in lines], "random_span": [asdict(each) for each in wide]}
    publish(options.out, "infill", about, sheet, data, [_PUBLISHED])
    bars = {label: (right / max(1, count), *interval(right, count)) for label, right, count in rows}
    plots.shares(options.out, "infill", f"{title}\n{about['machine']}, {about['date']}", bars)


async def _line(ed: Editor, backend: local.LocalBackend, task: Task) -> Answered:
    """A task whose answer is one line: judged also by equality, and the raw answer also when it is cut there."""
    return await _answered(ed, backend, task, {"raw, first line": tasks.first_line_of})


async def _span(ed: Editor, backend: local.LocalBackend, task: Task) -> Answered:
    return await _answered(ed, backend, task, {})


async def _answered(
    ed: Editor, backend: local.LocalBackend, task: Task, cuts: dict[str, Callable[[str], str]]
) -> Answered:
    ours = await ask_hearth(ed, task.above, task.below, task.id.replace("/", "_") + ".py")
    raw, ended = await ask_raw(backend, task.id, task.above, task.below)
    texts = {"hearth": ours, "raw": task.completed(raw)}
    texts |= {name: task.completed(cut(raw)) for name, cut in cuts.items()}
    passed = {name: judge.passes(task.program(text)) for name, text in texts.items()}
    if cuts:
        passed |= {f"{name}, exact": tasks.is_exact(text, task) for name, text in texts.items()}
    return Answered(task.id, ours, raw, ended.name, ended.usage.generated_tokens, passed)


async def ask_hearth(ed: Editor, above: str, below: str, name: str, language: str = "python") -> str:
    """The whole text once the suggestion, asked for by hand, is accepted."""
    ed.open(f"{above}{MARK}{below}", name, language)
    item = await ed.ask(automatic=False)
    if item is not None:
        ed.accept(item)
    hearth.close(ed)
    return ed.text


async def ask_raw(
    backend: local.LocalBackend, name: str, above: str, below: str, tokens: int = _RAW_TOKENS
) -> tuple[str, Finished]:
    """What the model says by itself, and how that ended."""
    prompt = FimPrompt(above=above, below=below)
    request = CompletionRequest(f"raw {name}", prompt, max_tokens=tokens)
    text, ended = "", Finished(FinishReason.EOG, Usage())
    async with aclosing(backend.complete(request)) as events:
        async for event in events:
            if isinstance(event, Piece):
                text += event.text
            else:
                ended = event
    return text, ended


def _rows(name: str, answers: Sequence[Answered]) -> list[tuple[str, int, int]]:
    """(label, right, tasks) for each way of answering and judging."""
    ways = answers[0].passed if answers else {}
    return [
        (f"{name}, {way}" if "exact" in way else f"{name}, {way}, pass@1", right, len(answers))
        for way in ways
        for right in [sum(answer.passed[way] for answer in answers)]
    ]


def _cells(label: str, right: int, count: int) -> tuple[str, ...]:
    low, high = interval(right, count)
    return (
        label,
        number(right),
        number(count),
        percent(right / max(1, count)),
        f"{percent(low)} to {percent(high)}",
    )
