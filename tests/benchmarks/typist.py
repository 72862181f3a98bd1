"""Types a place again: asks, accepts what is right, else presses the next key.

A patient typist waits for every answer, however long it takes. One with a clock presses a key whenever it
strikes: what is not there by then is not seen, and the next request is made all the same.
"""

import asyncio
import time
from dataclasses import dataclass

from tests.benchmarks.engines import Buffer, Engine, Suggestion
from tests.benchmarks.metrics import Acceptance, Kind, Step, acceptance
from tests.benchmarks.trace import Place, first_keys, next_key
from tests.benchmarks.wholeness import is_torn

REST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """So many `keys` of a place are typed, the same text by every engine.

    `clock_ms` is the time from one keystroke to the next; 0 for a patient typist. With `words` the user also
    accepts the first words of a suggestion.
    """

    keys: int
    clock_ms: int = 0
    words: bool = False


async def retype(engine: Engine, place: Place, pace: Pace) -> list[Step]:
    """Type what was removed at one place. The time of a step is that of the request alone."""
    buffer = Buffer(place.name, place.language, place.above, place.below)
    await engine.open(buffer)
    if place.rested:
        resting = asyncio.create_task(asyncio.sleep(REST_SECONDS))
        await engine.rest(buffer)
        await resting
    steps: list[Step] = []
    following, standing = place.removed, ""
    to_type = len(first_keys(place.removed, pace.keys))
    kind: Kind = "rested" if place.rested else "first"
    late: set[asyncio.Task[Suggestion]] = set()
    while to_type > 0:
        began = time.perf_counter()
        asking = asyncio.create_task(engine.ask(buffer))
        answer = await _in_time(asking, pace.clock_ms)
        ms = (time.perf_counter() - began) * 1000
        if answer is None:
            late.add(asking)
            answer = Suggestion("")
        await asyncio.sleep(max(0.0, pace.clock_ms - ms) / 1000)
        taken = acceptance(answer.ghost, following, pace.words) or Acceptance(next_key(following), 1)
        steps.append(
            Step(
                place=place.name,
                language=place.language,
                kind=kind,
                ms=ms,
                ghost=answer.ghost,
                following=following,
                key=taken.text[:to_type],
                pressed=taken.pressed,
                is_new=answer.ghost.rstrip() != standing.rstrip(),
                evaluated=answer.evaluated,
                generated=answer.generated,
                is_torn=is_torn(buffer.language, buffer.above, answer.ghost, buffer.below),
            )
        )
        standing = answer.ghost.removeprefix(taken.text) if answer.ghost.startswith(taken.text) else ""
        following = following[len(taken.text) :]
        to_type -= len(taken.text)
        buffer.above += taken.text
        await engine.typed(buffer, taken.text)
        kind = "warm"
    await asyncio.gather(*late)
    await engine.leave(buffer)
    return steps


async def _in_time(asking: "asyncio.Task[Suggestion]", clock_ms: int) -> Suggestion | None:
    """The answer, or None when it is not there before the clock strikes."""
    done, _ = await asyncio.wait({asking}, timeout=clock_ms / 1000 if clock_ms else None)
    return asking.result() if done else None
