"""One warm model for all windows: what a second window costs, and what ten windows get that type at once.

Run as a program it prints the figures: `python -m tests.reliability.test_sharing HOME`, where HOME holds `models`.
"""

import asyncio
import math
import os
import signal
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.e2e.editor import Editor, editor
from tests.hosts import hosts_of, stop_host

pytestmark = pytest.mark.model

CODE = "def area(width, height):\n    return width * ‸\n\n\nprint(area(2, 3))\n"
# What is right does not depend on how busy the machine is: wait for whole answers.
PATIENT = {"completion": {"deadline_ms": 60_000}}
SHORT = {"completion": {"deadline_ms": 60_000, "max_lines": 1, "max_tokens": 6}, "context": {"enabled": False}}
WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "islet", "joker"]
LINES = WORDS[:5]
MB = 1e6


@dataclass(frozen=True, slots=True)
class Added:
    """What a second window costs, in MB, and what it saw and got.

    The host's own growth is counted by what only it has: its part of the weights changes with who else maps them.
    """

    unshared: float  # what only its server has, and what the host has grown by
    proportional: float  # the same, with the server's part of what it shares
    statuses: tuple[str, ...]
    ghost: str
    hosts: int


async def second_window(home: Path) -> Added:
    async with editor(PATIENT, home=home) as first:
        first.open(CODE)
        await first.ghost()
        (host,) = hosts_of(home)
        before, servers = host.memory_full_info(), _servers()
        async with editor(PATIENT, home=home) as second:
            second.open(CODE.replace("area", "size"))
            ghost = await second.ghost()
            (server,) = _servers() - servers
            own, after = server.memory_full_info(), host.memory_full_info()
            statuses = tuple(status.kind for status in second.statuses)
    return Added(
        (own.uss + after.uss - before.uss) / MB,
        (own.pss + after.uss - before.uss) / MB,
        statuses,
        ghost,
        len(hosts_of(home)),
    )


@dataclass(frozen=True, slots=True)
class Served:
    """What a window got: the seconds that each of its answers took, and how often it was overtaken.

    That is the most answers that any one other window got while this one waited for one of its own: seconds depend
    on how busy the machine is, the order does not.
    """

    seconds: list[float]
    overtaken: int


async def many_windows(home: Path, count: int = 10) -> list[Served]:
    """Windows that type at once, each as soon as it has its answer."""
    answered: list[Editor] = []
    async with AsyncExitStack() as stack:
        windows = [await stack.enter_async_context(editor(SHORT, home=home)) for _ in WORDS[:count]]
        for window, word in zip(windows, WORDS, strict=False):
            window.open(f"def {word}_sum(first, second):\n    ‸\n\n\nprint({word}_sum(2, 3))\n")
        await windows[0].ghost()
        served = await asyncio.gather(*(_typed(window, answered) for window in windows))
        assert [window.messages for window in windows] == [[]] * count
        assert not any(status.kind == "error" for window in windows for status in window.statuses)
    return served


async def _typed(window: Editor, answered: list[Editor]) -> Served:
    """Begin one line after the other; the first is not counted, because all ask at once and one must be last."""
    took, overtaken = [], []
    for line in LINES:
        window.type(f"{line} = ")
        began, before = time.perf_counter(), len(answered)
        assert await window.request() is not None
        took.append(time.perf_counter() - began)
        meanwhile = Counter(id(other) for other in answered[before:])
        overtaken.append(max(meanwhile.values(), default=0))
        answered.append(window)
        window.type("first\n    ")
        await asyncio.sleep(0.1)
    return Served(took[1:], max(overtaken[1:]))


def p95(values: list[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def _servers() -> set[psutil.Process]:
    return {child for child in psutil.Process().children() if "serve" in child.cmdline()}


async def kill_and_ask(window: Editor, home: Path, name: str) -> tuple[str, float]:
    """The ghost text after a kill of the host, at a place that nobody asked about before, and its seconds."""
    end = len(window.text)
    window.replace(end, end, f"\n\ndef {name}(first, second):\n    return first * ")
    (host,) = hosts_of(home)
    os.kill(host.pid, signal.SIGKILL)
    began = time.perf_counter()
    return await window.ghost(), time.perf_counter() - began


async def test_a_second_window_shares_the_host_sees_no_loading_and_adds_little_memory(model_home: Path) -> None:
    added = await second_window(model_home)
    assert added.hosts == 1
    assert added.ghost.startswith("height")
    assert not {"loading", "downloading", "error"} & set(added.statuses), added.statuses
    assert added.unshared <= 80, added
    assert added.proportional <= 80, added


async def test_ten_windows_that_type_at_once_are_all_answered_and_served_alike(model_home: Path) -> None:
    overtaken = [served.overtaken for served in await many_windows(model_home)]
    assert len(overtaken) == 10
    assert max(overtaken) < len(LINES), "one window got all it wanted while another waited for one answer"
    assert len(hosts_of(model_home)) == 1


async def test_after_a_kill_the_next_request_is_answered_by_a_new_host_without_a_self_test(
    model_home: Path,
) -> None:
    log = model_home / "logs" / "host.log"
    async with editor(PATIENT, home=model_home) as window:
        window.open(CODE)
        await window.ghost()
        (old,) = hosts_of(model_home)
        ghost, _ = await kill_and_ask(window, model_home, "product")
        assert ghost.startswith("second")
        (new,) = hosts_of(model_home)
        assert new.pid != old.pid
        assert not any(status.kind == "error" for status in window.statuses)
    of_the_new_one = [line for line in log.read_text().splitlines() if f"[{new.pid}]" in line]
    assert any("is ready as before" in line for line in of_the_new_one), of_the_new_one


async def main(home: Path) -> None:
    print("a second window:", await second_window(home))
    windows = await many_windows(home)
    worst = [p95(served.seconds) for served in windows]
    print(f"ten windows: p95 {min(worst):.2f} to {max(worst):.2f} s, {max(worst) / min(worst):.2f} times")
    print("overtaken:", [served.overtaken for served in windows])
    async with editor(PATIENT, home=home) as window:
        window.open(CODE)
        await window.ghost()
        for word in WORDS[:5]:
            ghost, seconds = await kill_and_ask(window, home, word)
            print(f"killed and asked: {seconds:.2f} s, {ghost!r}, load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    os.environ["HEARTH_HOME"] = sys.argv[1]
    try:
        asyncio.run(main(Path(sys.argv[1])))
    finally:
        stop_host(Path(sys.argv[1]))
