"""How many threads are of use, and why: one for each fast core that this process may use.

llama.cpp divides each step evenly among its threads and waits for the last one. So a slow core holds up the fast
ones, and so does a thread that the system lets wait because others are to have that core. A second thread on a core
has to share the units that compute.
"""

import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from hearth.engine.files import NOTES, read_text
from hearth.engine.host import control_groups

_CPUS = Path("/sys/devices/system/cpu")
_FAST_ON_LINUX = Path("/sys/devices/cpu_core/cpus")  # of Intel's processors with two kinds of cores
_NEARLY_AS_FAST = 0.75  # of the fastest core's capacity; Arm's middle cores have less


@dataclass(frozen=True, slots=True)
class Cores:
    """`threads` of the model, at least 1; `why` is for the user, such as "8 performance cores of 24"."""

    threads: int
    why: str


def fast() -> Cores:
    """Physical cores of the fast kind, as many as this process is allowed."""
    found = _of_linux() if sys.platform == "linux" else _of_a_mac() if sys.platform == "darwin" else None
    if found is None:
        found = _alike(_physical())
    for quota in _quotas():
        # Rounded up: what the last thread waits for is less than what it does.
        if (most := max(1, -int(-quota // 1))) < found.threads:
            found = Cores(most, f"container limited to {quota:.1f} CPUs, {found.why}")
    return found


def _alike(count: int) -> Cores:
    return Cores(max(1, count), f"{count} core{'s' if count != 1 else ''}")


def _physical() -> int:
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def _of_linux() -> Cores | None:
    """None where the system does not say which of its CPUs are one core."""
    allowed = set(os.sched_getaffinity(0))
    known = _core_of(_listed(_CPUS / "online") or allowed)
    if not known:
        return _alike(min(_physical(), len(allowed)))
    cores = {known.get(cpu, cpu) for cpu in allowed}
    in_all = len(set(known.values()) | cores)
    fast_ones = {known.get(cpu, cpu) for cpu in _of_the_fast_kind(allowed) & allowed}
    told = f"{len(cores)} of {in_all} cores, which this process may use" if len(cores) < in_all else ""
    if not fast_ones or fast_ones == cores:
        return Cores(len(cores), told) if told else _alike(len(cores))
    return Cores(len(fast_ones), f"{len(fast_ones)} performance cores of {told or in_all}")


def _core_of(cpus: Iterable[int]) -> dict[int, int]:
    """By each CPU (which may be a second thread of a core) the first CPU of its core."""
    siblings = {cpu: _listed(_CPUS / f"cpu{cpu}" / "topology" / "thread_siblings_list") for cpu in cpus}
    return {cpu: min(each) for cpu, each in siblings.items() if each}


def _of_the_fast_kind(cpus: Collection[int]) -> set[int]:
    """Of an Intel processor those that it calls cores, of an Arm one those with about the highest capacity."""
    if fast_ones := _listed(_FAST_ON_LINUX):
        return fast_ones
    capacity = {cpu: _number(_CPUS / f"cpu{cpu}" / "cpu_capacity") for cpu in cpus}
    best = max(capacity.values(), default=0)
    return {cpu for cpu, each in capacity.items() if each >= _NEARLY_AS_FAST * best}


def _of_a_mac() -> Cores | None:
    """None on one with Intel's processor, whose cores are alike."""
    fast_ones, in_all = _said_by_sysctl("hw.perflevel0.physicalcpu"), _said_by_sysctl("hw.physicalcpu")
    if not fast_ones or fast_ones >= in_all:
        return _alike(fast_ones) if fast_ones else None
    return Cores(fast_ones, f"{fast_ones} performance cores of {in_all}")


def _quotas() -> Iterator[float]:
    """How many CPUs' worth of time each control group gives that limits it."""
    for folder in control_groups.folders("cpu"):
        match control_groups.numbers_in(folder / "cpu.max"):
            case [int(quota), int(period)] if quota > 0 and period > 0:
                yield quota / period
        match [control_groups.numbers_in(folder / f"cpu.cfs_{each}_us") for each in ("quota", "period")]:
            case [[int(quota)], [int(period)]] if quota > 0 and period > 0:  # version 1; -1 is no limit
                yield quota / period


def _said_by_sysctl(name: str) -> int:
    """0 where it does not say."""
    try:
        command = ["/usr/sbin/sysctl", "-n", name]
        return int(subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _listed(file: Path) -> set[int]:
    """The numbers of a list such as `0-3,8`; none where there is no such file."""
    try:
        ranges = [each.partition("-") for each in read_text(file, NOTES).strip().split(",")]
        return {number for first, _, last in ranges for number in range(int(first), int(last or first) + 1)}
    except (OSError, ValueError):
        return set()


def _number(file: Path) -> int:
    try:
        return int(read_text(file, NOTES))
    except (OSError, ValueError):
        return 0
