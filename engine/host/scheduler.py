"""The one thread that touches llama.cpp, and the order in which jobs get their turns.

completion > action > chat > warm-up, decided anew after every decode. Completions of one priority go first
come, first served (each is short); chats take turns. The newest completion of a document supersedes the
older ones, and a prefill is aborted in the middle when something more urgent arrives.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import BackendError, HearthError
from engine.host.models import Models
from engine.host.session import Session, Steps
from engine.types import Finished, ModelRef, Piece, Priority

log = logging.getLogger("hearth.host")
# A decode of so few tokens ends sooner by itself than an abort and a repetition cost.
_NOT_WORTH_ABORTING = 4


@dataclass(eq=False)
class Job:
    """One request of a client. A newer job with the same client, priority and topic supersedes this one."""

    client: object
    id: int
    topic: str
    priority: Priority
    model: ModelRef
    begin: Callable[[Session], Steps]
    on_piece: Callable[[Piece], None]
    on_end: Callable[[Finished | HearthError], None]
    steps: Steps | None = None
    session: Session | None = None
    turns: int = 0
    arrival: int = 0
    ended_by: str = ""  # "superseded" or "cancelled", set by other threads


class Scheduler:
    """Owns the models and the thread. All public methods may be called from any thread."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._jobs: list[Job] = []
        self._running: Job | None = None
        self._changed = threading.Condition()
        self._arrivals = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="llama", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        with self._changed:
            for older in self._jobs:
                if _same_topic(older, job):
                    self._end(older, "superseded")
            self._arrivals += 1
            job.arrival = self._arrivals
            self._jobs.append(job)
            running = self._running
            if running and running.priority > job.priority and running.session:
                running.session.abort(longer_than=_NOT_WORTH_ABORTING)
            self._changed.notify()

    def cancel(self, chosen: Callable[[Job], bool]) -> None:
        """End all jobs for which `chosen` is true, within one token or a few milliseconds of prefill."""
        with self._changed:
            for job in self._jobs:
                if chosen(job):
                    self._end(job, "cancelled")
            self._changed.notify()

    @property
    def idle(self) -> bool:
        with self._changed:
            return not self._jobs

    def stop(self) -> None:
        """Cancel everything, free the models and end the thread."""
        self.cancel(lambda _: True)
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout=10)

    def _end(self, job: Job, reason: str) -> None:
        job.ended_by = job.ended_by or reason
        if job is self._running and job.session:
            job.session.abort(longer_than=0)

    # The thread.

    def _run(self) -> None:
        while (job := self._next()) is not None:
            outcome = self._turn(job)
            with self._changed:
                self._running = None
                if outcome is not None:
                    self._jobs.remove(job)
            if outcome is not None:
                job.on_end(outcome)
        self._models.close()

    def _next(self) -> Job | None:
        with self._changed:
            while not self._jobs and not self._stopping:
                self._changed.wait()
            if not self._jobs:
                return None
            job = min(self._jobs, key=_urgency)
            self._running = job
            if job.session:
                job.session.clear_abort()
            return job

    def _turn(self, job: Job) -> Finished | HearthError | None:
        """One step of a job; its outcome, or None when it goes on."""
        if job.ended_by:
            if job.steps:
                job.steps.close()
            return Finished(job.ended_by)
        try:
            if job.steps is None:
                job.session = self._models.session(job.model)
                job.steps = job.begin(job.session)
            job.turns += 1
            piece = next(job.steps)
        except StopIteration as end:
            finished: Finished = end.value
            return finished
        except HearthError as error:
            return error
        except Exception as error:
            log.exception("a job failed")
            return BackendError(f"the model's process failed: {error}")
        if piece is not None:
            job.on_piece(piece)
        return None


def _same_topic(left: Job, right: Job) -> bool:
    return (left.client, left.priority, left.topic) == (right.client, right.priority, right.topic)


def _urgency(job: Job) -> tuple[int, int, int, int]:
    """Smaller is sooner. Ended jobs first of all: somebody waits for their end."""
    takes_turns = job.priority >= Priority.ACTION
    return (not job.ended_by, job.priority, job.turns if takes_turns else 0, job.arrival)
