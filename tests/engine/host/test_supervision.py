"""One host at a time, and a budget of crashes that all windows share."""

import errno
import os
from pathlib import Path

import msgspec
import pytest

from hearth.engine import paths, state
from hearth.engine.errors import BackendUnavailable
from hearth.engine.host import supervision


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path))


def crash(times: int) -> None:
    """Leave what that many hosts leave that died without a good end."""
    for _ in range(times):
        claim = supervision.claim()
        assert claim is not None
        claim._lock.release()  # what the system does when a process dies


def test_there_is_one_host_at_a_time() -> None:
    first = supervision.claim()
    assert first is not None and supervision.is_running()
    assert supervision.claim() is None
    first.release()
    assert not supervision.is_running()


def test_leaving_in_good_order_is_no_crash() -> None:
    claim = supervision.claim()
    assert claim is not None
    claim.release()
    assert supervision.before_start(budget=1) == 0
    assert supervision.recent_crashes() == []


def test_starts_slow_down_and_then_stop_with_a_message_that_stays_the_same() -> None:
    crash(1)
    assert supervision.before_start(budget=3) == 0
    crash(1)
    assert supervision.before_start(budget=3) > 0
    crash(1)
    with pytest.raises(BackendUnavailable, match=r"crashed 3 times.*SIGILL.*host.crash_budget") as first:
        supervision.before_start(3, "SIGILL")
    with pytest.raises(BackendUnavailable) as second:
        supervision.before_start(3, "SIGILL")
    assert str(first.value) == str(second.value)


def test_a_host_that_had_run_for_a_while_is_started_again_at_once() -> None:
    crash(4)
    assert supervision.before_start(budget=9) > 0
    earlier = [when - 60 for when in supervision.recent_crashes()]
    (paths.runtime_dir() / "host.json").write_bytes(msgspec.json.encode(supervision.HostRecord(4711, earlier)))
    assert supervision.before_start(budget=9) == 0
    assert len(supervision.recent_crashes()) == 5


def test_the_end_of_a_pause_is_told() -> None:
    crash(2)
    supervision.notice_crash()
    last = supervision.recent_crashes()[-1]
    assert supervision.paused_until(budget=3) is None
    assert supervision.paused_until(budget=2) == last + supervision.PAUSE


def test_a_crash_is_noticed_once() -> None:
    crash(1)
    supervision.notice_crash()
    supervision.notice_crash()
    assert len(supervision.recent_crashes()) == 1


def test_a_crash_while_a_model_is_loaded_is_that_files_and_costs_nobody_else_anything() -> None:
    for _ in range(9):
        claim = supervision.claim()
        assert claim is not None
        claim.loading("bad.gguf")
        claim._lock.release()
    assert supervision.before_start(budget=1) == 0
    assert supervision.recent_crashes() == []


def test_a_crash_behind_the_loading_counts() -> None:
    claim = supervision.claim()
    assert claim is not None
    claim.loading("good.gguf")
    claim.loading("")
    claim._lock.release()
    supervision.notice_crash()
    assert len(supervision.recent_crashes()) == 1


def test_a_host_that_runs_is_no_crash() -> None:
    claim = supervision.claim()
    supervision.notice_crash()
    assert claim is not None and supervision.recent_crashes() == []
    claim.release()


def test_after_the_pause_it_is_tried_again() -> None:
    crash(3)
    supervision.before_start(budget=9)
    written = supervision.host_record()
    long_ago = [crash - supervision.PAUSE - 1 for crash in written.crashes]
    file = paths.runtime_dir() / "host.json"
    file.write_bytes(msgspec.json.encode(supervision.HostRecord(0, long_ago)))
    assert supervision.before_start(budget=3) == 0
    assert len(supervision.recent_crashes()) == 3


def test_a_clock_that_was_set_back_forgives() -> None:
    crash(2)
    supervision.before_start(budget=9)
    assert supervision.recent_crashes(now=0.0) == []


def test_a_process_that_is_no_host_is_never_ended() -> None:
    supervision.kill_hung(os.getpid())


def test_a_crash_that_cannot_be_written_down_keeps_nobody_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    crash(1)

    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(state, "write_atomically", full)
    assert supervision.before_start(budget=1) == 0


def test_a_host_of_another_runtime_folder_is_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sessions with one home: a remote one has another runtime folder than the desktop, or none."""
    mine = supervision.claim()
    assert mine is not None
    other = paths.private(tmp_path / "other")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(paths, "runtime_dir", lambda: other)
        supervision.notice_crash()
        assert supervision.recent_crashes() == []
        theirs = supervision.claim()
        assert theirs is not None
        theirs.release()
    assert supervision.recent_crashes() == [] and supervision.is_running()
    assert supervision.host_record().running == os.getpid()
    mine.release()
