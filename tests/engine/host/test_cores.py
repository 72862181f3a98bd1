"""How many threads there are, on machines that are played."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from hearth.engine.host import cores


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight physical cores, all of which may be used."""
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 16 if logical else 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)), raising=False)
    monkeypatch.setattr(cores, "sys", SimpleNamespace(platform="linux"))
    monkeypatch.setattr(cores, "_CGROUP", tmp_path)
    monkeypatch.setattr(cores, "_FAST_ON_LINUX", tmp_path / "fast")
    monkeypatch.setattr(cores, "_CPUS", tmp_path)
    return tmp_path


def test_one_for_each_physical_core(linux: Path) -> None:
    assert cores.fast() == 8


def test_no_more_than_the_process_may_use(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0}, raising=False)
    assert cores.fast() == 1


@pytest.mark.parametrize(
    ("said", "threads"),
    [("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("1000 100000", 1), ("nonsense", 8)],
)
def test_no_more_than_a_container_gives(said: str, threads: int, linux: Path) -> None:
    (linux / "cpu.max").write_text(f"{said}\n")
    assert cores.fast() == threads


def test_only_the_fast_ones_of_two_kinds(linux: Path) -> None:
    """Two fast cores with two threads each, and six slow ones."""
    (linux / "fast").write_text("0-3\n")
    for cpu, siblings in ((0, "0-1"), (1, "0-1"), (2, "2-3"), (3, "2-3")):
        file = linux / f"cpu{cpu}" / "topology" / "thread_siblings_list"
        file.parent.mkdir(parents=True)
        file.write_text(siblings)
    assert cores.fast() == 2


@pytest.mark.parametrize(("said", "threads"), [("4\n", 4), ("", 8), ("0\n", 8)])
def test_only_the_fast_ones_of_a_mac(
    said: str, threads: int, linux: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **_: Any) -> Any:
        assert command == ["sysctl", "-n", "hw.perflevel0.physicalcpu"]
        return SimpleNamespace(stdout=said)

    monkeypatch.setattr(cores, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(subprocess, "run", run)
    assert cores.fast() == threads


def test_there_is_always_one(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: None)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores.fast() == 1
