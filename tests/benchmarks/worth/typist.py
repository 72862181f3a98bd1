"""How a person types, and when he looks: drawn from a seed before anything is typed, the same for every engine.

Keys come in bursts, 80 to 200 ms apart. Between them are pauses of 0.7 to 3 s: at the beginning of a line, and
in front of a name, where one thinks of what to write. There are as many pauses as give the mean that is asked
for, which covers transcription (150 ms a key, a fast typist) to programming with thought (300 ms): Dhakal et al.,
"Observations on typing from 136 million keystrokes" (CHI 2018), has 239 ms on average and 80 to 200 ms within
bursts; studies of writing call what is longer than 0.7 s or so a pause, and find it at borders of words and
lines.

He looks at what is suggested in a pause, after he has accepted something, and else every fourth to sixth key.
To read costs `READ_MS` and `READ_MS_A_CHARACTER`: less than prose (25 characters a second), as code that one
expects is recognised; he stops a little behind the first character that is wrong.
"""

import math
import random
import re
from dataclasses import dataclass

from tests.benchmarks.metrics import Acceptance
from tests.benchmarks.trace import count_keys, next_key

BURST_MS = (80.0, 200.0)
PAUSE_MS = (700.0, 3000.0)
SPEEDS = (150, 200, 300)  # ms a key, all in all
PATIENCE = (4, 6)  # keys between two looks
EYES_MS = 200.0  # until he looks, in a pause
CHECK_MS = 400.0  # he looks at least so long at what comes behind an accepted suggestion
READ_MS = 300.0
READ_MS_A_CHARACTER = 15.0
READ_BEHIND = 10  # characters read behind the first wrong one
ACCEPT_MS = 150.0  # for the key that accepts
_FIRST_REST_MS = (1000.0, 6000.0)  # from coming to a place until typing there
_IN_NAME = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Plan:
    """By the offset of each key: the milliseconds before it, and after how many blind keys he looks there."""

    before_ms: dict[int, float]
    patience: dict[int, int]
    rest_ms: float
    burst_ms: float  # the mean

    def is_pause(self, offset: int) -> bool:
        return self.before_ms.get(offset, 0.0) >= PAUSE_MS[0]


def plan(text: str, mean_ms: float, seed: int) -> Plan:
    """For typing `text` at that mean; the same seed pauses at the same places, at a slower mean at more."""
    rng = random.Random(seed)
    offsets, end = [], 0
    while end < len(text):
        offsets.append(end)
        end += len(next_key(text[end:]))
    mode = min(BURST_MS[1], max(BURST_MS[0], 0.45 * mean_ms))
    burst = {offset: rng.triangular(*BURST_MS, mode) for offset in offsets}
    before = dict(burst)
    patience = {offset: rng.randint(*PATIENCE) for offset in offsets}
    rest_ms = _between(rng, *_FIRST_REST_MS)
    missing = mean_ms * len(offsets) - sum(burst.values())
    for offset in _thoughts(text, offsets, rng):
        pause, chance = _between(rng, *PAUSE_MS), rng.random()
        more = pause - burst[offset]
        if missing <= 0 or chance > missing / more:
            break
        before[offset] = pause
        missing -= more
    return Plan(before, patience, rest_ms, sum(burst.values()) / max(1, len(burst)))


def reading_ms(new: int, right: int) -> float:
    """For so many characters that were not read before, of which so many are right."""
    return READ_MS + READ_MS_A_CHARACTER * min(new, right + READ_BEHIND)


def acceptance(ghost: str, following: str) -> Acceptance | None:
    """All of it with one key where it is right; else its first words, a key each, where that saves two keys."""
    whole = ghost.rstrip()
    if whole and _fits(whole, following):
        return Acceptance(whole, 1) if count_keys(whole) > 1 else None
    taken, pressed = "", 0
    for word in re.findall(r"\s*(?:\w+|[^\w\s]+)", ghost):
        if not _fits(taken + word, following):
            break
        taken, pressed = taken + word, pressed + 1
    return Acceptance(taken, pressed) if count_keys(taken) >= pressed + 2 else None


def _fits(part: str, following: str) -> bool:
    """The text goes on like that, and a word does not go on behind it."""
    after = following[len(part) : len(part) + 1]
    goes_on = bool(_IN_NAME.match(part[-1:]) and _IN_NAME.match(after))
    return following.startswith(part) and not goes_on


def _thoughts(text: str, offsets: list[int], rng: random.Random) -> list[int]:
    """Where a pause may be, in the order in which pauses are given out: beginnings of lines come earlier."""
    weighted = []
    for offset in offsets:
        draw = rng.random()
        if offset == 0 or "\n" in text[max(0, offset - 1) : offset] or _begins_line(text, offset):
            weighted.append((draw / 3, offset))
        elif _IN_NAME.match(text[offset]) and not _IN_NAME.match(text[offset - 1]):
            weighted.append((draw, offset))
    return [offset for _, offset in sorted(weighted)]


def _begins_line(text: str, offset: int) -> bool:
    """Whether only the indentation that came with Enter stands in front of it."""
    return "\n" in text[:offset] and not text[text.rindex("\n", 0, offset) : offset].strip()


def _between(rng: random.Random, low: float, high: float) -> float:
    """Logarithmic: short ones are more frequent."""
    return low * math.exp(rng.random() * math.log(high / low))
