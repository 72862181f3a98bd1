"""How many threads there are, on machines that are played."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from hearth.engine.machine import cores
from hearth.engine.machine.cores import Cores
from tests.fakes.control_groups import ControlGroups


class Linux:
    """A machine with these cores, each with so many CPUs, all of which may be used."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._patch = folder, monkeypatch
        self.groups = ControlGroups(folder, monkeypatch)
        monkeypatch.setattr(cores, "sys", SimpleNamespace(platform="linux"))
        monkeypatch.setattr(cores, "_CPUS", folder)
        monkeypatch.setattr(cores, "_FAST_ON_LINUX", folder / "cpu_core")
        monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: None)
        monkeypatch.setattr(os, "cpu_count", lambda: None)

    def has(self, threads: Sequence[int], capacities: Sequence[int] = ()) -> "Linux":
        """`threads` of each core; the CPUs of one core follow each other."""
        first = 0
        for index, count in enumerate(threads):
            for cpu in range(first, first + count):
                self._write(f"cpu{cpu}/topology/thread_siblings_list", f"{first}-{first + count - 1}")
                if capacities:
                    self._write(f"cpu{cpu}/cpu_capacity", str(capacities[index]))
            first += count
        self._write("online", f"0-{first - 1}")
        return self.may_use(range(first))

    def may_use(self, cpus: Sequence[int]) -> "Linux":
        self._patch.setattr(os, "sched_getaffinity", lambda pid: set(cpus), raising=False)
        return self

    def big_ones(self, said: str) -> "Linux":
        """As Intel's processors with two kinds of cores say it."""
        self._write("cpu_core", said)
        return self

    def _write(self, name: str, content: str) -> None:
        (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_text(f"{content}\n")


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linux:
    return Linux(tmp_path, monkeypatch)


def test_one_for_each_core_and_not_for_each_cpu(linux: Linux) -> None:
    linux.has([2] * 8)
    assert cores.fast() == Cores(8, 8, "8 cores")


@pytest.mark.parametrize(
    ("may_use", "threads"),
    [([0], 1), ([0, 1], 1), ([0, 2, 4], 3), (range(8, 16), 4)],
    ids=["one CPU", "both CPUs of one core", "one of each of three", "half"],
)
def test_no_more_than_the_process_may_use(may_use: Sequence[int], threads: int, linux: Linux) -> None:
    linux.has([2] * 8).may_use(may_use)
    assert cores.fast() == Cores(threads, threads, f"{threads} of 8 cores, which this process may use")


def test_only_the_performance_cores(linux: Linux) -> None:
    linux.has([2] * 8 + [1] * 16).big_ones("0-15")
    assert cores.fast() == Cores(8, 8, "8 performance cores of 24")


def test_of_the_cores_that_it_may_use_only_the_performance_cores(linux: Linux) -> None:
    linux.has([2] * 8 + [1] * 16).big_ones("0-15").may_use([0, 1, 2, 3, *range(16, 20)])
    assert cores.fast() == Cores(2, 2, "2 performance cores of 6 of 24 cores, which this process may use")


def test_all_that_it_may_use_where_none_of_them_is_fast(linux: Linux) -> None:
    linux.has([2] * 8 + [1] * 16).big_ones("0-15").may_use(range(16, 20))
    assert cores.fast() == Cores(4, 4, "4 of 24 cores, which this process may use")


@pytest.mark.parametrize(("big", "small", "prefill"), [(2, 8, 10), (2, 4, 2), (4, 8, 4), (6, 8, 6), (1, 1, 1)])
def test_many_small_cores_beside_few_big_ones_read_prompts_too(
    big: int, small: int, prefill: int, linux: Linux
) -> None:
    linux.has([2] * big + [1] * small).big_ones(f"0-{2 * big - 1}")
    found = cores.fast()
    assert (found.decode, found.prefill) == (big, prefill)
    assert ("10 threads for prompts" in found.why) == (prefill > big)


@pytest.mark.parametrize(
    ("capacities", "decode", "prefill"),
    [
        ([1024] * 4, 4, 4),
        ([1024] * 4 + [530] * 4, 4, 4),
        ([1024] + [760] * 3 + [360] * 4, 1, 4),
        ([480] * 4 + [1024] * 4, 4, 4),
    ],
    ids=["alike", "big and little", "one, three and four", "the little ones first"],
)
def test_the_kinds_of_an_arm_processor(capacities: list[int], decode: int, prefill: int, linux: Linux) -> None:
    linux.has([1] * len(capacities), capacities)
    found = cores.fast()
    assert (found.decode, found.prefill) == (decode, prefill)


@pytest.mark.parametrize(
    ("said", "threads"),
    [("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("1000 100000", 1), ("1600000 100000", 8)],
)
@pytest.mark.parametrize("above", [False, True])
def test_no_more_than_a_container_gives(said: str, threads: int, above: bool, linux: Linux) -> None:
    """Its own control group, or one above."""
    linux.has([2] * 8)
    linux.groups.play(2, "cpu", "/a.slice/b.scope")
    linux.groups.write("/a.slice" if above else "/a.slice/b.scope", "cpu.max", said)
    assert (found := cores.fast()).decode == threads
    assert found.prefill == threads and ("container" in found.why) == (threads < 8)


@pytest.mark.parametrize(
    ("quota", "period", "threads"),
    [(-1, 100000, 8), (200000, 100000, 2), (50000, 20000, 3), (0, 100000, 8), ("nonsense", 100000, 8), (1, 0, 8)],
)
def test_nor_than_one_of_the_first_kind(quota: object, period: int, threads: int, linux: Linux) -> None:
    linux.has([2] * 8)
    linux.groups.play(1, "cpu", "/docker/abc", mounted="/docker/abc")
    linux.groups.write("/", "cpu.cfs_quota_us", quota)
    linux.groups.write("/", "cpu.cfs_period_us", period)
    assert cores.fast().decode == threads


def test_the_narrowest_of_all_counts_and_is_told(linux: Linux) -> None:
    linux.has([2] * 8 + [1] * 16).big_ones("0-15")
    linux.groups.play(2, "cpu", "/a/b")
    linux.groups.write("/a", "cpu.max", "200000 100000")
    linux.groups.write("/a/b", "cpu.max", "600000 100000")
    assert cores.fast() == Cores(2, 2, "container limited to 2.0 CPUs; 8 performance cores of 24")


@pytest.mark.parametrize("group", ["/../../elsewhere", "/not/mounted", ""])
def test_a_group_that_is_not_to_be_seen_is_limited_by_those_that_are(group: str, linux: Linux) -> None:
    linux.has([2] * 8)
    linux.groups.play(2, "cpu", group, mounted="/docker/abc")
    linux.groups.write("/", "cpu.max", "300000 100000")
    assert cores.fast().decode == 3


@pytest.mark.parametrize("file", ["mountinfo", "cgroup"])
@pytest.mark.parametrize("content", ["", "nonsense", " - cgroup2", "0::", "1 2 3 / / - ", "::::"])
def test_nonsense_about_control_groups_is_no_limit(file: str, content: str, linux: Linux, tmp_path: Path) -> None:
    linux.has([2] * 8)
    linux.groups.play(2, "cpu", "/a")
    (tmp_path / "proc" / file).write_text(content)
    assert cores.fast().decode == 8


def test_a_system_that_does_not_know_its_cores(linux: Linux, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 16 if logical else 8)
    linux.may_use(range(16))
    assert cores.fast() == Cores(8, 8, "8 cores")
    linux.may_use(range(3))
    assert cores.fast() == Cores(3, 3, "3 cores")


@pytest.mark.parametrize(
    ("fast", "in_all", "found"),
    [
        ("4\n", "8\n", Cores(4, 4, "4 performance cores of 8")),
        ("8\n", "8\n", Cores(8, 8, "8 cores")),
        ("", "6\n", Cores(6, 6, "6 cores")),
        ("0\n", "", Cores(6, 6, "6 cores")),
    ],
    ids=["two kinds", "one kind", "Intel's", "it says nothing"],
)
def test_only_the_fast_ones_of_a_mac(
    fast: str, in_all: str, found: Cores, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"hw.perflevel0.physicalcpu": fast, "hw.physicalcpu": in_all}

    def run(command: list[str], **_: Any) -> Any:
        *start, name = command
        assert Path(start[0]).name == "sysctl" and start[1:] == ["-n"]
        return SimpleNamespace(stdout=said[name])

    monkeypatch.setattr(cores, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 12 if logical else 6)
    monkeypatch.setattr(subprocess, "run", run)
    assert cores.fast() == found


def test_elsewhere_each_physical_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 12 if logical else 6)
    assert cores.fast() == Cores(6, 6, "6 cores")


def test_there_is_always_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: None)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores.fast() == Cores(1, 1, "1 core")
