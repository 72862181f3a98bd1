"""How much memory a model and its KV caches may take."""

from pathlib import Path

import pytest

from hearth.engine.host import memory
from hearth.engine.host.limits import MAX_SEQUENCES
from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.host.session import Session
from hearth.engine.types import ModelRef
from tests.tiny_model import write_tiny_gguf


def sequences(path: Path) -> int:
    model = Model(str(path), LoadOptions(threads=1), lambda share: None)
    session = Session(model, ModelRef("tiny", str(path)))
    try:
        return len(session.cache.sequences)
    finally:
        session.close()


def test_a_kv_cache_is_as_large_as_the_control_group_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    assert sequences(path) == MAX_SEQUENCES
    monkeypatch.setattr(memory, "_left_in_control_group", lambda folder: [4 * 2**20])
    assert sequences(path) == 2


@pytest.mark.parametrize(("bytes_each", "found"), [(0, 16), (1 << 20, 16), (20 << 20, 7), (1 << 30, 2)])
def test_as_many_sequences_as_fit_and_never_less_than_two(
    bytes_each: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 1 << 30)
    assert memory.sequences_that_fit(16, bytes_each) == found
