"""What a run of the benchmarks is told, and where it keeps things."""

import argparse
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "benchmarks"
_MODEL, _LARGER = "qwen2.5-coder-0.5b-instruct", "qwen2.5-coder-1.5b-instruct"
_EDITING = ("edits", "bugs", "review", "actions")
ENGINES = ("hearth", "llama.vim", "plain")
WORTH_SPEEDS = (150, 200, 300)
WORTH_PLACES = 27


@dataclass(frozen=True, slots=True)
class Options:
    """`keys` are typed at one place; `places` is per language; the rest is in the help of `parse`."""

    part: str
    model: str
    data: Path
    out: Path
    engines: tuple[str, ...]
    places: int
    keys: int
    clock_ms: int
    words: bool
    tasks: int
    deadline_ms: int
    threads: int
    each: int
    minutes: float
    seed: int
    listed: int
    show: str
    quick: bool
    models: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    speeds: tuple[int, ...] = ()
    checked: int = 0
    times: Path | None = None
    labels: Path | None = None
    checkout: Path | None = None


def parse(arguments: list[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure Hearth beside other engines, on this machine."
    )
    add = parser.add_argument
    add(
        "part",
        nargs="?",
        default="all",
        choices=[
            "replay",
            "clocked",
            "worth",
            "infill",
            "gaps",
            "crossfile",
            "definitions",
            "edits",
            "bugs",
            "review",
            "actions",
            "crafted",
            "busy",
            "limit",
            "scale",
            "load",
            "prefix",
            "structure",
            "structure-model",
            "next_edit",
            "startup",
            "all",
        ],
    )
    add(
        "--model",
        help=f"catalog id, or path of a .gguf (default {_MODEL}; {_LARGER} for {', '.join(_EDITING)}; "
        "both for worth, which takes several: a,b)",
    )
    add("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the infilling tasks")
    add("--out", type=Path, default=CACHE / "results", help="where results are written")
    add("--engines", default=",".join(ENGINES), help=f"for replay and clocked, some of {','.join(ENGINES)}")
    add("--places", type=int, help="places per language (default 6)")
    add("--keys", type=int, help="keystrokes that are typed at one place (default 60)")
    add("--clock-ms", type=int, default=250, help="from one keystroke to the next, for the typist with a clock")
    add("--words", action="store_true", help="also accept the first words of a suggestion, one key a word")
    add(
        "--tasks",
        type=int,
        help="of each infilling set, and cross-file cases (default: 200; all RandomSpanLight); "
        "edits of either set of next_edit, from pip and from npm each (default: 400)",
    )
    add("--deadline-ms", type=int, default=60_000, help="completion.deadline_ms for infilling: quality, not speed")
    add("--threads", type=int, default=0, help="of the model in infilling and load; 0: one for each core")
    add("--each", type=int, help="of the cross-file cases, so many are also asked with one source at a time (80)")
    add(
        "--minutes",
        type=float,
        help="of the load test, each way (5); or until worth begins no more places",
    )
    add("--list", type=int, default=0, help="so many damaged places (structure) or edits (next_edit) are shown")
    add("--show", default="", help="of structure, only these languages, kinds, scripts, modes and damages: a,b,c")
    add("--variants", help="for worth, some of its table of variants and llama.vim: a,b,c (default: all)")
    add("--speeds", help="for worth, mean milliseconds a key: 150,200,300")
    add("--times", type=Path, help="for worth, a file of token times; without one they are measured here, once")
    add("--labels", type=Path, help="for next_edit, a folder of commits with EditFlow's labels, as a further set")
    add(
        "--checkout",
        type=Path,
        help="for actions, another checkout of Hearth whose server is asked (default: this one)",
    )
    add("--checked", type=int, help="for worth, places that are typed in real time too (default 6)")
    add("--seed", type=int, default=1)
    add("--quick", action="store_true", help="some minutes: is everything working?")
    given = parser.parse_args(arguments)
    engines = tuple(given.engines.split(","))
    if unknown := set(engines) - set(ENGINES):
        parser.error(f"there is no engine {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    models = tuple(given.model.split(",")) if given.model else (_MODEL,) if given.quick else (_MODEL, _LARGER)
    speeds = tuple(int(each) for each in given.speeds.split(",")) if given.speeds else WORTH_SPEEDS
    is_worth = given.part == "worth"
    return Options(
        part=given.part,
        model=models[0] if is_worth else given.model or (_LARGER if given.part in _EDITING else _MODEL),
        data=given.data,
        out=given.out,
        engines=engines,
        places=given.places or (1 if given.quick else WORTH_PLACES if is_worth else 6),
        keys=given.keys or (10 if given.quick else 60),
        clock_ms=given.clock_ms,
        words=given.words,
        tasks=given.tasks or (10 if given.quick else 400 if given.part == "next_edit" else 200),
        deadline_ms=given.deadline_ms,
        threads=given.threads,
        each=given.each if given.each is not None else (3 if given.quick else 80),
        minutes=given.minutes or (0.5 if given.quick else 0.0 if is_worth else 5.0),
        seed=given.seed,
        listed=given.list,
        show=given.show,
        quick=given.quick,
        models=models,
        variants=tuple(given.variants.split(",")) if given.variants else (),
        speeds=(200,) if given.quick and not given.speeds else speeds,
        times=given.times,
        labels=given.labels,
        checkout=given.checkout,
        checked=given.checked if given.checked is not None else (1 if given.quick else 6),
    )
