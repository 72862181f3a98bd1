"""Turns, priorities, superseding and cancelling, with jobs that need no model."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from hearth.engine.errors import BrokenModel, HearthError
from hearth.engine.host import scheduler as scheduling
from hearth.engine.host.scheduler import Job, JobState, Scheduler
from hearth.engine.host.session import Steps
from hearth.engine.types import Finished, FinishReason, ModelRef, Piece, Priority
from tests.waiting import found_in_time


class FakeSession:
    def __init__(self) -> None:
        self.aborts: list[int] = []

    def abort(self, longer_than: int) -> None:
        self.aborts.append(longer_than)

    def clear_abort(self) -> None:
        pass


class FakeModels:
    """One session for every model, or an error."""

    def __init__(self) -> None:
        self.one: Any = FakeSession()

    def session(self, ref: ModelRef, in_use: Any = ()) -> Any:
        if ref.id == "broken":
            raise BrokenModel("it is broken")
        return self.one

    def tidy(self, in_use: Any = ()) -> None:
        pass

    def close(self) -> None:
        pass


class Log:
    """What happened, in order; `gate` holds every step back until it is set."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.ended: dict[str, Finished | HearthError] = {}
        self.gate = threading.Event()

    def job(
        self, name: str, priority: Priority, steps: int, topic: str = "", model: str = "m", client: str = "client"
    ) -> Job:
        def begin(session: Any) -> Steps:
            for _ in range(steps):
                self.gate.wait(60)
                work(0.001)
                self.events.append(name)
                yield Piece(name)
            return Finished(FinishReason.EOG)

        return Job(
            client=client,
            id=len(self.events),
            supersedes=topic or name,
            priority=priority,
            model=ModelRef(model, model),
            begin=begin,
            on_piece=lambda piece: None,
            on_end=lambda outcome: self.ended.__setitem__(name, outcome),
        )

    def wait(self, condition: Callable[[], bool]) -> None:
        assert found_in_time(condition), (self.events, self.ended)


