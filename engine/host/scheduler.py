"""The one thread that touches llama.cpp, and the order in which jobs get their turns.

completion > action > chat > warm-up > idle, decided after every decode. Within a priority the client that was
served least goes first; a completion keeps its turn for `_QUANTUM_MS` longer than that, because many short
answers are sooner done one after the other. Jobs of one client are served in the order of arrival, chats in
turns. A job may name what it supersedes, such as older completions of its document. A prefill is aborted in the
middle when something more urgent arrives.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from hearth.engine.errors import BackendError, HearthError
from hearth.engine.host.layouts import Lane
from hearth.engine.host.models import Models
from hearth.engine.host.session import Session, Steps
from hearth.engine.types import Finished, FinishReason, ModelRef, Piece, Priority

log = logging.getLogger("hearth.host")
_QUANTUM_MS = 250.0
_TIDY_SECONDS = 5.0
_WARM_UP_SHARE = 4  # at most one of so many sequences is held by a warm-up that waits for its turn
# A decode of so few tokens ends sooner by itself than an abort and a repetition cost.
_NOT_WORTH_ABORTING = 4


class JobState(Enum):
    WAITING = auto()  # nothing was done yet
    BEGUN = auto()  # it holds its session and, if it has a lane, a sequence of that KV cache
    ENDING = auto()  # nobody waits for it any more: its next turn gives back what it holds


class Work(NamedTuple):
    """What a job holds from its first turn on."""

    session: Session
    steps: Steps


@dataclass(eq=False)
class Job:
    """One request of a client. `lane` names the KV cache in which it holds a sequence.

    `supersedes` is a name: a newer job of the same client with that name ends this one. "" ends none.
    """

    client: object
    id: int
    supersedes: str
    priority: Priority
    model: ModelRef
    begin: Callable[[Session], Steps]
    on_piece: Callable[[Piece], None]
    on_end: Callable[[Finished | HearthError], None]
    lane: Lane = "none"
    state: JobState = JobState.WAITING
    work: Work | None = None  # from the first turn on
    end: FinishReason = FinishReason.DONE  # why it is ending, once it is
    turns: int = 0
    arrival: int = 0

    def begun(self, work: Work) -> None:
        """Its first turn comes; it may be ending already."""
        self.work = work
        if self.state is JobState.WAITING:
            self.state = JobState.BEGUN

    def ends(self, reason: FinishReason) -> None:
        """From now on it is ending. The first reason counts."""
        if self.state is not JobState.ENDING:
            self.state, self.end = JobState.ENDING, reason


class Scheduler:
    """Owns the models and the thread. All public methods may be called from any thread.

    `changed` guards the jobs and wakes the thread; a simulation has one that keeps its own time.
    """

    def __init__(self, models: Models, changed: threading.Condition | None = None) -> None:
        self._models = models
        self._jobs: list[Job] = []
        self._running: Job | None = None
        self._changed = changed or threading.Condition()
        self._last: Job | None = None
        self._served = _Served()
        self._tidied = time.monotonic()
        self._moved = time.monotonic()
        self._arrivals = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="llama", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        with self._changed:
            for older in self._jobs:
                if _is_superseded(older, job):
                    self._end(older, FinishReason.SUPERSEDED)
            self._served.arrives(job, self._jobs)
            self._arrivals += 1
            job.arrival = self._arrivals
            self._jobs.append(job)
            running = self._running
            if running and running.priority > job.priority and running.work:
                running.work.session.abort(longer_than=_NOT_WORTH_ABORTING)
            self._changed.notify()

    def cancel(self, chosen: Callable[[Job], bool]) -> None:
        """End all jobs for which `chosen` is true, within one token or a few milliseconds of prefill."""
        with self._changed:
            for job in self._jobs:
                if chosen(job):
                    self._end(job, FinishReason.CANCELLED)
            self._changed.notify()

    @property
    def idle(self) -> bool:
        """Whether nobody waits for anything."""
        with self._changed:
            return all(job.priority == Priority.IDLE for job in self._jobs)

    @property
    def still(self) -> float:
        """Seconds since the thread last moved while it has something to do: it hangs, or does something long."""
        running = self._running  # without the lock, which might be what is waited for
        return time.monotonic() - self._moved if running else 0.0

    def moves(self) -> None:
        """Something long is getting on."""
        self._moved = time.monotonic()

    def stop(self) -> None:
        """Cancel everything, free the models and end the thread."""
        self.cancel(lambda _: True)
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout=10)

    def _end(self, job: Job, reason: FinishReason) -> None:
        job.ends(reason)
        if job is self._running and job.work:
            job.work.session.abort(longer_than=0)

    # The thread.

    def _run(self) -> None:
        while (job := self._next()) is not None:
            began, worked = time.perf_counter(), time.process_time()
            outcome = self._turn(job)
            # What other programs took of that time is not held against the client.
            took = min(time.perf_counter() - began, time.process_time() - worked)
            with self._changed:
                self._served.add(job, took * 1000)
                self._running = None
                self._last = job if outcome is None else None
                if outcome is not None:
                    self._jobs.remove(job)
            if outcome is not None:
                job.on_end(outcome)
            self._tidy()
        self._models.close()

    def _next(self) -> Job | None:
        """The job whose turn it is, once there is one; None when the scheduler stops."""
        while True:
            with self._changed:
                if self._jobs:
                    job = self._choose()
                    self.moves()
                    self._running = job
                    return job
                if self._stopping:
                    return None
                self._changed.wait(_TIDY_SECONDS)
            self._tidy()

    def _choose(self) -> Job:
        able = [job for job in self._jobs if job.state is not JobState.WAITING or self._has_room(job)]
        best = min(able, key=self._urgency)
        last = self._last
        is_open = best.state is not JobState.ENDING
        if last in able and is_open and last.priority == best.priority == Priority.COMPLETION:
            ahead = self._served.ms(last) - self._served.ms(best)
            return last if ahead < _QUANTUM_MS else best
        return best

    def _urgency(self, job: Job) -> tuple[bool, int, float, int, int]:
        """Smaller is sooner. Ended jobs first of all: somebody waits for their end."""
        takes_turns = job.priority >= Priority.ACTION
        is_open = job.state is not JobState.ENDING
        return is_open, job.priority, self._served.ms(job), job.turns if takes_turns else 0, job.arrival

    def _has_room(self, job: Job) -> bool:
        """Whether it may begin: the jobs that are half done must leave it a sequence of the KV cache."""
        begun = [each for each in self._jobs if each.work and _same_cache(each, job)]
        sessions = [each.work.session for each in begun if each.work]
        if not sessions or job.lane == "none":
            return True
        sequences = len(sessions[0].cache_of(job.lane).sequences)
        if job.lane == "chat":
            return len(begun) < sequences
        for_warm_ups = max(1, sequences // _WARM_UP_SHARE)
        warm_ups = sum(each.priority == Priority.WARM_UP for each in begun)
        if job.priority == Priority.WARM_UP:
            return warm_ups < for_warm_ups
        return len(begun) - warm_ups < max(1, sequences - for_warm_ups)

    def _turn(self, job: Job) -> Finished | HearthError | None:
        """One step of a job; its outcome, or None when it goes on."""
        if job.state is JobState.ENDING:
            if job.work:
                job.work.steps.close()
            return Finished(job.end)
        try:
            work = job.work or self._begin(job)
            work.session.clear_abort()
            job.turns += 1
            piece = next(work.steps)
        except StopIteration as end:
            finished: Finished = end.value
            return finished
        except HearthError as error:
            return error
        except Exception as error:
            log.exception("a job failed")
            return BackendError(f"the model's process failed: {type(error).__name__}; its log says where")
        if piece is not None:
            job.on_piece(piece)
        return None

    def _begin(self, job: Job) -> Work:
        """Load the model if need be. Other threads may end the job meanwhile."""
        session = self._models.session(job.model, self._in_use())
        work = Work(session, job.begin(session))
        with self._changed:
            job.begun(work)
        return work

    def _in_use(self) -> set[Session]:
        """Sessions with jobs half done: to free one would take the memory from under them."""
        with self._changed:
            return {job.work.session for job in self._jobs if job.work}

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied > _TIDY_SECONDS:
            self._tidied = time.monotonic()
            try:
                self._models.tidy(self._in_use())
            except Exception:
                log.exception("the models could not be tidied")


class _Served:
    """Milliseconds of work by client and priority, as virtual time: who was away gets no credit for it."""

    def __init__(self) -> None:
        self._ms: dict[tuple[object, Priority], float] = {}

    def ms(self, job: Job) -> float:
        return self._ms.get((job.client, job.priority), 0.0)

    def arrives(self, job: Job, others: list[Job]) -> None:
        """A job joins: its client begins no further back than the one who was served least of those who wait."""
        if not others:
            self._ms.clear()
        waiting = [each for each in others if each.priority == job.priority]
        if any(each.client is job.client for each in waiting):
            return
        least = min((self.ms(each) for each in waiting), default=0.0)
        self._ms[job.client, job.priority] = max(self.ms(job), least)

    def add(self, job: Job, ms: float) -> None:
        self._ms[job.client, job.priority] = self.ms(job) + ms


def _same_cache(left: Job, right: Job) -> bool:
    return (left.model.path, left.lane) == (right.model.path, right.lane)


def _is_superseded(older: Job, newer: Job) -> bool:
    return bool(newer.supersedes) and (older.client, older.supersedes) == (newer.client, newer.supersedes)
