"""Folders of other programs as their documentation describes them, with a model that is linked, not copied."""

import hashlib
import json
from pathlib import Path


def put_into_ollama(user: Path, name: str, model: Path) -> Path:
    """`name` is `model:tag` of Ollama's library; the blob's path."""
    digest = _sha256(model)
    store = user / ".ollama" / "models"
    layers = [
        {"mediaType": f"application/vnd.ollama.image.{kind}", "digest": f"sha256:{each}", "size": size}
        for kind, each, size in (
            ("model", digest, model.stat().st_size),
            ("template", "1" * 64, 3),
            ("license", "2" * 64, 3),
        )
    ]
    manifest = store / "manifests/registry.ollama.ai/library" / Path(*name.split(":"))
    manifest.parent.mkdir(parents=True)
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest.write_text(json.dumps({"schemaVersion": 2, "mediaType": kind, "config": {}, "layers": layers}))
    return _link(store / "blobs" / f"sha256-{digest}", model)


def put_into_lm_studio(user: Path, name: str, model: Path) -> Path:
    """`name` is `publisher/model/file.gguf`; the file's path."""
    return _link(user / ".lmstudio" / "models" / name, model)


def _link(path: Path, model: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(model.resolve())
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
