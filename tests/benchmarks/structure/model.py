"""The same places with a real model: how often what is shown adds syntax errors to the file.

What the answer opened counts as closed. The deadline is lifted, as it is the answers that are judged here.
"""

import random
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.progress import track

from hearth.engine.backends import Backend, local
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings, HostSettings, Settings
from hearth.engine.types import Completion
from tests.benchmarks import machine
from tests.benchmarks.home import fresh_home
from tests.benchmarks.metrics import interval
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, console, percent, publish
from tests.benchmarks.structure import files
from tests.benchmarks.structure.judge import errors_of_answer
from tests.benchmarks.structure.places import KINDS, File, Place
from tests.benchmarks.structure.run import chosen_places

_TRIES = 40  # of each language and kind, of which the sample is drawn


@dataclass(frozen=True, slots=True)
class Shown:
    """One question; `errors` are those that the answer adds, `broken` those that no end would mend."""

    name: str
    mode: str
    text: str
    answer: str
    errors: int
    broken: int


async def run(options: Options, model: Path) -> None:
    found, missing = files.fetched(options.seed)
    asked = _sample(found, options)
    completion = CompletionSettings(model=str(model), deadline_ms=options.deadline_ms)
    with fresh_home():
        backend = local.create(
            Settings(completion=completion, host=HostSettings(threads=options.threads)), lambda status: None
        )
        try:
            done = [
                await _ask(backend, completion, place, automatic)
                for place in track(asked, "structure, model", console=console)
                for automatic in (True, False)
            ]
        finally:
            await backend.close()
    rows = [_row(mode, [one for one in done if one.mode == mode]) for mode in ("automatic", "invoked")]
    sheet = Sheet(f"Structure, {model.name}", _COLUMNS, (*rows, _row("all", done)))
    data = {"shown": [asdict(one) for one in done]}
    publish(options.out, "structure-model", machine.describe(options, model), sheet, data, missing)
    for one in [one for one in done if one.errors][: options.listed]:
        console.print(f"--- {one.name} · {one.mode}\n{one.text}\n--- shown\n{one.answer}\n", markup=False)


def _sample(found: list[File], options: Options) -> list[Place]:
    """So many places, as many of each language and kind as can be."""
    by_kind: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place, _ in chosen_places(found, _TRIES, options.seed, KINDS):
        by_kind[place.language, place.kind].append(place)
    chance = random.Random(options.seed)
    turns = [list(group) for group in by_kind.values()]
    chance.shuffle(turns)
    sample: list[Place] = []
    while len(sample) < options.tasks and any(turns):
        sample += [group.pop() for group in turns if group]
    return sample[: options.tasks]


async def _ask(backend: Backend, settings: CompletionSettings, place: Place, automatic: bool) -> Shown:
    path = f"/project/{place.source}"
    document = Document(f"file://{path}", place.text, place.language, path)
    completer = Completer(backend, settings)
    try:
        answer = await completer.complete(document, place.offset, automatic)
    finally:
        completer.forget(document.uri)
    answer = answer or Completion("", place.offset, place.offset)
    name = f"{place.language} · {place.kind} · {place.source}"
    near = place.marked[max(0, place.offset - 300) : place.offset + 200]
    added = errors_of_answer(place.language, place.text, answer) if answer.text else (0, 0)
    return Shown(name, "automatic" if automatic else "invoked", near, answer.text, *added)


_COLUMNS = ("", "asked", "shown", "with new errors", "share", "95% interval", "that no end would mend", "share")


def _row(name: str, done: list[Shown]) -> tuple[str, ...]:
    shown = [one for one in done if one.answer]
    wrong = sum(one.errors > 0 for one in shown)
    low, high = interval(wrong, len(shown))
    share = percent(wrong / max(1, len(shown)))
    broken = sum(one.broken > 0 for one in shown)
    counts = (str(len(done)), str(len(shown)), str(wrong), share, f"{percent(low)} to {percent(high)}")
    return (name, *counts, str(broken), percent(broken / max(1, len(shown))))
