"""What is counted in the table of steps, and how sure it is.

- keystrokes saved: 1 - keys pressed / keys without suggestions; Enter with its indentation is one key, a whole
  suggestion costs one key, words one key each.
- right and wrong characters shown: of what was looked at and not read before. The wrong ones stand behind the
  first one that is not what follows.
- benefit: the keys saved, at what a key takes in a burst, less what reading took; milliseconds for each 100 keys
  of the text. What pauses are for is not saved. (Utility of a suggestion as in Mozannar et al., "When to show a
  suggestion?", AAAI 2024: time saved if it is accepted, less the time of reading it.)
- time to type: with reading, and without the pauses in what was accepted; thinking is not made up for.
- looks with nothing: looks at a screen without a suggestion.
- whole: of the looks at something new, those at what ends where a person would stop.
- latency: from a request to its answer, those from memory (under 5 ms) and what grew later left out.

Intervals are bootstrapped over places, as steps of one place depend on each other.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.benchmarks.metrics import KNOWN_MS, percentile
from tests.benchmarks.trace import count_keys
from tests.benchmarks.worth.retyping import Step
from tests.benchmarks.worth.typist import Plan

_RESAMPLED = 1000
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sums:
    """What is added up over places."""

    keys: int = 0  # without suggestions
    pressed: int = 0
    right: int = 0
    wrong: int = 0
    reading_ms: float = 0.0
    burst_ms: float = 0.0  # of all keys, at the pace of a burst
    looks: int = 0
    looks_at_nothing: int = 0
    new: int = 0
    whole: int = 0
    took_ms: float = 0.0
    alone_ms: float = 0.0  # what it would have taken without suggestions
    latencies: tuple[float, ...] = ()
    requests: int = 0
    at_once: int = 0


def sums(text: str, plan: Plan, steps: Sequence[Step]) -> Sums:
    """Of one place, where `text` was typed as planned."""
    looks = [step for step in steps if step.what == "look"]
    new = [look for look in looks if len(look.shown) > look.known]
    answers = [step for step in steps if step.what == "answer" and not step.grown]
    keys = count_keys(text)
    return Sums(
        keys=keys,
        pressed=sum(step.pressed for step in steps),
        right=sum(max(0, look.right - look.known) for look in new),
        wrong=sum(len(look.shown) - max(look.right, look.known) for look in new),
        reading_ms=sum(look.ms for look in looks),
        burst_ms=keys * plan.burst_ms,
        looks=len(looks),
        looks_at_nothing=sum(not look.shown for look in looks),
        new=len(new),
        whole=sum(not look.torn for look in new),
        took_ms=max((step.at_ms for step in steps), default=0.0),
        alone_ms=sum(plan.before_ms.values()),
        latencies=tuple(answer.ms for answer in answers if answer.ms >= KNOWN_MS),
        requests=len(answers),
        at_once=sum(answer.ms < KNOWN_MS for answer in answers),
    )


def together(places: Sequence[Sums]) -> Sums:
    return Sums(
        keys=sum(each.keys for each in places),
        pressed=sum(each.pressed for each in places),
        right=sum(each.right for each in places),
        wrong=sum(each.wrong for each in places),
        reading_ms=sum(each.reading_ms for each in places),
        burst_ms=sum(each.burst_ms for each in places),
        looks=sum(each.looks for each in places),
        looks_at_nothing=sum(each.looks_at_nothing for each in places),
        new=sum(each.new for each in places),
        whole=sum(each.whole for each in places),
        took_ms=sum(each.took_ms for each in places),
        alone_ms=sum(each.alone_ms for each in places),
        latencies=tuple(ms for each in places for ms in each.latencies),
        requests=sum(each.requests for each in places),
        at_once=sum(each.at_once for each in places),
    )


def _saved(one: Sums) -> float | None:
    return 1 - one.pressed / one.keys if one.keys else None


def _benefit(one: Sums) -> float | None:
    if not one.keys:
        return None
    saved_ms = (one.keys - one.pressed) * one.burst_ms / one.keys
    return 100 * (saved_ms - one.reading_ms) / one.keys


Figure = Callable[[Sums], float | None]
FIGURES: dict[str, Figure] = {
    "keystrokes saved": _saved,
    "right characters shown per 100 keys": lambda one: _per(100 * one.right, one.keys),
    "wrong characters shown per 100 keys": lambda one: _per(100 * one.wrong, one.keys),
    "wrong ones per right one": lambda one: _per(one.wrong, one.right),
    "benefit per 100 keys": _benefit,
    "reading per 100 keys": lambda one: _per(100 * one.reading_ms, one.keys),
    "time to type, of that without help": lambda one: _per(one.took_ms, one.alone_ms),
    "looks with nothing shown": lambda one: _per(one.looks_at_nothing, one.looks),
    "whole, of what was new": lambda one: _per(one.whole, one.new),
    "latency, p50": lambda one: percentile(one.latencies, 50),
    "answered from memory": lambda one: _per(one.at_once, one.requests),
}
SAVED = "keystrokes saved"


def interval(figure: Figure, places: Sequence[Sums], seed: int = 1) -> Interval | None:
    """In which 95% of the figures of as many places lie, drawn with repetition."""
    return _interval(lambda chosen: figure(together([places[index] for index in chosen])), len(places), seed)


def ratio(figure: Figure, ours: Sequence[Sums], base: Sequence[Sums]) -> tuple[float | None, Interval | None]:
    """One figure in units of another one, and its interval; both are of the same places, in the same order."""

    def of(chosen: Sequence[int]) -> float | None:
        below = figure(together([base[index] for index in chosen]))
        above = figure(together([ours[index] for index in chosen]))
        return above / below if above is not None and below else None

    return of(range(len(ours))), _interval(of, len(ours), 1)


def _interval(of: Callable[[Sequence[int]], float | None], count: int, seed: int) -> Interval | None:
    rng = random.Random(seed)
    drawn = [of(rng.choices(range(count), k=count)) for _ in range(_RESAMPLED)] if count > 1 else []
    known = [value for value in drawn if value is not None]
    low, high = percentile(known, 2.5), percentile(known, 97.5)
    return None if low is None or high is None else (low, high)


def _per(part: float, whole: float) -> float | None:
    return part / whole if whole else None
