"""What is played: texts, the user's edit in them, and what would be right to offer then."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from tests.benchmarks.next_edit.hunks import Hunk
from tests.benchmarks.next_edit.releases import Release

Kind = Literal["linked", "unlinked", "done", "mended", "undone"]
SILENT: tuple[Kind, ...] = ("unlinked", "done", "mended", "undone")
MAX_OTHERS = 3  # other files that are open
MOST_OF_A_FILE = 6  # cases of one kind


@dataclass(frozen=True, slots=True)
class Case:
    """`edit` is the user's, in texts in which the hunks of `made` are there already.

    `right` may be offered then; nothing else may. `mended`: the user only mistypes a word there and corrects it;
    `undone`: the user takes the edit back.
    """

    release: Release
    kind: Kind
    edit: Hunk
    made: frozenset[Hunk]
    right: frozenset[Hunk]

    @property
    def files(self) -> list[str]:
        """The one with the edit first, then those with a hunk that belongs to it."""
        others = sorted({hunk.file for hunk in self.release.links[self.edit]} - {self.edit.file})
        return [self.edit.file, *others[:MAX_OTHERS]]


def linked(releases: list[Release]) -> Iterator[Case]:
    """One hunk is made; of those that belong to it none is."""
    for release in releases:
        for hunk in release.hunks:
            if release.links[hunk]:
                yield Case(release, "linked", hunk, frozenset(), frozenset(release.links[hunk]))


def silent(releases: list[Release]) -> Iterator[Case]:
    """Nothing follows: the hunk belongs to no other, or all others are made, or nothing was changed in the end."""
    for release in releases:
        for hunk in release.hunks:
            others = frozenset(release.hunks) - {hunk}
            if not release.links[hunk]:
                yield Case(release, "unlinked", hunk, frozenset(), frozenset())
                continue
            yield Case(release, "done", hunk, others, frozenset())
            yield Case(release, "mended", hunk, frozenset(), frozenset())
            yield Case(release, "undone", hunk, frozenset(), frozenset())


def chosen(found: Iterator[Case], count: int, seed: int) -> list[Case]:
    """So many, of each kind equally many as far as there are, and few of one file."""
    by_kind: dict[str, list[Case]] = {}
    for case in found:
        by_kind.setdefault(case.kind, []).append(case)
    taken: list[Case] = []
    for rank, kind in enumerate(sorted(by_kind, key=lambda each: len(by_kind[each]))):
        cases = _few_of_a_file(by_kind[kind], random.Random(seed).shuffle)
        taken += cases[: (count - len(taken)) // (len(by_kind) - rank)]
    return taken


def _few_of_a_file(cases: list[Case], shuffle: Callable[[list[Case]], None]) -> list[Case]:
    shuffled, seen, few = [*cases], dict[tuple[str, str], int](), []
    shuffle(shuffled)
    for case in shuffled:
        place = (case.release.name, case.edit.file)
        seen[place] = seen.get(place, 0) + 1
        if seen[place] <= MOST_OF_A_FILE:
            few.append(case)
    return few
