"""Reports of hosts that crashed, also while another host lives."""

import faulthandler
import os
from pathlib import Path
from typing import Any

import pytest

from hearth.engine import paths, state
from hearth.engine.host import crashes, supervision

LIVING, DEAD = 4711, 4712
REPORT = "Fatal Python error: Segmentation fault\n\nThread 0x1 (most recent call first):\n"


@pytest.fixture(autouse=True)
def _played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "is_host", lambda pid: pid == LIVING)
    monkeypatch.setattr(faulthandler, "enable", lambda *_, **__: None)


def report_of(pid: int, text: str) -> Path:
    file = paths.state_dir() / f"host-crash-{pid}.txt"
    file.write_text(text)
    return file


def test_the_report_of_a_host_that_is_no_more_is_read_once() -> None:
    file = report_of(DEAD, REPORT)
    assert crashes.watch() == "Segmentation fault"
    assert not file.exists()
    assert crashes.watch() == ""
    last = crashes.last_report()
    assert last is not None and "Segmentation fault" in last[1]


def test_the_report_of_a_host_that_lives_stays_with_it() -> None:
    """It writes to that file if it crashes; on Windows nobody else could remove it anyway."""
    file = report_of(LIVING, "")
    assert crashes.watch() == ""
    assert file.exists()
    assert (paths.state_dir() / f"host-crash-{os.getpid()}.txt").exists()


def test_a_report_that_is_still_open_costs_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    report_of(DEAD, REPORT)

    def in_use(path: Path, **_: Any) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used", str(path))

    monkeypatch.setattr(Path, "unlink", in_use)
    assert crashes.watch() == "Segmentation fault"
    assert state.trouble() == ""
