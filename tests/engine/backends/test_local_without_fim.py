"""A model without FIM tokens in the real host. Its weights are random: that it answers is all there is to see."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hearth.engine import backends
from hearth.engine.backends.shared import chat_infill
from hearth.engine.settings import CompletionSettings, Settings
from hearth.engine.types import Status, Usage
from tests.engine.backends.asking import collect, completion
from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Path]:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    path.write_bytes(path.read_bytes().replace(b"<|fim_", b"<|xyz_"))
    yield path
    stop_host(Path(os.environ["HEARTH_HOME"]))


async def test_it_is_asked_by_chat_and_the_status_says_so(model: Path) -> None:
    statuses: list[Status] = []
    settings = Settings(completion=CompletionSettings(model=str(model)))
    backend = backends.create("local", settings, statuses.append)
    try:
        answer = await collect(backend.generate(completion()))
        assert answer.reason in ("limit", "eog", "line_end") or answer.text
        assert (statuses[-1].kind, statuses[-1].help) == ("ready", chat_infill.NOTE)
        assert await backend.warm(completion()) == Usage()
        assert statuses[-1].kind == "ready"
    finally:
        await backend.close()
