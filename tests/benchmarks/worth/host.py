"""The model's process in virtual time: the engine's own scheduler, sessions and KV cache; only decoding is played.

A decode lets the time pass that it takes on this machine, unless something more urgent aborts it. What it would
have said is asked of an oracle once the session looks at it, so what is only prefilled costs nothing.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from hearth.engine.backends.shared.kinds import ahead
from hearth.engine.backends.shared.streaming import cost_of
from hearth.engine.errors import HearthError
from hearth.engine.host.decoding import Choice, Picker
from hearth.engine.host.guiding import Guide
from hearth.engine.host.healing import Vocabulary
from hearth.engine.host.layouts import Lane
from hearth.engine.host.models import Models
from hearth.engine.host.native import Context, Logits, Model
from hearth.engine.host.scheduler import Job, Scheduler
from hearth.engine.host.session import Session, Steps
from hearth.engine.types import AnyRequest, CompletionRequest, Finished, ModelRef, Piece, Priority, Probe, Usage
from tests.benchmarks.worth.answers import Oracle
from tests.benchmarks.worth.clock import Changed, Clock
from tests.benchmarks.worth.times import TokenTimes

_ABORT_SECONDS = 0.002  # llama.cpp looks before every node of its graph
_MESSAGE_SECONDS = 0.001  # from the server to the host's scheduler, or back


@dataclass(frozen=True, slots=True)
class Machine:
    """A loaded model, what it says, and how long it takes."""

    model: Model
    ref: ModelRef
    oracle: Oracle
    times: TokenTimes


class _Asked(NamedTuple):
    """Stands for logits: those behind these tokens."""

    tokens: tuple[int, ...]


class _PlayedContext(Context):
    """As many sequences, and as long ones, as a real one has; it holds tokens only."""

    def __init__(self, model: Model, sequences: int, length: int, clock: Clock, times: TokenTimes) -> None:
        self.model = model
        self.sequences = sequences
        self.length = length
        self.evaluating = 0
        self._clock = clock
        self._times = times
        self._held: list[list[int]] = [[] for _ in range(sequences)]
        self._last: list[int] = []
        self._is_aborted = False
        self._half_way = 0.0

    @property
    def abort(self) -> bool:
        return self._is_aborted

    @abort.setter
    def abort(self, value: bool) -> None:
        self._is_aborted = value
        if value:
            self._clock.wake(_ABORT_SECONDS)

    @property
    def half_done(self) -> bool:
        return self._clock.now > self._half_way

    def decode(self, sequence: int, tokens: Sequence[int], position: int, all_logits: bool = False) -> bool:
        held = self._held[sequence]
        assert position == len(held), "the session and its context disagree about what is held"
        seconds = self._times.decode_ms(len(tokens), position) / 1000
        end = self._clock.now + seconds
        self._half_way = self._clock.now + seconds / 2
        self.evaluating = len(tokens)
        while self._clock.now < end and not self._is_aborted:
            self._clock.park(end - self._clock.now)
        self.evaluating = 0
        if self._is_aborted and self._clock.now < end:
            return False
        held += tokens
        self._last = held
        return True

    def logits(self, index: int = -1) -> Logits:
        return cast(Logits, _Asked(tuple(self._last)))

    def keep(self, sequence: int, count: int) -> bool:
        self._held[sequence] = self._held[sequence][:count]
        return True

    def drop(self, sequence: int) -> None:
        self._held[sequence] = []

    def copy(self, source: int, target: int, count: int) -> bool:
        self._held[target] = self._held[source][:count]
        return True

    def set_threads(self, count: int) -> None:
        """The times are those of the machine's best."""

    def close(self) -> None:
        """There is nothing to free."""


class _AskingPicker(Picker):
    """Asks the oracle what follows the tokens that stand for logits."""

    def __init__(self, oracle: Oracle, vocabulary: Vocabulary, ends: "npt.NDArray[np.int64]") -> None:
        super().__init__(vocabulary, ends)
        self._oracle = oracle

    def pick(self, logits: Logits, wanted: bytes, guide: Guide | None = None) -> Choice:
        return super().pick(self._oracle.logits(cast(_Asked, logits).tokens, wanted), wanted, guide)


class _PlayedSession(Session):
    def __init__(self, machine: Machine, clock: Clock) -> None:
        def context(model: Model, sequences: int, length: int) -> Context:
            return _PlayedContext(model, sequences, length, clock, machine.times)

        super().__init__(machine.model, machine.ref, context, clock.time)
        self.picker = _AskingPicker(machine.oracle, self.picker.vocabulary, self.picker.ends)

    def close(self) -> None:
        """The model goes on to the next simulation."""


class _OneModel(Models):
    """Loaded before."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._one = session
        self._clock = clock

    def session(self, ref: ModelRef, in_use: Set[Session] = frozenset()) -> Session:
        return self._one

    def tidy(self, in_use: Set[Session] = frozenset()) -> None:
        """Nothing else needs the memory."""

    def close(self) -> None:
        """The last that the scheduler's thread does."""
        self._clock.leave()


@dataclass(eq=False)
class PlayedBackend:
    """Takes the place of the local backend; to be made and closed in a virtual loop."""

    machine: Machine
    clock: Clock
    computed_ms: float = 0.0  # of prefill and decode, for nobody and for somebody
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._scheduler = Scheduler(
            _OneModel(_PlayedSession(self.machine, self.clock), self.clock), Changed(self.clock)
        )
        self._scheduler.start()

    async def ready(self) -> None:
        """Until what the host finds out of a new model in idle time is known."""
        await cost_of(self._run("ends", Priority.IDLE, Session.measure_ends, "none"))

    def generate(self, request: AnyRequest) -> AsyncGenerator[Piece | Finished, None]:
        return self._run(request.supersedes, request.priority, partial(Session.generate, request=request))

    async def warm(self, request: CompletionRequest) -> Usage:
        return await cost_of(self.generate(ahead(request)))

    async def _run(
        self, supersedes: str, priority: Priority, begin: Callable[[Session], Steps], lane: Lane = "completion"
    ) -> AsyncGenerator[Piece | Finished, None]:
        """As the host and its client do: an end before the end cancels the job."""
        events: asyncio.Queue[Piece | Finished | HearthError] = asyncio.Queue()

        def tell(event: Piece | Finished | HearthError) -> None:
            later = lambda: self._loop.call_later(_MESSAGE_SECONDS, events.put_nowait, event)  # noqa: E731
            self._loop.call_soon_threadsafe(later)

        job = Job(self, next(self._ids), supersedes, priority, self.machine.ref, begin, tell, tell, lane)
        self._scheduler.submit(job)
        ended = False
        try:
            while not ended:
                event = await events.get()
                if isinstance(event, HearthError):
                    ended = True
                    raise event
                ended = isinstance(event, Finished)
                if isinstance(event, Finished):
                    self.computed_ms += event.usage.prefill_ms + event.usage.decode_ms
                yield event
        finally:
            if not ended:
                self._scheduler.cancel(lambda each: each is job)

    async def probe(self, request: CompletionRequest) -> Probe:
        raise NotImplementedError("nobody looks at prompts here")

    async def close(self) -> None:
        scheduler = self._scheduler
        scheduler.cancel(lambda _: True)
        scheduler._stopping = True  # `stop` would wait for the thread, which waits for its turn
        scheduler._changed.notify()
        while scheduler._thread.is_alive():
            await asyncio.sleep(1.0)
