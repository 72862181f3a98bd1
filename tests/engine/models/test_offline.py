"""With downloads switched off no socket is opened and no other program is run, whatever is asked for."""

import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.errors import ModelError
from hearth.engine.models import fit, store
from hearth.engine.models.store import other_models
from hearth.engine.settings import DownloadSettings

OFFLINE = DownloadSettings(allowed=False)
NAMES = [
    "qwen2.5-coder-0.5b-instruct",  # on the hub, and in wheels that pip would fetch
    "codestral",
    "hf:owner/repo/file.gguf",
    "ollama:qwen2.5-coder:7b",
    "lmstudio:publisher/model/file.gguf",
    "/no/such/file.gguf",
]


@pytest.fixture(autouse=True)
def _no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise AssertionError(f"tried to get out: {arguments}")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mirror", ["auto", "hub", "wheels"])
def test_a_model_that_is_not_here_is_only_told(name: str, mirror: str) -> None:
    with pytest.raises(ModelError):
        store.ensure(name, settings=DownloadSettings(allowed=False, mirror=mirror))
    assert store.find(name) is None


def test_what_is_here_is_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.gguf").write_bytes(content)
    assert store.ensure(str(tmp_path / "a.gguf"), settings=OFFLINE).path == str(tmp_path / "a.gguf")


def test_looking_at_models_needs_no_network() -> None:
    assert list(other_models.everything()) == []
    assert fit.recommend(fit.Machine.here())
