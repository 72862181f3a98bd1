"""What other programs have on the disk is used where it lies, and never written to."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from hearth.engine.errors import ModelMissing
from hearth.engine.models import store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.sources import Offer, hf_cache, lmstudio_store, ollama_store
from hearth.engine.models.store import other_models
from hearth.engine.settings import DownloadSettings
from tests.engine.models.conftest import NAME, REPO
from tests.engine.models.fake_hub import COMMIT

OFFLINE = DownloadSettings(allowed=False)
LAYER = "application/vnd.ollama.image.model"


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def ollama_model(root: Path, manifest: str, sha256: str, data: bytes, layer: str = LAYER) -> Path:
    layers = [
        {"mediaType": "application/vnd.ollama.image.license", "digest": f"sha256:{'1' * 64}", "size": 3},
        {"mediaType": layer, "digest": f"sha256:{sha256}", "size": len(data)},
    ]
    put(root / "manifests" / manifest, json.dumps({"schemaVersion": 2, "layers": layers}).encode())
    return put(root / "blobs" / f"sha256-{sha256}", data)


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


@pytest.fixture
def sha256(model: CatalogModel) -> str:
    return model.files[0].sha256


def test_a_catalog_model_in_ollamas_store_is_used_there(
    model: CatalogModel, content: bytes, sha256: str, user_home: Path, hashed: list[Path]
) -> None:
    root = user_home / ".ollama" / "models"
    blob = ollama_model(root, "hf.co/owner/tiny-gguf/q4", sha256, content)
    before = snapshot(root)
    ref = store.ensure("tiny", settings=OFFLINE)
    assert (ref.id, ref.path, ref.sha256) == ("tiny", str(blob), sha256)
    assert store.ensure("tiny", settings=OFFLINE) == ref
    assert hashed == [blob]
    assert snapshot(root) == before
    installed = store.find("tiny")
    assert installed and (installed.store, installed.verified) == ("Ollama", True)


def test_a_blob_whose_bytes_are_not_its_name_is_passed_over(
    model: CatalogModel, content: bytes, sha256: str, user_home: Path
) -> None:
    root = user_home / ".ollama" / "models"
    blob = ollama_model(root, "hf.co/owner/tiny-gguf/q4", sha256, b"GGUF" + b"x" * (len(content) - 4))
    with pytest.raises(ModelMissing, match="switched off"):
        store.ensure("tiny", settings=OFFLINE)
    assert store.find("tiny") is None  # and it is not looked at again
    assert blob.exists()


def test_a_partial_blob_is_no_model(model: CatalogModel, content: bytes, sha256: str, user_home: Path) -> None:
    put(user_home / ".ollama" / "models" / "blobs" / f"sha256-{sha256}-partial", content)
    put(user_home / ".ollama" / "models" / "blobs" / f"sha256-{sha256}", content[:-1])
    assert store.find("tiny") is None


@pytest.mark.parametrize(
    ("manifest", "name"),
    [
        ("registry.ollama.ai/library/coder/latest", "coder"),
        ("registry.ollama.ai/library/coder/7b", "coder:7b"),
        ("registry.ollama.ai/somebody/coder/latest", "somebody/coder"),
        ("hf.co/owner/Repo-GGUF/Q4_K_M", "hf.co/owner/Repo-GGUF:Q4_K_M"),
        ("localhost:5000/a/b/latest", "localhost:5000/a/b"),
    ],
)
def test_ollamas_models_are_found_by_ollamas_names(
    manifest: str, name: str, content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    digest = hashlib.sha256(content).hexdigest()
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "elsewhere"))
    blob = ollama_model(tmp_path / "elsewhere", manifest, digest, content)
    ref = store.ensure(f"ollama:{name}")
    assert (ref.path, ref.sha256, ref.context) == (str(blob), digest, 2048)


@pytest.mark.parametrize("name", ["../../etc", "a/b/c/d", "a/../b", ":tag", "a:..", ""])
def test_a_name_cannot_leave_ollamas_store(name: str, user_home: Path) -> None:
    assert ollama_store.find(name) is None


def test_an_unknown_ollama_model_says_how_to_get_it() -> None:
    with pytest.raises(ModelMissing, match="`hearth models pull ollama:nothing` asks Ollama to pull it"):
        store.ensure("ollama:nothing")


def test_manifests_that_are_no_models_are_passed_over(content: bytes, user_home: Path) -> None:
    root = user_home / ".ollama" / "models"
    put(root / "manifests/registry.ollama.ai/library/broken/latest", b"{")
    put(root / "manifests/registry.ollama.ai/library/odd/latest", b'{"layers": [{"digest": "sha256:../x"}]}')
    ollama_model(root, "registry.ollama.ai/library/tensors/latest", "2" * 64, b"not a GGUF file")
    ollama_model(root, "registry.ollama.ai/library/adapter/latest", "3" * 64, content, LAYER + ".adapter")
    ollama_model(root, "registry.ollama.ai/library/good/latest", "4" * 64, content)
    names = [found.name for found in ollama_store.everything() if str(root) in str(found.path)]
    assert names == ["ollama:good:latest"]


def test_a_store_that_may_not_be_looked_at_is_empty(
    model: CatalogModel, user_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    monkeypatch.setattr(Path, "glob", refuse)
    assert list(ollama_store.everything()) == list(lmstudio_store.everything()) == []
    assert ollama_store.find("coder") is None
    assert list(hf_cache.find_file(Offer(model.files[0], model.hub))) == []


def test_a_catalog_model_in_lm_studios_folder_is_used_there(
    model: CatalogModel, content: bytes, user_home: Path
) -> None:
    path = put(user_home / ".lmstudio" / "models" / "anybody" / "Tiny" / NAME, content)
    installed = store.find("tiny")
    assert installed and (installed.store, installed.verified) == ("LM Studio", False)
    assert store.ensure("tiny", settings=OFFLINE).path == str(path)


def test_another_file_of_that_name_and_size_is_left_alone(
    model: CatalogModel, content: bytes, user_home: Path
) -> None:
    path = put(user_home / ".lmstudio" / "models" / "anybody" / "Tiny" / NAME, b"GGUF" + content[:-4])
    with pytest.raises(ModelMissing):
        store.ensure("tiny", settings=OFFLINE)
    assert path.exists()


def test_lm_studios_models_are_found_by_publisher_model_and_file(content: bytes, user_home: Path) -> None:
    path = put(user_home / ".cache/lm-studio/models/pub/Model-GGUF/a.gguf", content)
    ref = store.ensure("lmstudio:pub/Model-GGUF/a.gguf")
    assert (ref.id, ref.path) == ("lmstudio:pub/Model-GGUF/a.gguf", str(path))
    with pytest.raises(ModelMissing, match=r"publisher/model/file.gguf"):
        store.ensure("lmstudio:pub/../a.gguf")


def test_lm_studios_folders_are_read_from_its_own_files(user_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "moved"
    put(user_home / ".lmstudio-home-pointer", f"{home}\n".encode())
    put(home / "settings.json", json.dumps({"downloadsFolder": str(tmp_path / "big")}).encode())
    assert lmstudio_store.roots()[:2] == [tmp_path / "big", home / "models"]


def test_lm_studios_broken_settings_are_ignored(user_home: Path) -> None:
    put(user_home / ".lmstudio" / "settings.json", b"{")
    put(user_home / ".lmstudio-home-pointer", b"\xff\xfe")
    assert lmstudio_store.roots() == [user_home / ".lmstudio" / "models", user_home / ".cache/lm-studio/models"]


def test_a_catalog_model_in_the_hub_cache_is_used_there(
    model: CatalogModel, content: bytes, sha256: str, user_home: Path
) -> None:
    folder = user_home / "hf" / "hub" / f"models--{REPO.replace('/', '--')}"
    blob = put(folder / "blobs" / sha256, content)
    link = folder / "snapshots" / COMMIT / NAME
    link.parent.mkdir(parents=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    before = snapshot(folder)
    assert store.ensure("tiny", settings=OFFLINE).path == str(link)
    assert snapshot(folder) == before


def test_a_snapshot_without_links_counts_too(model: CatalogModel, content: bytes, user_home: Path) -> None:
    folder = user_home / "hf" / "hub" / f"models--{REPO.replace('/', '--')}"
    path = put(folder / "snapshots" / ("b" * 40) / NAME, content)
    assert store.ensure("tiny", settings=OFFLINE).path == str(path)


def test_other_files_of_the_hub_cache_are_found_by_branch(content: bytes, user_home: Path) -> None:
    folder = user_home / "hf" / "hub" / "models--o--r"
    put(folder / "refs" / "main", b"c" * 40)
    path = put(folder / "snapshots" / ("c" * 40) / "a.gguf", content)
    assert store.ensure("hf:o/r/a.gguf", settings=OFFLINE).path == str(path)
    assert store.find("hf:o/r/a.gguf@v1") is None


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, Path("/a")),
        ({"HUGGINGFACE_HUB_CACHE": "/c"}, Path("/c")),
        ({"HF_HOME": "/b"}, Path("/b/hub")),
        ({"HF_HOME": "", "XDG_CACHE_HOME": "/d"}, Path("/d/huggingface/hub")),
    ],
)
def test_the_hub_cache_lies_where_the_client_says(
    variables: dict[str, str], expected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert hf_cache.root() == expected


def test_the_list_of_others_leaves_out_what_the_catalog_has(
    model: CatalogModel, content: bytes, sha256: str, user_home: Path
) -> None:
    ollama_model(user_home / ".ollama" / "models", "hf.co/o/r/q4", sha256, content)
    put(user_home / ".lmstudio/models/p/m/other.gguf", content + b"\0")
    put(user_home / ".lmstudio/models/p/m/mmproj-other.gguf", content)
    names = [found.name for found in other_models.everything() if str(user_home) in str(found.path)]
    assert names == ["lmstudio:p/m/other.gguf"]
