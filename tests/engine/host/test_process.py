"""A real host process with a tiny model: what its clients can rely on."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hearth.engine import paths
from hearth.engine.host import starter, supervision, transport
from hearth.engine.host.client import HostClient
from hearth.engine.types import CompletionRequest, FimPrompt, ModelRef
from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf
from tests.waiting import until


@pytest.fixture
async def client() -> AsyncIterator[HostClient]:
    client = HostClient(lambda model, percent: None)
    yield client
    await client.close()
    stop_host(Path(os.environ["HEARTH_HOME"]))


async def test_questions_do_not_supersede_each_other(client: HostClient, tmp_path: Path) -> None:
    """Two names for one file, or two looks at one document: each gets its own answer."""
    model = ModelRef("tiny", str(write_tiny_gguf(tmp_path / "tiny.gguf")), threads=1)
    reports = await asyncio.gather(client.load(model), client.load(model))
    assert [report.model for report in reports] == ["tiny", "tiny"]
    look = CompletionRequest("file:///a.py", FimPrompt("def a():\n    return ", "\n"))
    probes = await asyncio.gather(client.inspect(model, look), client.inspect(model, look))
    assert probes[0] == probes[1]


async def test_where_the_layers_are_is_told_and_follows_the_setting(client: HostClient, tmp_path: Path) -> None:
    model = ModelRef("tiny", str(write_tiny_gguf(tmp_path / "tiny.gguf")), threads=1, gpu_layers=-1)
    as_many_as_fit = await client.load(model)
    assert as_many_as_fit.placement.startswith("the processor alone") == (as_many_as_fit.gpu_layers == 0)
    assert as_many_as_fit.can_offload or "finds no GPU" in as_many_as_fit.placement
    none = await client.load(replace(model, gpu_layers=0))
    assert none.gpu_layers == 0 and "host.gpu_layers = 0" in none.placement


async def test_a_host_whose_socket_was_tidied_away_is_found_again() -> None:
    found = await starter.connect(idle_minutes=1.0, crash_budget=3)
    try:
        transport.socket_path(paths.runtime_dir()).unlink()
        again = await until(starter.running, "the host")
        again.writer.close()
        assert again.pid == found.pid
    finally:
        found.writer.close()
        stop_host(Path(os.environ["HEARTH_HOME"]))


def test_a_host_without_its_thread_ends() -> None:
    code = (
        "import threading\n"
        "from hearth.engine.host import process\n"
        "threading.excepthook = process._die_with_the_thread\n"
        "threading.Thread(target=lambda: 1 / 0).start()\n"
        "threading.Event().wait(60)\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=50)
    assert done.returncode == 1


async def test_other_threads_take_effect_while_the_host_has_the_model(client: HostClient, tmp_path: Path) -> None:
    path = str(write_tiny_gguf(tmp_path / "tiny.gguf"))
    assert (await client.load(ModelRef("tiny", path, threads=1))).threads == 1
    pid = client.host_pid
    changed = await client.load(ModelRef("tiny", path, threads=2))
    assert changed.threads == 2 and client.host_pid == pid
    assert changed.why_threads == "as host.threads = 2 says"
    look = CompletionRequest("file:///a.py", FimPrompt("def a():\n    return ", "\n"))
    await client.inspect(ModelRef("tiny", path, threads=1), look)  # of a window that does not know yet
    assert (await client.load(ModelRef("tiny", path, threads=2))).threads == 2
    log = (paths.log_dir() / "host.log").read_text()
    assert log.count("its settings have changed") == 1


async def test_a_host_that_runs_takes_over_other_idle_minutes() -> None:
    found = await starter.connect(idle_minutes=60.0, crash_budget=3)
    again = await starter.connect(idle_minutes=0.001, crash_budget=3)
    assert again.pid == found.pid
    found.writer.close()
    again.writer.close()
    await until(lambda: not supervision.is_running(), "the end of the host")
    assert supervision.recent_crashes() == []


async def test_who_only_looks_changes_no_idle_minutes() -> None:
    found = await starter.connect(idle_minutes=0.05, crash_budget=3)
    look = await starter.running()
    assert look is not None
    look.writer.close()
    found.writer.close()
    await until(lambda: not supervision.is_running(), "the end of the host")


async def test_stop_ends_the_host_and_what_was_asked_of_it(client: HostClient, tmp_path: Path) -> None:
    model = ModelRef("tiny", str(write_tiny_gguf(tmp_path / "tiny.gguf")), threads=1)
    await client.load(model)
    done = await asyncio.to_thread(hearth, "stop")
    assert done.returncode == 0, done.stderr
    assert f"The model process ({found_in(done.stdout)}) has ended" in done.stdout
    assert not supervision.is_running() and supervision.recent_crashes() == []
    done = await asyncio.to_thread(hearth, "stop")
    assert (done.returncode, done.stdout) == (0, "No model process is running.\n")
    assert (await client.load(model)).model == "tiny", "it comes again when it is needed"


async def test_stop_ends_a_host_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await starter.connect(idle_minutes=1.0, crash_budget=3)
    monkeypatch.setattr(starter, "_GREETING_SECONDS", 0.2)
    monkeypatch.setattr(starter, "_STOP_SECONDS", 0.2)
    os.kill(found.pid, signal.SIGSTOP)
    assert await starter.stop() == found.pid
    await until(lambda: not supervision.is_running(), "the end of the host")
    found.writer.close()


def hearth(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "hearth.lsp_server.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def found_in(said: str) -> int:
    return int(said.partition("(")[2].partition(")")[0])
