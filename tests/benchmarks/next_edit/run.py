"""How often a next edit is offered, how often rightly, and how often where there is none.

An edit is one hunk. Shown: of 100 edits. Right place: of what is shown, what touches a hunk that belongs to the
edit and is not made yet. Right text: of what is shown, what writes lines of that hunk and no others (white space
aside). Wrong: shown elsewhere, of 100 edits. Reverts: what would take the user's edit back. No model is asked.

A second table says what kinds of things follow from edits, and how many of each kind are found. A third one moves
the thresholds of the rule that has some, on the half of the packages that judges.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.progress import track

from hearth.engine.next_edit import twins
from tests.benchmarks import machine
from tests.benchmarks.home import Unavailable
from tests.benchmarks.next_edit import cases
from tests.benchmarks.next_edit.kinds import NAMES, kind_of
from tests.benchmarks.next_edit.labelled import commits
from tests.benchmarks.next_edit.playing import Outcome, play
from tests.benchmarks.next_edit.releases import Release, releases
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, console, number, percent, publish

SCALES = (0.6, 0.8, 1.0, 1.25, 1.5, 2.0)
CURVE = ("thresholds", "shown", "right place", "right text", "shown where nothing follows")
KINDS = ("what follows", "edits", "shown", "right place", "right text", "missed")
COLUMNS = ("", "edits", "shown", "right place", "right text", "wrong", "reverts", "p50", "p95")


@dataclass(frozen=True, slots=True)
class Tally:
    outcomes: Sequence[Outcome]

    @property
    def shown(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.suggestion is not None]

    @property
    def places(self) -> int:
        return sum(each.is_place_right for each in self.shown)

    @property
    def texts(self) -> int:
        return sum(each.is_text_right for each in self.shown)

    @property
    def reverts(self) -> int:
        return sum(each.is_revert for each in self.shown)

    def milliseconds(self, share: float) -> float | None:
        """Of the answers with a suggestion, the time that such a share of them does not exceed."""
        times = sorted(1000 * each.seconds for each in self.shown)
        return times[max(0, math.ceil(share * len(times)) - 1)] if times else None

    def row(self, name: str) -> tuple[str, ...]:
        edits, shown = len(self.outcomes), len(self.shown)
        return (
            name,
            str(edits),
            number(100 * shown / edits if edits else None, 1),
            percent(self.places / shown if shown else None),
            percent(self.texts / shown if shown else None),
            number(100 * (shown - self.places) / edits if edits else None, 1),
            str(self.reverts),
            number(self.milliseconds(0.5), 1, " ms"),
            number(self.milliseconds(0.95), 1, " ms"),
        )


def run(options: Options) -> None:
    """The linked set and the silent one; what was shown, case by case, in the folder of results."""
    found, missing = releases()
    if not found:
        raise Unavailable("; ".join(missing))
    outcomes, rows = _played(found, options)
    if options.labels is not None:
        labelled, more = _played(commits(options.labels), options)
        outcomes += labelled
        rows += [(f"labelled: {name}", *cells) for name, *cells in more]
    sheet = Sheet("Next edits after the changes of releases", COLUMNS, tuple(rows))
    kinds = Sheet("What follows from an edit, and what is found of it", KINDS, tuple(_by_kind(outcomes)))
    data = {"shown": [_told(each) for each in outcomes if each.suggestion is not None]}
    about = machine.describe(options)
    publish(options.out, "next_edit", about, sheet, data, [*_notes(found, outcomes), *missing])
    publish(options.out, "next_edit_kinds", about, kinds, {"missed": _missed(outcomes)}, [])
    publish(options.out, "next_edit_curve", about, _curve(found, options), {}, [])
    for told in data["shown"][: options.listed]:
        console.print(told, markup=False, highlight=False)


def _played(found: list[Release], options: Options) -> tuple[list[Outcome], list[tuple[str, ...]]]:
    """As many edits of each registry as are asked for, in the linked set and in the silent one."""
    taken: list[cases.Case] = []
    for registry in sorted({each.registry for each in found}):
        some = [each for each in found if each.registry == registry]
        taken += cases.chosen(cases.linked(some), options.tasks, options.seed)
        taken += cases.chosen(cases.silent(some), options.tasks, options.seed)
    outcomes = [play(case) for case in track(taken, "played", console=console)]
    linked = [each for each in outcomes if each.case.kind == "linked"]
    silent = [each for each in outcomes if each.case.kind != "linked"]
    rows = [*_rows("linked", linked), *_rows("silent", silent)]
    kinds = {kind: [each for each in silent if each.case.kind == kind] for kind in cases.SILENT}
    return outcomes, [*rows, *(Tally(each).row(f"– {kind}") for kind, each in kinds.items())]


def _curve(found: list[Release], options: Options) -> Sheet:
    """A quarter of the edits, of the judging half, with the thresholds of `twins` multiplied."""
    judging = [each for each in found if each.half == "judging"]
    count = max(1, options.tasks // 4)
    linked = cases.chosen(cases.linked(judging), count, options.seed)
    silent = cases.chosen(cases.silent(judging), count, options.seed)
    rows = []
    for scale in track(SCALES, "thresholds", console=console):
        with _thresholds(scale):
            follows, nothing = Tally([play(each) for each in linked]), Tally([play(each) for each in silent])
        shown = follows.row("")
        rows.append((f"{scale:g} times", *shown[2:5], nothing.row("")[2]))
    return Sheet("Thresholds of one example", CURVE, tuple(rows))


@contextmanager
def _thresholds(scale: float) -> Iterator[None]:
    names = ("MIN_REPLACED", "MIN_AROUND", "MIN_SIDE")
    before = {name: getattr(twins, name) for name in names}
    try:
        for name, value in before.items():
            setattr(twins, name, scale * value)
        yield
    finally:
        for name, value in before.items():
            setattr(twins, name, value)


def _rows(name: str, outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """All of them, by registry, and by the half of the packages that the rules were chosen or are judged by."""
    parts: dict[str, list[Outcome]] = {}
    for each in outcomes:
        release = each.case.release
        for part in (f"– {release.registry}", f"– the {release.half} half") if release.registry else ():
            parts.setdefault(part, []).append(each)
    return [Tally(outcomes).row(name), *(Tally(parts[part]).row(part) for part in sorted(parts))]


def _by_kind(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    by_kind: dict[str, list[Outcome]] = {}
    for each in outcomes:
        if each.case.kind == "linked":
            by_kind.setdefault(kind_of(each.case.edit, each.case.right), []).append(each)
    for kind in NAMES:
        tally = Tally(by_kind.get(kind, []))
        counts = (len(tally.outcomes), len(tally.shown), tally.places, tally.texts)
        yield kind, *map(str, counts), str(len(tally.outcomes) - tally.places)


def _missed(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The linked edits after which nothing right was shown, with the hunks that were wanted."""
    return [
        {
            "kind": kind_of(each.case.edit, each.case.right),
            "case": f"{each.case.release.name}, {each.case.edit.file}:{each.case.edit.first + 1}",
            "edit": {"old": each.case.edit.old, "new": each.case.edit.new},
            "wanted": [{"file": hunk.file, "old": hunk.old, "new": hunk.new} for hunk in each.case.right],
        }
        for each in outcomes
        if each.case.kind == "linked" and not each.is_place_right
    ]


