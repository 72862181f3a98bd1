"""How long a chat may be: what the user says, the model was trained with, and the memory affords."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from hearth.engine.host.chat_window import MOST, chat_window
from hearth.engine.types import ModelRef
from tests.fakes.tiny_models import CONTEXT
from tests.tiny_model import write_tiny_gguf

GIB = 1 << 30
PER_TOKEN = 28_672  # bytes; as Qwen2.5-Coder 1.5B has it


@pytest.mark.parametrize(
    ("wanted", "trained", "free", "window"),
    [
        (0, 32_768, 100 * GIB, MOST),
        (0, 8_192, 100 * GIB, 8_192),
        (0, 32_768, 0, 4096),
        (0, 2_048, 100 * GIB, 2_048),
        (0, 0, 100 * GIB, 4096),
        (30_000, 32_768, 0, 30_000),
        (100_000, 32_768, 100 * GIB, 32_768),
        (2_000, 32_768, 100 * GIB, 2_000),
    ],
)
def test_the_window_of_a_chat(
    wanted: int, trained: int, free: int, window: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(b"x")
    header = SimpleNamespace(context=trained, kv_bytes_per_token=PER_TOKEN)
    monkeypatch.setattr("hearth.engine.host.chat_window.gguf.read", lambda path: header)
    monkeypatch.setattr("hearth.engine.host.chat_window.memory.available", lambda: free)
    assert chat_window(ModelRef("x", str(file)), wanted) == window


def test_more_memory_is_a_longer_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(b"x")
    header = SimpleNamespace(context=32_768, kv_bytes_per_token=PER_TOKEN)
    monkeypatch.setattr("hearth.engine.host.chat_window.gguf.read", lambda path: header)
    windows = []
    for free in (3, 4, 5, 6):
        monkeypatch.setattr("hearth.engine.host.chat_window.memory.available", lambda free=free: free * GIB)
        monkeypatch.setattr("hearth.engine.host.chat_window.memory.reserve", lambda: GIB)
        windows.append(chat_window(ModelRef("x", str(file)), 0))
    assert windows == sorted(windows) and windows[0] < windows[-1] and all(each % 1024 == 0 for each in windows)


def test_a_real_file_says_what_its_model_was_trained_with(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    assert chat_window(ModelRef("tiny", str(path)), 100_000) == CONTEXT
    assert chat_window(ModelRef("gone", str(tmp_path / "gone.gguf")), 0) == 4096
