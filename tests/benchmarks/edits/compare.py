"""Code actions beside "ask and paste", with the same model in the same run: whose edits are right.

The tasks are small programs of our own; the bugs are seeded into HumanEval's solutions. Model, process and
sampling are the same for both; what differs is what Hearth does around the model.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.progress import track

from hearth.engine.backends import Backend, local
from hearth.engine.settings import ChatSettings, HostSettings, Settings
from tests.benchmarks import machine
from tests.benchmarks.edits import bugs, tasks, toolchains
from tests.benchmarks.edits.answering import Edited, by_hearth, by_pasting
from tests.benchmarks.edits.tasks import Task
from tests.benchmarks.home import fresh_home
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, console, number, percent, publish, ratio
from tests.hosts import stop_host
from tests.lsp_server.acting import ActingEditor, acting

_BUGS = 50
_COLUMNS = (
    "",
    "tasks",
    "Hearth right",
    "pasted right",
    "ratio",
    "refused",
    "applied and parses",
    "pasted parses",
    "Hearth, median",
    "pasted, median",
)


@dataclass(frozen=True, slots=True)
class Pair:
    kind: str
    hearth: Edited
    pasted: Edited


async def run(options: Options, model: Path) -> None:
    """The tasks of all kinds."""
    missing = toolchains.missing()
    chosen = [task for task in tasks.load(1 if options.quick else None) if task.language not in missing]
    notes = [f"{language} is left out: {why}" for language, why in missing.items()]
    await _compare(options, model, "edits", f"Code actions, {model.name}", chosen, notes)


async def run_bugs(options: Options, model: Path) -> None:
    """Functions with one bug each, that nobody points at."""
    chosen = bugs.load(options.data, min(options.tasks, 3 if options.quick else _BUGS), options.seed)
    await _compare(options, model, "bugs", f"Seeded bugs, {model.name}", chosen, [])


async def _compare(
    options: Options, model: Path, name: str, title: str, chosen: Sequence[Task], notes: list[str]
) -> None:
    about = machine.describe(options, model)
    chat, host = {"backend": "local", "model": str(model)}, HostSettings(threads=options.threads)
    settings = {"completion": {"backend": "local", "model": str(model)}, "chat": chat}
    pairs: list[Pair] = []
    with fresh_home() as home:
        backend = local.create(Settings(chat=ChatSettings(model=str(model)), host=host), lambda status: None)
        try:
            async with acting(settings={**settings, "host": {"threads": options.threads}}, home=home) as ed:
                with suppress(asyncio.CancelledError):  # Ctrl-C: what there is by then is published
                    for task in track(chosen, name, console=console):
                        pairs.append(await _pair(ed, backend, task))
        finally:
            await backend.close()
            stop_host(home)
    sheet = Sheet(title, _COLUMNS, tuple(_rows(pairs)))
    notes += [f"refused, {pair.hearth.task}: {pair.hearth.refused}" for pair in pairs if pair.hearth.refused]
    publish(options.out, name, about, sheet, {"pairs": [asdict(pair) for pair in pairs]}, notes)


async def _pair(ed: ActingEditor, backend: Backend, task: Task) -> Pair:
    pair = Pair(task.kind, await by_hearth(ed, task), await by_pasting(backend, task))
    console.print(
        f"{task.label}: Hearth {_outcome(pair.hearth)}, pasted {_outcome(pair.pasted)}",
        style="dim",
        highlight=False,
        markup=False,
    )
    return pair


def _outcome(edited: Edited) -> str:
    return f"{edited.refused or edited.wrong or 'right'} ({edited.seconds:.0f} s)"


def _rows(pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    kinds = list(dict.fromkeys(pair.kind for pair in pairs))
    rows = [_row(kind, [pair for pair in pairs if pair.kind == kind]) for kind in kinds]
    return rows if len(kinds) < 2 else [*rows, _row("all", pairs)]


def _row(label: str, pairs: Sequence[Pair]) -> tuple[str, ...]:
    count = len(pairs)
    ours, theirs = sum(pair.hearth.right for pair in pairs), sum(pair.pasted.right for pair in pairs)
    applied = [pair.hearth for pair in pairs if not pair.hearth.refused]
    return (
        label,
        number(count),
        f"{ours} ({percent(ours / count, 0)})",
        f"{theirs} ({percent(theirs / count, 0)})",
        ratio(ours, theirs),
        number(count - len(applied)),
        f"{sum(each.parses for each in applied)} of {len(applied)}",
        f"{sum(pair.pasted.parses for pair in pairs)} of {count}",
        number(median(pair.hearth.seconds for pair in pairs), 0, " s"),
        number(median(pair.pasted.seconds for pair in pairs), 0, " s"),
    )
