"""Types a place again: asks, accepts what is right, else presses the next key; one request after another."""

import asyncio
import time
from dataclasses import dataclass

from tests.benchmarks.engines import Buffer, Engine
from tests.benchmarks.metrics import Acceptance, Kind, Step, acceptance
from tests.benchmarks.trace import Place, first_keys, next_key

REST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """So many `keys` of a place are typed, the same text by every engine.

    `pause_ms` passes between an answer and the next keystroke; with `words` the user also accepts the first words
    of a suggestion.
    """

    keys: int
    pause_ms: int = 0
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
    while to_type > 0:
        began = time.perf_counter()
        answer = await engine.ask(buffer)
        ms = (time.perf_counter() - began) * 1000
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
            )
        )
        await asyncio.sleep(pace.pause_ms / 1000)
        standing = answer.ghost.removeprefix(taken.text) if answer.ghost.startswith(taken.text) else ""
        following = following[len(taken.text) :]
        to_type -= len(taken.text)
        buffer.above += taken.text
        await engine.typed(buffer, taken.text)
        kind = "warm"
    await engine.leave(buffer)
    return steps
