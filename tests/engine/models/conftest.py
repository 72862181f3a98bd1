import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hearth.engine.models import catalog, digest
from hearth.engine.models.catalog import Agreed, CatalogModel, Hub, ModelFile, Wheels
from tests.engine.models.fake_hub import COMMIT, FakeHub, running
from tests.tiny_model import write_tiny_gguf

REPO = "owner/Tiny-GGUF"
NAME = "tiny-q4.gguf"


@pytest.fixture(autouse=True)
def user_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without Ollama, LM Studio or a hub cache, and no way to any real server."""
    home = tmp_path / "user"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for variable in ("OLLAMA_MODELS", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", str(home / "hf"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return home


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """The bytes of a real, tiny model."""
    return write_tiny_gguf(tmp_path / "made" / "tiny.gguf").read_bytes()


@pytest.fixture
def model(content: bytes, monkeypatch: pytest.MonkeyPatch) -> CatalogModel:
    """A catalog whose only row is the tiny model, on the hub and in four wheels."""
    row = CatalogModel(
        id="tiny",
        title="Tiny",
        role="both",
        licence="MIT",
        context=2048,
        params=0.1,
        ram_gib=0.1,
        fim="qwen",
        files=(ModelFile(NAME, len(content), hashlib.sha256(content).hexdigest()),),
        agreed=Agreed(2, 2, 2),
        hub=Hub(REPO, COMMIT),
        wheels=Wheels("tiny-part{n}==1.0", "tiny_part{n}/data/part{n:02}.bin", 4, len(content) // 4 + 1),
    )
    monkeypatch.setattr(catalog, "models", lambda: {row.id: row})
    return row


@pytest.fixture
def hub(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running(FakeHub({f"{REPO}/{NAME}": content})) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read for their digest."""
    seen: list[Path] = []
    real = digest.hash_file

    def spy(path: Path, *rest: object) -> str:
        seen.append(path)
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(digest, "hash_file", spy)
    return seen
