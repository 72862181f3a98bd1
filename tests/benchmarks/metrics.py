"""What is counted in a replay, and how.

- latency: from the request to the answer, after the keystroke was sent; by kind of request. Answers within
  5 ms were known already (typed along, or asked ahead): they are a share of their own, and p50 and p95 are those
  of the warm requests that the model had to answer.
- first line right: of the newly shown suggestions, the share whose first line is exactly what follows up to the
  line's end.
- torn: of the newly shown suggestions, those that do not end where a person would stop (see `wholeness`).
- keystrokes saved: 1 - keys pressed / keys without completion. Accepting a whole suggestion or its first line
  is one key, accepting words is one key a word; Enter with the automatic indentation is one key.
- wrong characters: of all that was newly shown, the characters behind the last right one, per 100 characters of
  the text that was typed. A suggestion that stays while one types along it is counted once.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.benchmarks.trace import count_keys

KNOWN_MS = 5.0
Kind = Literal["first", "rested", "warm"]


@dataclass(frozen=True, slots=True)
class Step:
    """One request and what was typed after it.

    `kind`: the first request in a file, the first one after a second of rest, or any later one.
    `key` is what was inserted then, as far as it counts, with `pressed` keys; token counts are None where the
    engine does not say.
    """

    place: str
    language: str
    kind: Kind
    ms: float
    ghost: str
    following: str
    key: str
    pressed: int
    is_new: bool
    evaluated: int | None = None
    generated: int | None = None
    is_torn: bool = False


@dataclass(frozen=True, slots=True)
class Acceptance:
    """So much of a suggestion is taken, at the price of so many keys."""

    text: str
    pressed: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one engine; milliseconds, shares between 0 and 1, tokens per request."""

    requests: int
    first_ms: float | None
    rested_ms: float | None
    p50_ms: float | None
    p95_ms: float | None
    mean_ms: float | None  # of all warm requests, those answered from memory too
    at_once: float | None
    evaluated: float | None
    generated: float | None
    shown: float
    torn: float | None
    first_line_right: float | None
    keystrokes_saved: float
    wrong_per_100: float


def summarise(steps: Sequence[Step]) -> Summary:
    warm = [step.ms for step in steps if step.kind == "warm"]
    computed = [ms for ms in warm if ms >= KNOWN_MS]
    shown = [step for step in steps if step.ghost]
    new = [step for step in shown if step.is_new]
    typed = sum(len(step.key) for step in steps)
    keys = sum(count_keys(step.key) for step in steps)
    return Summary(
        requests=len(steps),
        first_ms=percentile([step.ms for step in steps if step.kind == "first"], 50),
        rested_ms=percentile([step.ms for step in steps if step.kind == "rested"], 50),
        p50_ms=percentile(computed, 50),
        p95_ms=percentile(computed, 95),
        mean_ms=_mean(warm),
        at_once=_mean([ms < KNOWN_MS for ms in warm]),
        evaluated=_mean([step.evaluated for step in steps if step.evaluated is not None]),
        generated=_mean([step.generated for step in steps if step.generated is not None]),
        shown=len(shown) / max(1, len(steps)),
        torn=_mean([step.is_torn for step in new]),
        first_line_right=_mean([is_first_line_right(step.ghost, step.following) for step in new]),
        keystrokes_saved=1 - sum(step.pressed for step in steps) / max(1, keys),
        wrong_per_100=100 * sum(wrong_characters(step) for step in steps) / max(1, typed),
    )


def acceptance(ghost: str, following: str, words: bool = False) -> Acceptance | None:
    """What a user who knows what is to follow takes of a suggestion: all of it, its first line, or `words` of it.

    None when that saves less than two keys, or one key for a whole suggestion or line.
    """
    for part in (ghost.rstrip(), first_line(ghost).rstrip()):
        if _fits(part, following) and count_keys(part) > 1:
            return Acceptance(part, 1)
    taken, pressed = "", 0
    for word in re.findall(r"\s*(?:\w+|[^\w\s]+)", first_line(ghost)):
        if not _fits(taken + word, following):
            break
        taken, pressed = taken + word, pressed + 1
    return Acceptance(taken, pressed) if words and count_keys(taken) >= pressed + 2 else None


def first_line(ghost: str) -> str:
    """Up to the end of the first line that says something."""
    said = len(ghost) - len(ghost.lstrip())
    end = ghost.find("\n", said)
    return ghost if end < 0 else ghost[:end]


def is_first_line_right(ghost: str, following: str) -> bool:
    line = first_line(ghost).rstrip()
    return bool(line) and following.startswith(line) and following[len(line) : len(line) + 1] in ("", "\n")


def wrong_characters(step: Step) -> int:
    """Characters of a newly shown suggestion behind the part that is what follows."""
    if not step.is_new:
        return 0
    ghost = step.ghost.rstrip()
    right = next((i for i, (a, b) in enumerate(zip(ghost, step.following, strict=False)) if a != b), None)
    return len(ghost) - min(len(ghost), len(step.following) if right is None else right)


def percentile(values: Iterable[float], percent: float) -> float | None:
    """The nearest-rank percentile; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def interval(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share."""
    if not trials:
        return 0.0, 1.0
    z = 1.96
    share = successes / trials
    middle = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _fits(part: str, following: str) -> bool:
    """The text goes on like that, and a word does not go on behind it."""
    if not part or not following.startswith(part):
        return False
    after = following[len(part) : len(part) + 1]
    return not (_in_word(part[-1]) and after and _in_word(after))


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
