"""`worth`: real code typed by a typist as studies describe people, in virtual time, with and without help.

    packages -> places -> a typist's plan for each -> typed beside each engine -> one table of steps -> figures

The engine is the real one, with its scheduler, sessions and KV cache; what each decode takes is looked up in
what was measured on this machine, and what the model says is computed once and kept. At the end a few places are
typed in real time beside the real language server, to see how near that comes.
"""

import asyncio
import hashlib
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import track

from hearth.engine import paths
from hearth.engine.host import trial
from hearth.engine.host.models import Models
from hearth.engine.host.native import library_build
from hearth.engine.host.profiles import ProfileBook
from hearth.engine.models import store
from hearth.engine.settings import CompletionSettings, Settings
from hearth.engine.types import ModelRef
from tests.benchmarks import machine
from tests.benchmarks.engines import hearth as server
from tests.benchmarks.home import Unavailable, fresh_home, model_file
from tests.benchmarks.options import CACHE, Options
from tests.benchmarks.results import Sheet, console, number, percent, publish
from tests.benchmarks.trace import Place
from tests.benchmarks.worth import account, clock, code, llama, typist
from tests.benchmarks.worth.account import FIGURES, SAVED, Sums
from tests.benchmarks.worth.answers import Answers
from tests.benchmarks.worth.clock import Clock
from tests.benchmarks.worth.hearth import Played, Served
from tests.benchmarks.worth.host import Machine, PlayedBackend
from tests.benchmarks.worth.retyping import Retyping, Step, Suggester
from tests.benchmarks.worth.times import TokenTimes, measure, recorded, told
from tests.benchmarks.worth.variants import DEFAULT, LLAMA_VIM, VARIANTS, Variant
from tests.editors.debian import Missing

_CHECKED = 6  # places that are typed in real time too
_CHECKED_MS = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """All places, typed once: by whom, with what, and what happened."""

    engine: str
    mean_ms: int
    steps: list[list[Step]]  # by place


async def run(options: Options, model: Path) -> None:
    """For each model; `model` is the first one."""
    all_of_them = (DEFAULT,) if options.quick else (*VARIANTS, LLAMA_VIM)
    options = replace(options, variants=options.variants or all_of_them)
    if unknown := set(options.variants) - {*VARIANTS, LLAMA_VIM}:
        raise Unavailable(
            f"there is no variant {', '.join(unknown)}; there are {', '.join((*VARIANTS, LLAMA_VIM))}"
        )
    typed_code = code.found(options.places, options.seed)
    for name in options.models:
        try:
            await _run(options, name, typed_code)
        except Unavailable as error:
            console.print(f"{name} is left out: {error}", style="yellow", markup=False)


async def _run(options: Options, name: str, typed_code: code.Code) -> None:
    model = model_file(name)
    ref = _ref(name)
    about = machine.describe(options, model)
    notes = [*_NOTES, *typed_code.missing]
    done: list[Typed] = []
    checked: dict[str, float] = {}
    with fresh_home() as home:
        with _loaded(ref, CACHE / "worth", options.times) as here:
            about["token times"] = _told(here.times)
            for variant in [each for each in options.variants if each in VARIANTS]:
                for ms in options.speeds if variant == DEFAULT else _middle(options.speeds):
                    minutes = options.minutes if not done else 0.0
                    done.append(await _hearth(variant, here, options, typed_code, ms, minutes))
                    typed_code = replace(typed_code, places=typed_code.places[: len(done[0].steps)])
        if LLAMA_VIM in options.variants:
            try:
                done += await _llama_vim(model, options, typed_code)
            except Missing as error:
                notes.append(f"{LLAMA_VIM} was left out: {error}")
        if options.checked:
            simulated = _of(done, DEFAULT, _CHECKED_MS)
            if simulated is not None:
                real = await _in_real_time(model, home, options, typed_code)
                notes.append(_check_note(simulated, real, options, typed_code))
                checked = _checked(simulated, real, options, typed_code)
                done.append(real)
    _publish(options, name, about, typed_code, done, notes, checked)


