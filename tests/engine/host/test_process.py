"""A real host process with a tiny model: what its clients can rely on."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hearth.engine import paths
from hearth.engine.host import starter, transport
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