def work(seconds: float) -> None:
    """Of the processor's time: what others take meanwhile does not count."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def scheduler() -> Any:
    models: Any = FakeModels()
    scheduler = Scheduler(models)
    scheduler.start()
    yield scheduler
    scheduler.stop()


def test_a_completion_goes_before_a_chat_that_is_running(scheduler: Scheduler, log: Log) -> None:
    scheduler.submit(log.job("chat", Priority.CHAT, 5))
    log.wait(lambda: not scheduler.idle)
    scheduler.submit(log.job("warm", Priority.WARM_UP, 3))
    scheduler.submit(log.job("ghost", Priority.COMPLETION, 3))
    log.gate.set()
    log.wait(lambda: len(log.ended) == 3)
    ghosts = [index for index, name in enumerate(log.events) if name == "ghost"]
    assert ghosts[-1] <= 3  # at most one step of the chat was under way already
    assert log.events[-3:] == ["warm"] * 3


def test_two_chats_take_turns(scheduler: Scheduler, log: Log) -> None:
    scheduler.submit(log.job("a", Priority.CHAT, 10))
    scheduler.submit(log.job("b", Priority.CHAT, 10))
    log.gate.set()
    log.wait(lambda: len(log.ended) == 2)
    assert "b" in log.events[:3]


def test_the_newest_of_a_topic_supersedes_and_everyone_is_answered_once(scheduler: Scheduler, log: Log) -> None:
    for name in ("first", "second", "third"):
        scheduler.submit(log.job(name, Priority.COMPLETION, 3, topic="document"))
    log.gate.set()
    log.wait(lambda: len(log.ended) == 3)
    reasons = {name: getattr(outcome, "reason", "") for name, outcome in log.ended.items()}
    assert reasons == {"first": "superseded", "second": "superseded", "third": "eog"}


def test_cancelling_ends_a_job_that_is_running_and_aborts_its_decode(scheduler: Scheduler, log: Log) -> None:
    models: Any = scheduler._models
    scheduler.submit(log.job("long", Priority.CHAT, 1000))
    log.gate.set()
    log.wait(lambda: len(log.events) > 2)
    scheduler.cancel(lambda job: job.supersedes == "long")
    log.wait(lambda: "long" in log.ended)
    assert log.ended["long"] == Finished(FinishReason.CANCELLED)
    assert len(log.events) < 1000
    assert set(models.one.aborts) <= {0}


def test_a_job_without_a_name_to_supersede_ends_none(scheduler: Scheduler, log: Log) -> None:
    """Nor do other clients, or other names, whatever the priority."""
    jobs = [log.job(name, Priority.COMPLETION, 1) for name in ("a", "b", "c", "d")]
    for job, name in zip(jobs, ("", "", "document", "warm-up of document"), strict=True):
        job.supersedes = name
    jobs.append(log.job("e", Priority.COMPLETION, 1, topic="document", client="other"))
    for job in jobs:
        scheduler.submit(job)
    log.gate.set()
    log.wait(lambda: len(log.ended) == 5)
    assert set(log.ended.values()) == {Finished(FinishReason.EOG)}


def test_what_a_request_supersedes_does_not_depend_on_its_priority(scheduler: Scheduler, log: Log) -> None:
    scheduler.submit(log.job("slow", Priority.CHAT, 3, topic="document"))
    scheduler.submit(log.job("quick", Priority.COMPLETION, 3, topic="document"))
    log.gate.set()
    log.wait(lambda: len(log.ended) == 2)
    assert log.ended["slow"] == Finished(FinishReason.SUPERSEDED)


def test_a_job_that_is_cancelled_while_its_model_loads_is_not_begun(scheduler: Scheduler, log: Log) -> None:
    models: Any = scheduler._models
    one, loading, go_on = models.one, threading.Event(), threading.Event()

    def session(ref: ModelRef, in_use: Any = ()) -> Any:
        loading.set()
        go_on.wait(60)
        return one

    models.session = session
    log.gate.set()
    job = log.job("early", Priority.COMPLETION, 1000)
    assert job.state is JobState.WAITING
    scheduler.submit(job)
    assert loading.wait(60)
    scheduler.cancel(lambda each: True)
    go_on.set()
    log.wait(lambda: "early" in log.ended)
    assert (log.ended["early"], job.state) == (Finished(FinishReason.CANCELLED), JobState.ENDING)
    assert len(log.events) <= 1


def test_an_error_is_an_answer_and_the_next_job_runs(scheduler: Scheduler, log: Log) -> None:
    log.gate.set()
    scheduler.submit(log.job("bad", Priority.COMPLETION, 1, model="broken"))
    scheduler.submit(log.job("good", Priority.COMPLETION, 1))
    log.wait(lambda: len(log.ended) == 2)
    assert isinstance(log.ended["bad"], BrokenModel)
    assert log.ended["good"] == Finished(FinishReason.EOG)


def test_a_window_that_asks_for_much_does_not_keep_another_waiting(scheduler: Scheduler, log: Log) -> None:
    for number in range(5):
        scheduler.submit(log.job(f"busy {number}", Priority.COMPLETION, 300, client="busy"))
    scheduler.submit(log.job("modest", Priority.COMPLETION, 20, client="modest"))
    log.gate.set()
    log.wait(lambda: "modest" in log.ended)
    assert len(log.ended) <= 3  # it did not wait for all that came before


def test_what_other_programs_take_is_not_held_against_a_window(scheduler: Scheduler, log: Log) -> None:
    """A wait stands for a busy machine: the turns of the window that had to wait come as often as before."""
    slow, other = (log.job(name, Priority.COMPLETION, 600, client=name) for name in ("slow", "other"))
    begin = slow.begin

    def held_up(session: Any) -> Steps:
        time.sleep(1.0)
        return (yield from begin(session))

    slow.begin = held_up
    log.gate.set()
    for job in (slow, other):
        scheduler.submit(job)
    log.wait(lambda: len(log.ended) == 2)
    assert log.events.index("slow") < log.events.index("other"), "it lost its turn"
    assert log.events[:600].count("slow") > 200


def test_a_model_with_a_job_half_done_is_named_as_in_use(scheduler: Scheduler, log: Log) -> None:
    models: Any = scheduler._models
    scheduler.submit(log.job("long", Priority.CHAT, 1000))
    log.gate.set()
    log.wait(lambda: len(log.events) > 2)
    assert scheduler._in_use() == {models.one}
    scheduler.cancel(lambda job: True)
    log.wait(lambda: "long" in log.ended)
    assert scheduler._in_use() == set()


def test_what_fails_between_two_jobs_does_not_end_the_thread(
    scheduler: Scheduler, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    models: Any = scheduler._models
    tidied: list[str] = []

    def tidy(in_use: Any) -> None:
        tidied.append("")
        raise OSError("no /proc")

    models.tidy = tidy
    monkeypatch.setattr(scheduling, "_TIDY_SECONDS", 0.0)
    log.gate.set()
    for name in ("before", "after"):
        scheduler.submit(log.job(name, Priority.COMPLETION, 1))
        log.wait(lambda name=name: name in log.ended)  # type: ignore[misc]  # mypy cannot type the default
    assert tidied


def test_how_long_nothing_has_got_on_can_be_asked_from_outside(
    scheduler: Scheduler, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [time.monotonic()]
    its_time = SimpleNamespace(
        monotonic=lambda: clock[0], perf_counter=time.perf_counter, process_time=time.process_time
    )
    monkeypatch.setattr(scheduling, "time", its_time)
    assert scheduler.still == 0.0
    scheduler.submit(log.job("stuck", Priority.CHAT, 1))
    log.wait(lambda: scheduler._running is not None)
    clock[0] += 500
    assert scheduler.still >= 500
    scheduler.moves()  # a model that takes long to load, say
    assert scheduler.still == 0.0
    clock[0] += 500
    log.gate.set()
    log.wait(lambda: "stuck" in log.ended)
    log.wait(lambda: scheduler._running is None)
    assert scheduler.still == 0.0
