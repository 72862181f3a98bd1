"""`hearth bench --models`: the models on this disk, by speed and by right lines of the user's own code."""

import asyncio
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table

from hearth.engine.backends import local
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.errors import HearthError
from hearth.engine.index.walk import source_files
from hearth.engine.models import catalog, fit, store
from hearth.engine.models.store import other_models
from hearth.engine.settings import Settings
from hearth.lsp_server.commands import model_rows, terminal
from hearth.lsp_server.words import screen

_PLACES = 20
_FILES = 400  # of a workspace, of which the places are drawn
_PATIENCE_MS = 2_000  # for the line that is asked for; what would follow it is not waited for
_SHORTEST = 12  # characters of a line that is worth asking about


@dataclass(frozen=True, slots=True)
class Candidate:
    id: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Place:
    """The rest of a line that was taken out of `document` at `offset`."""

    document: Document
    offset: int
    line: str


@dataclass(frozen=True, slots=True)
class Compared:
    """`ms` is what reading a new place and answering takes; the median."""

    candidate: Candidate
    right: int
    of: int
    ms: float
    prefill_speed: float  # tokens per second
    decode_speed: float  # tokens per second


def compare(where: Path, settings: Settings) -> Table:
    """The models that can complete and fit into memory, the best first."""
    candidates = list(_candidates())
    if not candidates:
        terminal.fail(
            "No model on this disk can complete code: `hearth models recommend` names one for this machine"
        )
    places = _places(where)
    if len(places) < _PLACES // 2:
        terminal.fail(f"{where} has too little code: some {_PLACES} lines are needed")
    found: list[Compared] = []
    for candidate in screen.tracked(candidates, "asking each model"):
        try:
            found.append(asyncio.run(_measure(candidate, places, settings)))
        except HearthError as error:  # the others may work
            screen.complain(f"{candidate.id}: {error}", "yellow")
    return _table(sorted(found, key=lambda one: (-one.right, one.ms)), where)


def _candidates() -> Iterator[Candidate]:
    machine = fit.Machine.here()
    for model in catalog.models().values():
        installed = store.find(model.id) if model.plays("completion") else None
        if installed is not None and model_rows.row(model, machine).advice.fits:
            yield Candidate(model.id, installed.bytes)
    for found in other_models.everything():
        other = model_rows.Other.of(found, machine)
        if other.fits and other.role in ("both", "completion"):
            yield Candidate(found.name, found.bytes)


def _places(where: Path) -> list[Place]:
    """Lines of different files, as far as there are as many; the same ones as long as the files are the same."""
    paths = [where] if where.is_file() else [Path(path) for path in _sources(where)]
    chance = random.Random(1)
    chance.shuffle(paths)
    by_file = [places for path in paths[:_FILES] if (places := _places_in(path, chance))]
    chosen: list[Place] = []
    while len(chosen) < _PLACES and any(by_file):
        chosen += [places.pop() for places in by_file if places][: _PLACES - len(chosen)]
    return chosen


def _sources(folder: Path) -> list[str]:
    return [found.path for found in source_files(str(folder.absolute())) if found is not None]


def _places_in(path: Path, chance: random.Random) -> list[Place]:
    try:
        document = terminal.opened(path)
    except (OSError, ValueError):
        return []
    lines = document.text.splitlines(keepends=True)
    worthy = [number for number, line in enumerate(lines) if number > 5 and len(line.strip()) >= _SHORTEST]
    places = []
    for number in chance.sample(worthy, min(len(worthy), _PLACES)):
        line = lines[number]
        begin = len(line) - len(line.lstrip())
        above = "".join(lines[:number]) + line[:begin]
        below = line[len(line.rstrip()) :] + "".join(lines[number + 1 :])
        asked = Document(f"{document.uri}#{number}", above + below, document.language, document.path)
        places.append(Place(asked, len(above), line.strip()))
    return places


async def _measure(candidate: Candidate, places: list[Place], settings: Settings) -> Compared:
    patient = replace(settings.completion, min_confidence=0.0, deadline_ms=_PATIENCE_MS, max_lines=1)
    completion = replace(patient, backend="local", model=candidate.id)
    backend = local.create(replace(settings, completion=completion), lambda status: None)
    completer, right, times = Completer(backend, completion), 0, list[float]()
    try:
        for place in places:
            began = time.perf_counter()
            await completer.rest(place.document, place.offset)
            answer = await completer.complete(place.document, place.offset)
            times.append(1000 * (time.perf_counter() - began))
            completer.forget(place.document.uri)
            said = answer.text.lstrip().split("\n")[0].rstrip() if answer else ""
            right += said == place.line
        report = await backend.report()
    finally:
        await backend.close()
    median = statistics.median(times[1:] or times)  # the first one waits for the model to be loaded
    return Compared(candidate, right, len(places), median, report.prefill_speed, report.decode_speed)


def _table(found: list[Compared], where: Path) -> Table:
    table = Table(title=f"Lines of {where.absolute().name}, written again", title_justify="left", box=None)
    table.add_column("model", no_wrap=True)
    for title in ("size", "right lines", "an answer", "prompt tokens/s", "answer tokens/s"):
        table.add_column(title, justify="right")
    for one in found:
        speeds = (f"{one.prefill_speed:.0f}", f"{one.decode_speed:.0f}")
        shown = (f"{one.right} of {one.of}", f"{one.ms / 1000:.1f} s", *speeds)
        table.add_row(one.candidate.id, model_rows.size(one.candidate.bytes), *shown)
    return table
