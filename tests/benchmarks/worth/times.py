"""How long the model's work takes on this machine: measured once, looked up when virtual time must pass.

Measure on a quiet machine; the file can be removed to have it measured again. Other machines are simulated with
their times: `two_cores.json` has what two idle cores of an AMD EPYC with AMX took, at no particular depth.
"""

import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hearth.engine.files import write_atomically
from hearth.engine.host.profiles import processor
from hearth.engine.host.session import Session
from tests.benchmarks.home import Unavailable

_SIZES = (1, 4, 16, 64)  # tokens of one decode
_DEPTHS = (0, 512, 1536)  # tokens that are in the KV cache already
_TRIES = 3


@dataclass(frozen=True, slots=True)
class TokenTimes:
    """`ms[depth][size]` are the milliseconds of a decode of `sizes[size]` tokens behind `depths[depth]`.

    `pick_ms` is what Python needs to choose a token.
    """

    machine: str
    sizes: tuple[int, ...]
    depths: tuple[int, ...]
    ms: tuple[tuple[float, ...], ...]
    pick_ms: float

    def decode_ms(self, tokens: int, depth: int) -> float:
        """Of one decode of so many tokens: on straight lines between what was measured."""
        by_depth = [_between(self.sizes, row, tokens) for row in self.ms]
        return _between(self.depths, by_depth, depth) + (self.pick_ms if tokens == 1 else 0.0)


def _between(points: tuple[int, ...], values: list[float] | tuple[float, ...], at: int) -> float:
    if at > points[-1]:
        return values[-1] * at / points[-1] if points[0] else values[-1]  # more tokens, as much for each of them
    index = bisect_left(points, at)
    if index == 0 or points[index] == at:
        return values[index]
    share = (at - points[index - 1]) / (points[index] - points[index - 1])
    return values[index - 1] + share * (values[index] - values[index - 1])


def told(file: Path, model: str) -> TokenTimes:
    """What a file says of a model, by its catalog id. Raises `Unavailable` for a file that does not."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, TokenTimes])[model]
    except (OSError, msgspec.DecodeError, KeyError) as error:
        raise Unavailable(f"{file} has no token times of {model}: {error}") from None


def recorded(file: Path, measure: Callable[[], TokenTimes]) -> TokenTimes:
    """The times of this machine, from `file` or measured now, which takes about a minute."""
    try:
        known = msgspec.json.decode(file.read_bytes(), type=TokenTimes)
        if known.machine == processor():
            return known
    except (OSError, msgspec.DecodeError):
        pass
    measured = measure()
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, msgspec.json.encode(measured))
    return measured


def measure(session: Session) -> TokenTimes:
    """With the session's own decoding, whose KV cache is empty afterwards; the best, as other programs run too."""
    context = session.cache.context
    session.cache._cut(session.cache.sequences[0], 0)  # the self-test's
    text = session.model.tokenize(Path(__file__).read_text("utf-8"))
    filler = [text[index % len(text)] for index in range(_DEPTHS[-1] + _SIZES[-1])]
    rows: list[tuple[float, ...]] = []
    held = 0
    depths = tuple(depth for depth in _DEPTHS if depth + _SIZES[-1] <= context.length)
    for depth in depths:
        for start in range(held, depth, 256):
            context.decode(0, filler[start : min(depth, start + 256)], start)
        row = []
        for size in _SIZES:
            tries = []
            for _ in range(_TRIES):
                began = time.perf_counter()
                context.decode(0, filler[depth : depth + size], depth)
                context.logits()
                tries.append((time.perf_counter() - began) * 1000)
                context.keep(0, depth)
            row.append(min(tries))
        rows.append(tuple(row))
        held = depth
    logits = context.logits()
    context.keep(0, 0)
    began = time.perf_counter()
    for _ in range(_TRIES):
        session.picker.pick(logits, b"")
    pick_ms = (time.perf_counter() - began) * 1000 / _TRIES
    return TokenTimes(processor(), _SIZES, depths, tuple(rows), pick_ms)
