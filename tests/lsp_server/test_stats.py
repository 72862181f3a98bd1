"""The statistics are written now and then, and nobody waits for it."""

import threading
import time
from collections.abc import Sequence

import pytest

from hearth.engine.context.documents import Document
from hearth.engine.stats import records
from hearth.engine.stats.tracker import KEPT_AFTER
from hearth.engine.types import Completion
from hearth.lsp_server import stats
from hearth.lsp_server.session import Server
from tests.waiting import until

TEXT = "x = "
ANSWER = "compute(y)"
SOON = 60.0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setattr(stats, "_WRITE_SECONDS", 0.01)
    server = Server()
    server.documents._open["file:///a.py"] = Document("file:///a.py", TEXT, "python")
    return server


def accept_something(server: Server) -> None:
    """And half a minute passes."""
    (document,) = server.documents.all()
    start = len(document.text)
    server.stats.offered(document, Completion(ANSWER, start, start), 0.1, True, 0.05)
    document.apply(start, start, ANSWER)
    server.stats.edited(document, start, start, ANSWER)
    later = time.time() + KEPT_AFTER + 1
    server.stats.tracker.clock = lambda: later


async def written(count: int) -> list[records.SuggestionRecord]:
    await until(lambda: len(records.load()) >= count, f"{count} records", SOON)
    return records.load()


async def test_half_a_minute_after_it_was_accepted_a_suggestion_is_written_with_what_was_kept(
    server: Server,
) -> None:
    accept_something(server)
    (record,) = await written(1)
    assert (record.outcome, record.saved, record.kept, record.min_confidence) == ("accepted", 10, 1.0, 0.05)
    assert (record.latency_ms, record.model) == (100.0, server.settings.completion.model)


async def test_what_could_not_be_written_is_written_when_there_is_room_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []
    real = records.append

    def full_at_first(batch: Sequence[records.SuggestionRecord]) -> None:
        tries.append(len(batch))
        if len(tries) < 3:
            raise OSError(28, "No space left on device")
        real(batch)

    monkeypatch.setattr(records, "append", full_at_first)
    accept_something(server)
    assert len(await written(1)) == 1
    assert tries == [1, 1, 1]


async def test_a_disk_that_hangs_holds_up_neither_keys_nor_the_end(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, free = threading.Event(), threading.Event()

    def hang(batch: Sequence[records.SuggestionRecord]) -> None:
        hanging.set()
        free.wait(SOON)

    monkeypatch.setattr(records, "append", hang)
    monkeypatch.setattr(stats, "_LAST_WRITE_SECONDS", 0.05)
    try:
        accept_something(server)
        await until(hanging.is_set, "a writing that hangs", SOON)
        accept_something(server)
        await server.stats.close()
        assert not free.is_set()
    finally:
        free.set()


def test_of_a_models_path_only_the_name_is_kept() -> None:
    assert stats._short("/home/somebody/models/coder.gguf") == "coder.gguf"
    assert stats._short("C:\\Users\\somebody\\coder.gguf") == "coder.gguf"
    assert stats._short("qwen2.5-coder-0.5b-instruct") == "qwen2.5-coder-0.5b-instruct"