def _middle(speeds: Sequence[int]) -> Sequence[int]:
    """Parts are compared at one speed."""
    return speeds[len(speeds) // 2 :][:1]


def _ref(name: str) -> ModelRef:
    found = store.find(name)
    assert found is not None, "it was there just now"
    return found.ref()


def _digest(ref: ModelRef) -> str:
    """Of what decides about answers and times: the weights, and the build of llama.cpp."""
    weights = ref.sha256 or str(Path(ref.path).stat().st_size)
    return hashlib.sha256(f"{weights} {library_build()}".encode()).hexdigest()[:12]


@contextmanager
def _loaded(ref: ModelRef, folder: Path, times: Path | None = None) -> "Iterator[Machine]":
    """The model, loaded as the host loads it."""
    book = ProfileBook(paths.state_dir() / "profiles.json")
    models = Models(book, "", lambda model, percent: None, first_profile=partial(trial.first_profile, book))
    session = models.session(ref)
    name = f"{Path(ref.path).stem}-{_digest(ref)}"
    answers = Answers(session, folder / f"answers-{name}.sqlite")
    try:
        measured = folder / f"times-{name}.json"
        yield Machine(
            session.model,
            ref,
            answers,
            told(times, ref.id) if times else recorded(measured, lambda: measure(session)),
        )
    finally:
        answers.close()
        models.close()


async def _hearth(
    name: str, here: Machine, options: Options, typed_code: code.Code, mean_ms: int, minutes: float
) -> Typed:
    """All places, or those that are begun within so many `minutes` of real time where there are any."""
    settings = VARIANTS[name].applied_to(Settings(completion=CompletionSettings(model=here.ref.path)))

    async def type_all(now: Clock) -> list[list[Step]]:
        return await beside_hearth(here, now, VARIANTS[name], settings, typed_code, options.seed, mean_ms, minutes)

    return Typed(name, mean_ms, await asyncio.to_thread(clock.run, type_all))


async def beside_hearth(
    here: Machine,
    now: Clock,
    variant: Variant,
    settings: Settings,
    typed_code: code.Code,
    seed: int,
    mean_ms: float,
    minutes: float = 0.0,
) -> list[list[Step]]:
    backend = PlayedBackend(here, now)
    engine = Played(backend, settings, typed_code.root_of, variant.grows)
    await backend.ready()
    try:
        return await _type_all(engine, typed_code.places, seed, mean_ms, here.ref.id, minutes)
    finally:
        await backend.close()


async def _llama_vim(model: Path, options: Options, typed_code: code.Code) -> list[Typed]:
    done = []
    with llama.running(model) as (kept, times):
        for mean_ms in options.speeds:

            async def type_all(now: Clock, mean_ms: int = mean_ms) -> list[list[Step]]:
                engine = llama.PlayedLlamaVim(kept, times)
                return await _type_all(engine, typed_code.places, options.seed, mean_ms, LLAMA_VIM)

            done.append(Typed(LLAMA_VIM, mean_ms, await asyncio.to_thread(clock.run, type_all)))
    return done


async def _in_real_time(model: Path, home: Path, options: Options, typed_code: code.Code) -> Typed:
    """A few places, beside the language server and the host process."""
    settings = {"completion": {"model": str(model), "deadline_ms": CompletionSettings().deadline_ms}}
    folders = tuple(project.root for project in typed_code.projects)
    chosen = typed_code.places[: options.checked]
    async with server.connected(settings, home, folders, {"hearth": {"completionGrew": True}}) as editor:
        steps = await _type_all(Served(editor), chosen, options.seed, _CHECKED_MS, "in real time")
    return Typed("in real time", _CHECKED_MS, steps)


async def _type_all(
    engine: Suggester, places: Sequence[Place], seed: int, mean_ms: float, label: str, minutes: float = 0.0
) -> list[list[Step]]:
    began, steps = time.monotonic(), list[list[Step]]()
    for place in track(places, f"{label}, {mean_ms} ms", console=console):
        if minutes and steps and time.monotonic() - began > 60 * minutes:
            break
        steps.append(await Retyping(engine, place, plan_of(place, mean_ms, seed)).run())
    return steps


def plan_of(place: Place, mean_ms: float, seed: int) -> typist.Plan:
    own = zlib.crc32(f"{seed} {code.short_name(place)} {len(place.above)}".encode())
    return typist.plan(place.removed, mean_ms, own)


def _sums(done: Typed, options: Options, places: Sequence[Place]) -> list[Sums]:
    return [
        account.sums(place.removed, plan_of(place, done.mean_ms, options.seed), steps)
        for place, steps in zip(places, done.steps, strict=False)
    ]


def _of(done: Sequence[Typed], engine: str, mean_ms: int) -> Typed | None:
    return next((each for each in done if (each.engine, each.mean_ms) == (engine, mean_ms)), None)


def _publish(
    options: Options,
    name: str,
    about: dict[str, str],
    typed_code: code.Code,
    done: Sequence[Typed],
    notes: Sequence[str],
    checked: dict[str, float],
) -> None:
    places = typed_code.places
    lines = sum(place.removed.count("\n") + 1 for place in places)
    rows: list[tuple[str, ...]] = []
    figures: list[dict[str, Any]] = []
    for mean_ms in options.speeds:
        base = _of(done, DEFAULT, mean_ms)
        for each in done:
            if each.mean_ms != mean_ms or len(each.steps) != len(places):
                continue
            ours = _sums(each, options, places)
            values = {label: figure(account.together(ours)) for label, figure in FIGURES.items()}
            spans = {label: account.interval(figure, ours) for label, figure in FIGURES.items()}
            times, span = (
                account.ratio(FIGURES[SAVED], ours, _sums(base, options, places)) if base else (None, None)
            )
            figures.append(
                {"engine": each.engine, "mean_ms": mean_ms, "values": values, "intervals": spans, "ratio": times}
            )
            shown = [_cell(label, values[label], spans[label]) for label in FIGURES]
            rows.append((f"{each.engine}, {mean_ms} ms a key", _times(times, span), *shown))
    title = f"Worth: {name}, {len(places)} places, {lines} lines of {len(typed_code.projects)} packages"
    sheet = _turned(Sheet(title, ("", f"keystrokes saved ÷ {DEFAULT}", *FIGURES), tuple(rows)))
    data = {
        "figures": figures,
        "check": checked,
        "places": [{**asdict(place), "name": code.short_name(place)} for place in places],
        "plans": {
            str(ms): [asdict(plan_of(place, ms, options.seed)) for place in places] for ms in options.speeds
        },
        "runs": [
            {
                "engine": each.engine,
                "mean_ms": each.mean_ms,
                "steps": [[_row(step) for step in steps] for steps in each.steps],
            }
            for each in done
        ],
    }
    publish(options.out, f"worth-{Path(name).name.removesuffix('.gguf')}", about, sheet, data, notes)


def _row(step: Step) -> dict[str, Any]:
    """Without what is as usual: the table is long."""
    usual = Step(step.what, 0, 0.0)
    row = {key: value for key, value in asdict(step).items() if value != getattr(usual, key)}
    return {"what": step.what, "offset": step.offset, "at_ms": step.at_ms, **row}


def _turned(sheet: Sheet) -> Sheet:
    """A row for each figure: there are more of them than engines."""
    columns = ("", *(row[0] for row in sheet.rows))
    rows = [(label, *(row[index] for row in sheet.rows)) for index, label in enumerate(sheet.columns[1:], start=1)]
    return Sheet(sheet.title, columns, tuple(rows))


def _cell(label: str, value: float | None, span: account.Interval | None) -> str:
    show = _FORMATS.get(label, percent)
    return show(value) if span is None else f"{show(value)} ({show(span[0])} to {show(span[1])})"


def _times(value: float | None, span: account.Interval | None) -> str:
    shown = number(value, 2)
    return shown if span is None or value == 1 else f"{shown} ({number(span[0], 2)} to {number(span[1], 2)})"


_FORMATS: dict[str, Callable[[float | None], str]] = {
    **dict.fromkeys(
        ("right characters shown per 100 keys", "wrong characters shown per 100 keys"),
        lambda value: number(value, 0),
    ),
    "wrong ones per right one": lambda value: number(value, 2),
    **dict.fromkeys(
        ("benefit per 100 keys", "reading per 100 keys"),
        lambda value: number(None if value is None else value / 1000, 2, " s"),
    ),
    "latency, p50": lambda value: number(value, 0, " ms"),
}


def _checked(simulated: Typed, real: Typed, options: Options, typed_code: code.Code) -> dict[str, float]:
    """By figure, what was measured over what was simulated, of the places that were typed both ways."""
    both = typed_code.places[: len(real.steps)]
    measured = account.together(_sums(real, options, both))
    played = account.together(_sums(replace(simulated, steps=simulated.steps[: len(both)]), options, both))
    ratios = {}
    for label, figure in FIGURES.items():
        above, below = figure(measured), figure(played)
        if above is not None and below:
            ratios[label] = above / below
    return ratios


def _check_note(simulated: Typed, real: Typed, options: Options, typed_code: code.Code) -> str:
    both = typed_code.places[: len(real.steps)]
    measured = account.together(_sums(real, options, both))
    played = account.together(_sums(replace(simulated, steps=simulated.steps[: len(both)]), options, both))
    told = []
    for label, ratio in _checked(simulated, real, options, typed_code).items():
        cells = [_cell(label, FIGURES[label](one), None) for one in (measured, played)]
        told.append(f"{label} {' and '.join(cells)} ({ratio:.2f}×)")
    return f"{len(both)} places in real time with the language server, and simulated: " + "; ".join(told)


def _told(times: TokenTimes) -> str:
    rows = [
        f"behind {depth}: "
        + ", ".join(f"{size} in {ms:.1f} ms" for size, ms in zip(times.sizes, row, strict=True))
        for depth, row in zip(times.depths, times.ms, strict=True)
    ]
    return f"{times.machine}: " + "; ".join(rows) + f"; choosing one {times.pick_ms:.1f} ms"


_NOTES = (
    f"keys {typist.BURST_MS[0]:.0f} to {typist.BURST_MS[1]:.0f} ms apart, pauses of "
    f"{typist.PAUSE_MS[0] / 1000} to {typist.PAUSE_MS[1] / 1000} s at line starts and before names; a look in "
    f"each pause, behind what was accepted and every {typist.PATIENCE[0]} to {typist.PATIENCE[1]} keys",
    f"reading takes {typist.READ_MS:.0f} ms and {typist.READ_MS_A_CHARACTER:.0f} ms for each new character "
    f"up to {typist.READ_BEHIND} behind the first wrong one; intervals are 95%, over places",
)
