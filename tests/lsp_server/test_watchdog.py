"""The watchdog names the steps that hold up the event loop, and `hearth doctor` tells them."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hearth.engine import paths
from hearth.lsp_server import watchdog
from hearth.lsp_server.commands.doctor import held_up
from tests.e2e.editor import editor
from tests.waiting import until

SCRIPTED = {"completion": {"backend": "scripted", "model": "x()"}, "chat": {"backend": "scripted"}}


def burn(seconds: float) -> None:
    """Processor time, however long that takes."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> watchdog.Watch:
    """A fresh one, whose figures lie in this test's own state: they are not those of a server under test."""
    monkeypatch.delenv(watchdog.FOLDER, raising=False)
    monkeypatch.setattr(watchdog, "watch", found := watchdog.Watch())
    return found


async def _burning() -> None:
    burn(0.15)


async def _named() -> None:
    task = asyncio.create_task(_burning(), name="textDocument/something")
    await task


async def _told() -> None:
    watchdog.watch.doing = "textDocument/didOpen"
    burn(0.15)


async def _later() -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    loop.call_later(0.001, burn, 0.15)
    loop.call_later(0.002, done.set)
    await done.wait()


async def _from_a_thread() -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def call() -> None:
        loop.call_soon_threadsafe(burn, 0.15)
        loop.call_soon_threadsafe(done.set)

    await asyncio.to_thread(call)
    await done.wait()


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (_burning, "_burning"),
        (_named, "textDocument/something"),
        (_told, "textDocument/didOpen"),
        (_later, "burn"),
        (_from_a_thread, "burn"),
    ],
)
def test_a_long_step_is_counted_by_its_name(watch: watchdog.Watch, work: Callable[[], object], name: str) -> None:
    watchdog.run(work())  # type: ignore[arg-type]
    assert list(watch.figures.long) == [name]
    assert watch.figures.long[name].count == 1
    assert watch.figures.longest >= 0.15
    assert watch.figures.steps > 1


def test_what_waits_or_works_in_a_thread_holds_up_nothing(watch: watchdog.Watch) -> None:
    async def work() -> None:
        time.sleep(0.2)  # a busy machine, as the loop sees it
        await asyncio.to_thread(burn, 0.2)

    watchdog.run(work())
    assert watch.figures.long == {}
    assert not list((paths.state_dir() / "steps").glob("*")), "nothing to tell is left when it ends"


def test_a_step_that_fails_counts_too(watch: watchdog.Watch) -> None:
    async def work() -> None:
        burn(0.15)
        raise SystemExit(0)

    with pytest.raises(SystemExit):
        watchdog.run(work())
    assert list(watch.figures.long) == ["test_a_step_that_fails_counts_too.<locals>.work"]


def test_names_are_bounded(watch: watchdog.Watch) -> None:
    for number in range(1000):
        watch.doing = f"method/{number}"
        watch.ended(None, 1.0)
    assert len(watch.figures.long) == watchdog._MOST_NAMES


def test_the_doctor_tells_of_open_windows_and_of_those_that_were_held_up(watch: watchdog.Watch) -> None:
    assert held_up() == ["no window is open"]
    watchdog.run(_told())
    (line, detail) = held_up()
    assert line.startswith(f"window {os.getpid()}: held up 1 times, the longest of ")
    assert detail.startswith("  textDocument/didOpen: 1 times, up to 1")
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    watch.figures.pid = int(gone.stdout)
    watch.write()
    assert f"window {gone.stdout.strip()}, which is closed: held up 1 times" in "\n".join(held_up())


@pytest.mark.parametrize("found", [b"", b"[1]", b'{"pid": 1e99}', b'{"pid": -1, "steps": "x"}', b"\xff" * 100])
def test_damaged_figures_are_passed_over(watch: watchdog.Watch, found: bytes) -> None:
    folder = paths.private(paths.state_dir() / "steps")
    (folder / "1.json").write_bytes(found)
    assert held_up() == ["no window is open"]


def test_old_figures_go(watch: watchdog.Watch) -> None:
    folder = paths.private(paths.state_dir() / "steps")
    file = folder / "999999999.json"
    file.write_bytes(b'{"pid": 999999999}')
    os.utime(file, (time.time() - 8 * 86400,) * 2)
    assert held_up() == ["no window is open"] and not file.exists()


async def test_a_server_leaves_its_figures_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(watchdog.FOLDER, str(tmp_path))
    async with editor(SCRIPTED) as ed:
        ed.open("a = 1\n‸")
        await ed.ghost()
        found = await until(lambda: list(tmp_path.glob("*.json")), "the figures")
        figures = json.loads(found[0].read_bytes())
    assert figures["steps"] > 0 and figures["longest"] > 0.0
    assert not list(tmp_path.glob("*.json")), "it has ended without a long step"


# Of processor time of the loop; a long file may cost more than a short one, but no more than a moment.
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("value = compute(1, 2)\n" * 230_000, "python"),
        ("a=1;" * 1_250_000, "javascript"),
        ("a" * 5_000_000, "javascript"),
        ("[" * 1_000_000, "json"),
        ("a<" * 200_000, "java"),
        ("- " * 254, "yaml"),
    ],
    ids=["lines", "line", "word", "brackets", "angles", "yaml"],
)
async def test_a_large_document_is_opened_and_completed_in_small_steps(text: str, language: str) -> None:
    async with editor(SCRIPTED) as ed:
        half = text.find("\n", len(text) // 2) + 1 or len(text) // 2
        ed.open(f"{text[:half]}‸{text[half:]}", f"a.{language}", language)
        await ed.ghost()
        ed.type("x")
        await ed.ghost()


async def test_a_document_of_50_mb_is_left_alone() -> None:
    async with editor(SCRIPTED) as ed:
        ed.open("value = compute(1, 2)\n" * 2_300_000 + "‸")
        assert await ed.ghost() == ""
        ed.type("x")
        assert await ed.ghost() == ""
        assert any("longer than 8 MB" in message for message in ed.messages)
        ed.open("a = 1\n‸", "other.py")

        async def is_answered() -> bool:
            return await ed.ghost() == "x()"

        await until(is_answered, "a suggestion")
