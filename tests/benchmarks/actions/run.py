"""Code actions on real functions, judged by machine: `python -m tests.benchmarks actions [--checkout PATH]`.

Each pair becomes one line of `actions-NAME.jsonl` in the folder of results as soon as it is done, and is not asked
again: an interrupted run goes on where it was. NAME is the commit of the checkout; remove the file to begin anew.
"""

import difflib
import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from hearth.engine.host.profiles import processor
from tests.benchmarks import machine
from tests.benchmarks.actions import pairs, programs
from tests.benchmarks.actions.driving import act, server
from tests.benchmarks.actions.pairs import Pair
from tests.benchmarks.actions.verdicts import Verdict, judge
from tests.benchmarks.home import fresh_home
from tests.benchmarks.options import ROOT, Options
from tests.benchmarks.results import Sheet, console, number, percent, publish, ratio

_SECONDS = 150.0  # that one action gets
_COLUMNS = ("", "pairs", "right", "wrong", "spoiled", "refused", "median")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file. `outcome` is one of the judge's, or "too slow"."""

    label: str
    outcome: str
    why: str
    seconds: float
    diff: str
    processor: str


async def run(options: Options, model: Path) -> None:
    chosen = pairs.load()[: 6 if options.quick else options.tasks]
    name = commit(options.checkout or ROOT)
    kept = options.out / f"actions-{name}.jsonl"
    about = machine.describe(options, model)
    chat = {"backend": "local", "model": str(model)}
    settings = {"completion": {"backend": "local", "model": str(model)}, "chat": chat}
    await measure(options.checkout, {**settings, "host": {"threads": options.threads}}, chosen, kept)
    rows = [row for row in read(kept) if row.label in {pair.label for pair in chosen}]
    notes = [f"{language}: programs are not run: {why}" for language, why in programs.missing().items()]
    notes += [f"{row.outcome}: {row.label}: {row.why}" for row in rows if row.outcome != "right"]
    for other in sorted(options.out.glob("actions-*.jsonl")):
        notes += [_beside(rows, read(other), other.stem.removeprefix("actions-"))] if other != kept else []
    sheet = Sheet(f"Code actions on real functions, {model.name}, {name}", _COLUMNS, tuple(_rows(rows)))
    publish(options.out, f"actions-{name}", about, sheet, {"rows": [asdict(row) for row in rows]}, notes)


async def measure(checkout: Path | None, settings: dict[str, Any], chosen: Sequence[Pair], kept: Path) -> None:
    """Append a line to `kept` for each pair that has none there."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    done = {row.label for row in read(kept)}
    todo = [pair for pair in chosen if pair.label not in done]
    while todo:
        with fresh_home() as home, tempfile.TemporaryDirectory(prefix="hearth-project-") as folder:
            async with server(checkout, settings, home, Path(folder).resolve()) as ed:
                while todo:
                    row = await _row(ed, todo.pop(0), Path(folder).resolve())
                    with kept.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(asdict(row)) + "\n")
                    console.print(f"{row.label}: {row.outcome} {row.why} ({row.seconds:.0f} s)", markup=False)
                    if row.outcome == "too slow":
                        break  # the next pair does not wait for the rest of this answer


async def _row(ed: Any, pair: Pair, folder: Path) -> Row:
    place = pairs.place(pair)
    try:
        acted = await act(ed, place, folder, _SECONDS)
    except TimeoutError:
        return Row(pair.label, "too slow", "", _SECONDS, "", processor())
    verdict = (
        Verdict("refused", acted.said or "not offered") if acted.result is None else judge(place, acted.result)
    )
    text = acted.result.text if acted.result else place.text
    diff = "\n".join(difflib.unified_diff(place.text.split("\n"), text.split("\n"), lineterm="", n=2))
    for name, new in acted.result.new_files if acted.result else ():
        diff += f"\n+++ {name}\n{new}"
    return Row(pair.label, verdict.outcome, verdict.why, acted.seconds, diff, processor())


def read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    return [Row(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]


def commit(checkout: Path) -> str:
    """Of a checkout; its folder's name where git does not know it."""
    command = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout.strip() or checkout.resolve().name


def _rows(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    groups: dict[str, list[Row]] = {"all": list(rows)}
    for part in (0, 1):
        for row in rows:
            groups.setdefault(row.label.split("/")[part], []).append(row)
    return [_counted(label, group) for label, group in groups.items() if group]


def _counted(label: str, rows: Sequence[Row]) -> tuple[str, ...]:
    counts = Counter(row.outcome for row in rows)
    shares = [f"{counts[each]} ({percent(counts[each] / len(rows), 0)})" for each in ("right", "wrong", "spoiled")]
    refused = counts["refused"] + counts["too slow"]
    return (
        label,
        number(len(rows)),
        *shares,
        number(refused),
        number(median(row.seconds for row in rows), 0, " s"),
    )


def _beside(rows: Sequence[Row], others: Sequence[Row], name: str) -> str:
    """What another checkout made of the same pairs."""
    known = {row.label: row.outcome for row in others}
    both = [row for row in rows if row.label in known]
    ours = Counter(row.outcome for row in both)
    theirs = Counter(known[row.label] for row in both)
    return (
        f"of {len(both)} pairs that {name} was asked, too: right {ours['right']} and {theirs['right']} there "
        f"({ratio(ours['right'], theirs['right'])}), spoiled {ours['spoiled']} and {theirs['spoiled']} there"
    )