def _notes(found: Sequence[Release], outcomes: Sequence[Outcome]) -> list[str]:
    titles = Counter(_kind_of(each) for each in outcomes if each.suggestion is not None and each.is_place_right)
    wrong = Counter(_kind_of(each) for each in outcomes if each.suggestion is not None and not each.is_place_right)
    return [
        f"{len(found)} releases, {sum(len(each.hunks) for each in found)} hunks in "
        f"{sum(len(each.texts) for each in found)} files; no model is asked",
        f"shown at a right place, by the first word of the title: {dict(titles.most_common())}",
        f"shown elsewhere: {dict(wrong.most_common())}",
        f"{sum(each.has_hole for each in outcomes)} more edits have a place whose text is left to a model",
    ]


def _kind_of(outcome: Outcome) -> str:
    return outcome.suggestion.title.split(" ")[0] if outcome.suggestion else ""


def _told(outcome: Outcome) -> dict[str, Any]:
    """For people who want to know why."""
    suggestion, case = outcome.suggestion, outcome.case
    assert suggestion is not None
    return {
        "case": f"{case.kind}: {case.release.name}, {case.edit.file}:{case.edit.first + 1}",
        "edit": {"old": case.edit.old, "new": case.edit.new},
        "title": suggestion.title,
        "file": suggestion.uri.removeprefix("file:///project/"),
        "offered": {"old": suggestion.old, "new": suggestion.text},
        "place": outcome.is_place_right,
        "text": outcome.is_text_right,
        "revert": outcome.is_revert,
    }
