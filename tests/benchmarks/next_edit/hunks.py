"""What changed from one text to the next, hunk by hunk, and which hunks belong together."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations, pairwise

MAX_LINES = 12  # of a hunk, on either side: what is longer is no edit that one could be offered
MOST_HUNKS = 12  # of a file: more is a rewrite
NEAR = 10  # lines
COMMON = 10  # hunks with a name: in more of them it links nothing
MOVED, COPIED = 0.8, 0.85  # likeness of lines that went here and came there, or came at both places
LEAST_COPIED = 25  # characters

_TOKEN = re.compile(r"[^\W\d]\w*|\d[\w.]*|[^\s\w]")
_NAME = re.compile(r"[^\W\d]\w{2,}")
_COMMENT = re.compile(r"^\s*(#|//|/\*|\*)")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `first:last` of the old text of a file become `new`."""

    file: str
    first: int
    last: int
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def growth(self) -> int:
        return len(self.new) - len(self.old)


def hunks(file: str, old: str, new: str) -> list[Hunk]:
    """The hunks of a file in order, where there are few and small ones; white space alone makes none."""
    if not (old.endswith("\n") and new.endswith("\n")):
        return []
    before, after = old.split("\n"), new.split("\n")
    found = []
    for kind, first, last, new_first, new_last in SequenceMatcher(None, before, after, False).get_opcodes():
        if kind != "equal":
            found.append(Hunk(file, first, last, tuple(before[first:last]), tuple(after[new_first:new_last])))
    if not 1 <= len(found) <= MOST_HUNKS or any(max(len(h.old), len(h.new)) > MAX_LINES for h in found):
        return []
    return found if all(map(_says_something, found)) else []


def links(found: Sequence[Hunk]) -> dict[Hunk, set[Hunk]]:
    """Which hunks of one release belong together.

    They share a name that comes or goes, or the same change of tokens; lines moved or were copied from one to the
    other; or they are near each other.
    """
    linked: dict[Hunk, set[Hunk]] = {hunk: set() for hunk in found}
    pairs = set(_near(found)) | set(_by_names(found)) | set(_by_tokens(found)) | set(_by_lines(found))
    for one, other in pairs:
        linked[one].add(other)
        linked[other].add(one)
    return linked


def tokens(lines: Iterable[str]) -> list[str]:
    return [token for line in lines for token in _TOKEN.findall(line)]


def same(lines: Iterable[str]) -> list[str]:
    """Lines as they are compared: without white space, and without empty ones."""
    return [text for line in lines if (text := "".join(line.split()))]


def names(hunk: Hunk) -> tuple[set[str], set[str]]:
    """(names that are in its old lines only, in its new ones only); those in comments do not count."""
    old, new = (set(_NAME.findall(" ".join(_code(lines)))) for lines in (hunk.old, hunk.new))
    return old - new, new - old


def _says_something(hunk: Hunk) -> bool:
    return tokens(hunk.old) != tokens(hunk.new)


def _code(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if not _COMMENT.match(line)]


def _near(found: Sequence[Hunk]) -> Iterable[tuple[Hunk, Hunk]]:
    for one, other in pairwise(found):
        if one.file == other.file and 0 <= other.first - one.last <= NEAR and _code(one.new + one.old):
            yield one, other


def _by_names(found: Sequence[Hunk]) -> Iterable[tuple[Hunk, Hunk]]:
    for side in (0, 1):
        with_name: dict[str, list[Hunk]] = defaultdict(list)
        for hunk in found:
            for name in names(hunk)[side]:
                with_name[name].append(hunk)
        for sharing in with_name.values():
            if len(sharing) <= COMMON:
                yield from combinations(sharing, 2)


def _by_tokens(found: Sequence[Hunk]) -> Iterable[tuple[Hunk, Hunk]]:
    by_change: dict[tuple[tuple[str, int], ...], list[Hunk]] = defaultdict(list)
    for hunk in found:
        old, new = Counter(tokens(_code(hunk.old))), Counter(tokens(_code(hunk.new)))
        change = [*(old - new).items(), *((name, -count) for name, count in (new - old).items())]
        if any(_NAME.fullmatch(name) for name, _ in change):
            by_change[tuple(sorted(change))].append(hunk)
    for sharing in by_change.values():
        yield from combinations(sharing[:COMMON], 2)


def _by_lines(found: Sequence[Hunk]) -> Iterable[tuple[Hunk, Hunk]]:
    sides = {hunk: ("".join(same(_code(hunk.old))), "".join(same(_code(hunk.new)))) for hunk in found}
    for one, other in combinations(found, 2):
        (old, new), (other_old, other_new) = sides[one], sides[other]
        moved = _is_like(old, other_new, MOVED) or _is_like(other_old, new, MOVED)
        if moved or _is_like(new, other_new, COPIED):
            yield one, other


def _is_like(one: str, other: str, least: float) -> bool:
    if (
        min(len(one), len(other)) < LEAST_COPIED
        or min(len(one), len(other)) < least * max(len(one), len(other)) / 2
    ):
        return False
    matcher = SequenceMatcher(None, one, other, False)
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least
