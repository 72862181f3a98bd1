"""How many threads are of use, and why: one for each fast core that this process may use.

llama.cpp divides each step evenly among its threads and waits for the last one. So a slow core holds up the fast
ones, and so does a thread that the system lets wait because others are to have that core. Two threads on one core
share the units that compute.
"""

import math
import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from hearth.engine.files import NOTES, read_text
from hearth.engine.machine import control_groups

_CPUS = Path("/sys/devices/system/cpu")
_FAST_ON_LINUX = Path("/sys/devices/cpu_core/cpus")  # of Intel's processors with two kinds of cores
# Estimated: what Intel's small core does in the time of a big one, and how much more the small ones must do
# together before they are worth holding the big ones up.
_SMALL, _WORTH = 0.5, 1.5


@dataclass(frozen=True, slots=True)
class Cores:
    """Threads for single tokens and for prompts, at least 1 each; single tokens may turn out to want as many.

    `why` is for the user, such as "8 performance cores of 24".
    """

    decode: int
    prefill: int
    why: str


def fast() -> Cores:
    """Physical cores of the fast kind, as many as this process is allowed."""
    found = _of_linux() if sys.platform == "linux" else _of_a_mac() if sys.platform == "darwin" else None
    if found is None:
        found = _alike(_physical())
    quota = min(_quotas(), default=math.inf) if sys.platform == "linux" else math.inf
    if quota < found.prefill:
        # Rounded up: what the last thread waits for is less than what it does.
        most = math.ceil(quota)
        why = f"container limited to {quota:.1f} CPUs; {found.why}"
        return Cores(min(most, found.decode), min(most, found.prefill), why)
    return found


def _alike(count: int) -> Cores:
    count = max(1, count)
    return Cores(count, count, _named(count))


def _named(count: int, kind: str = "core") -> str:
    return f"{count} {kind}{'s' if count != 1 else ''}"


def _physical() -> int:
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def _of_linux() -> Cores:
    allowed = set(os.sched_getaffinity(0))
    known = _core_of(_listed(_CPUS / "online") or allowed)
    if not known:  # the system does not say which of its CPUs are one core
        return _alike(min(_physical(), len(allowed)))
    speed: dict[int, float] = {}
    for cpu, each in _speeds(allowed).items():
        core = known.get(cpu, cpu)
        speed[core] = max(each, speed.get(core, 0.0))
    in_all = len({*known.values(), *speed})
    told = f"{len(speed)} of {in_all} cores, which this process may use" if len(speed) < in_all else ""
    decode = sum(each == max(speed.values()) for each in speed.values())
    prefill = _best_together(sorted(speed.values(), reverse=True))
    if decode == len(speed):
        return Cores(decode, prefill, told or _named(decode))
    why = f"{_named(decode, 'performance core')} of {told or in_all}"
    return Cores(decode, prefill, why if prefill == decode else f"{why}; {prefill} threads for prompts")


def _core_of(cpus: Iterable[int]) -> dict[int, int]:
    """By each CPU (which may be a second thread of a core) the first CPU of its core."""
    siblings = {cpu: _listed(_CPUS / f"cpu{cpu}" / "topology" / "thread_siblings_list") for cpu in cpus}
    return {cpu: min(each) for cpu, each in siblings.items() if each}


def _speeds(cpus: Collection[int]) -> dict[int, float]:
    """Of each CPU beside the others, as an Intel processor or an Arm one says it."""
    if big := _listed(_FAST_ON_LINUX):
        return {cpu: 1.0 if cpu in big else _SMALL for cpu in cpus}
    return {cpu: _number(_CPUS / f"cpu{cpu}" / "cpu_capacity") or 1.0 for cpu in cpus}


def _best_together(speeds: list[float]) -> int:
    """How many of these, the fastest first, do most while each waits for the slowest of them."""
    best, done = 0, 0.0
    for index, speed in enumerate(speeds):
        is_last_of_kind = index + 1 == len(speeds) or speeds[index + 1] < speed
        if is_last_of_kind and (index + 1) * speed > (_WORTH * done if best else 0.0):
            best, done = index + 1, (index + 1) * speed
    return best


def _of_a_mac() -> Cores | None:
    """None on one with Intel's processor, whose cores are alike."""
    fast_ones, in_all = _said_by_sysctl("hw.perflevel0.physicalcpu"), _said_by_sysctl("hw.physicalcpu")
    if not fast_ones or fast_ones >= in_all:
        return _alike(fast_ones) if fast_ones else None
    return Cores(fast_ones, fast_ones, f"{_named(fast_ones, 'performance core')} of {in_all}")


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


def _number(file: Path) -> float:
    """0 where it does not say one."""
    try:
        return max(0.0, float(int(read_text(file, NOTES))))
    except (OSError, ValueError):
        return 0.0
