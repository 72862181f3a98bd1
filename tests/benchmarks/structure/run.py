"""Structure: what an accepted suggestion does to brackets, quotes, lines and line ends, when the model is right.

Thousands of places in real files, with what an editor closes by itself right of the cursor, and scripted answers
that are right, or right and more, or right and less. Everything that is damaged then is Hearth's own doing.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import track

from tests.benchmarks import machine
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, console, percent, publish
from tests.benchmarks.structure import files, typed
from tests.benchmarks.structure.asking import Asker, Try
from tests.benchmarks.structure.judge import DAMAGES, has_grammar
from tests.benchmarks.structure.pairs import languages
from tests.benchmarks.structure.places import KINDS, File, Place, places
from tests.benchmarks.structure.scripts import said_at
from tests.benchmarks.structure.typed import KIND as TYPED

TRIES = 200  # of each language and kind, where the files have so many places


@dataclass
class Tally:
    """`part` counts what was sound but less than all, `nothing` what was said and not shown."""

    tries: int = 0
    nothing: int = 0
    part: int = 0
    damages: Counter[str] = field(default_factory=Counter)

    def add(self, one: Try) -> None:
        self.tries += 1
        self.nothing += one.verdict.shown == "nothing"
        self.part += one.verdict.shown == "part" and not one.verdict.damage
        if one.verdict.damage:
            self.damages[one.verdict.damage] += 1

    @property
    def undamaged(self) -> float:
        return 1 - self.damages.total() / max(1, self.tries)

    def row(self) -> tuple[str, ...]:
        cells = (self.damages[kind] for kind in DAMAGES)
        return (
            str(self.tries),
            percent(self.undamaged, 2),
            percent(self.nothing / max(1, self.tries)),
            percent(self.part / max(1, self.tries)),
            *(str(cell or "") for cell in cells),
        )

    def data(self) -> dict[str, Any]:
        return {"tries": self.tries, "nothing": self.nothing, "part": self.part, "damages": dict(self.damages)}


async def run(options: Options, model: Path) -> None:
    """Totals on the terminal; each language and kind, and every damaged place, in the folder of results."""
    found, missing = files.fetched(options.seed)
    words = [word for word in options.show.split(",") if word]
    found = [file for file in found if file.language in words or not set(words) & set(languages())]
    kinds = [kind for kind in (*KINDS, TYPED) if kind in words or not set(words) & {*KINDS, TYPED}]
    count = TRIES // 10 if options.quick else TRIES
    tries = await played(found, count, options.seed, [kind for kind in kinds if kind != TYPED], progress=True)
    lines = typed.chosen_lines(found, count, options.seed) if TYPED in kinds else []
    keyed = [await typed.typed(*line) for line in track(lines, "typed", console=console)]
    tries += [one for each in keyed for one in each.tries]
    _publish(options, model, tries, [*_notes(tries, keyed), *missing])
    for one in list(_chosen(tries, words))[: options.listed]:
        console.print(told(one), markup=False, highlight=False)


def _publish(options: Options, model: Path, tries: Sequence[Try], notes: Sequence[str]) -> None:
    about = machine.describe(options, model)
    cells = _tallies(tries, lambda one: " · ".join((one.place.language, one.place.kind)))
    sheet = Sheet("Structure, language by kind", _COLUMNS, tuple(_row(key, cells[key]) for key in cells))
    data: dict[str, Any] = {"damaged": [_example(one) for one in tries if one.verdict.damage]}
    publish(options.out, "structure-cells", about, sheet, data, [], on_terminal=False)
    totals = [_row(name, tally) for key in _TOTALS for name, tally in _tallies(tries, key).items()]
    sheet = Sheet("Structure, scripted answers", _COLUMNS, tuple(totals))
    data = {"tallies": {key: tally.data() for key, tally in cells.items()}}
    publish(options.out, "structure", about, sheet, data, notes)


async def played(
    found: Sequence[File], tries: int, seed: int, kinds: Iterable[str] = tuple(KINDS), progress: bool = False
) -> list[Try]:
    """Every answer, automatic and invoked, at as many places of each language and kind as make so many tries."""
    chosen = list(chosen_places(found, tries, seed, kinds))
    done: list[Try] = []
    for place, unit in track(chosen, "structure", console=console, disable=not progress):
        asker = Asker(place)
        for said in said_at(place, unit):
            done += [await asker.ask(said, automatic) for automatic in (True, False)]
    return done


def chosen_places(
    found: Sequence[File], tries: int, seed: int, kinds: Iterable[str]
) -> Iterable[tuple[Place, str]]:
    """(place, indentation unit); the same ones for the same seed."""
    by_language: dict[str, list[File]] = defaultdict(list)
    for file in found:
        by_language[file.language].append(file)
    for language, own in by_language.items():
        for kind in kinds:
            chance = random.Random(f"{seed} {language} {kind}")
            candidates = [(place, file.rules.unit) for file in own for place in places(file, kind, chance)]
            chance.shuffle(candidates)
            count = 0
            for place, unit in candidates:
                if count >= tries:
                    break
                count += 2 * len(said_at(place, unit))
                yield place, unit


_COLUMNS = ("", "tries", "undamaged", "nothing", "part", *DAMAGES)


def _tallies(tries: Sequence[Try], key: Callable[[Try], Any]) -> dict[Any, Tally]:
    tallies: dict[Any, Tally] = defaultdict(Tally)
    for one in tries:
        tallies[key(one)].add(one)
    return dict(tallies)


_TOTALS: tuple[Callable[[Try], str], ...] = (
    lambda one: one.place.kind,
    lambda one: one.place.language + ("" if has_grammar(one.place.language) else " (no grammar)"),
    lambda one: one.said.script,
    lambda one: "automatic" if one.automatic else "invoked",
    lambda one: "all",
)


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    return (name, *tally.row())


def _notes(tries: Sequence[Try], keyed: Sequence[typed.Typed]) -> list[str]:
    by_kind = _tallies(tries, lambda one: (one.place.language, one.place.kind))
    enough = {key: tally for key, tally in by_kind.items() if tally.tries >= TRIES}
    good = sum(tally.undamaged >= 0.99 for tally in enough.values())
    keys, asked = sum(each.keys for each in keyed), sum(each.asked for each in keyed)
    return [
        f"typed: {keys} keys in {len(keyed)} places, the model was asked {asked / max(1, keys):.3f} times a key",
        f"{good} of {len(enough)} languages × kinds with {TRIES} tries or more are undamaged in 99% or more",
        "part: sound, but less than the right text; nothing: the right text was said and nothing was shown",
        *(f"{name}: {meaning}" for name, meaning in DAMAGES.items()),
    ]


def _chosen(tries: Sequence[Try], words: Sequence[str]) -> Iterable[Try]:
    """The damaged ones whose names hold all words; also those where nothing was shown, where that is a word."""
    for one in tries:
        is_told = one.verdict.damage or ("nothing" in words and one.verdict.shown == "nothing")
        if is_told and all(word in _name(one).split(" · ") for word in words):
            yield one


def _name(one: Try) -> str:
    mode = "automatic" if one.automatic else "invoked"
    outcome = one.verdict.damage or one.verdict.shown
    return f"{one.place.language} · {one.place.kind} · {one.said.script} · {mode} · {outcome}"


def told(one: Try) -> str:
    return "\n".join(f"--- {name}\n{text}" for name, text in _example(one).items()) + "\n"


def _example(one: Try) -> dict[str, str]:
    """The place with some lines around it."""
    place = one.place
    start = place.before.rfind("\n", 0, max(0, place.before.rfind("\n"))) + 1
    tail = "\n".join(place.after.split("\n")[:4])
    end = len(place.after) - len(tail)
    return {
        "name": f"{_name(one)} · {place.source}",
        "text": place.marked[start : len(place.marked) - end],
        "said": one.said.text,
        "is": one.result[start : len(one.result) - end],
        "should": place.truth[start : len(place.truth) - end],
    }
