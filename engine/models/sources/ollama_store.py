"""Models that Ollama has on this disk, used in place.

`manifests/<host>/<namespace>/<model>/<tag>` is JSON and names layers; the model's layer is the GGUF file
`blobs/sha256-<hex>` (ollama/ollama: manifest/manifest.go, types/model/name.go, envconfig/config.go).
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hearth.engine.files import MANIFEST, read_json
from hearth.engine.models.gguf import looks_like_gguf
from hearth.engine.models.sources import Found, Offer, files, size

STORE = "Ollama"
_HOST, _NAMESPACE, _TAG = "registry.ollama.ai", "library", "latest"
_MODEL_LAYER = "application/vnd.ollama.image.model"


class _Layer(msgspec.Struct):
    mediaType: str = ""
    digest: str = ""
    size: int = 0


class _Manifest(msgspec.Struct):
    layers: list[_Layer] = []


_decoder = msgspec.json.Decoder(_Manifest)


def roots() -> list[Path]:
    """The stores that may exist here, the likeliest first."""
    configured = os.environ.get("OLLAMA_MODELS")
    if configured:
        return [Path(configured).expanduser()]
    own = Path.home() / ".ollama" / "models"
    # The Linux installer runs Ollama as a service of a user of its own.
    return [own, Path("/usr/share/ollama/.ollama/models")] if sys.platform == "linux" else [own]


def find_file(offer: Offer) -> Iterator[Path]:
    """The blob with that digest, by its name; its size is right, its bytes are not checked yet."""
    for root in roots():
        blob = root / "blobs" / f"sha256-{offer.file.sha256}"
        if size(blob) == offer.file.bytes:
            yield blob


def find(name: str) -> Found | None:
    """The model that Ollama knows as `[host/][namespace/]model[:tag]`."""
    parts = _manifest_path(name)
    if parts is None:
        return None
    for root in roots():
        found = _read(root, root.joinpath("manifests", *parts), f"ollama:{name}")
        if found is not None:
            return found
    return None


def everything() -> Iterator[Found]:
    """Every GGUF model in the stores."""
    for root in roots():
        for manifest in files(root / "manifests", "*/*/*/*"):
            found = _read(root, manifest, f"ollama:{_short_name(manifest)}")
            if found is not None:
                yield found


def _read(root: Path, path: Path, name: str) -> Found | None:
    try:
        manifest = read_json(path, MANIFEST, _decoder)
    except OSError:
        return None
    for layer in manifest.layers:
        match = re.fullmatch(r"sha256:([0-9a-f]{64})", layer.digest)
        if layer.mediaType != _MODEL_LAYER or match is None:
            continue
        blob = root / "blobs" / f"sha256-{match[1]}"
        if size(blob) == layer.size and looks_like_gguf(blob):
            return Found(name, blob, layer.size, STORE, match[1])
    return None


def _manifest_path(name: str) -> tuple[str, str, str, str] | None:
    """host, namespace, model and tag of a name, with Ollama's own defaults filled in."""
    rest, colon, tag = name.rpartition(":")
    # A colon left of a slash is a port, not a tag.
    if not colon or "/" in tag:
        rest, tag = name, _TAG
    parts = rest.split("/")
    if not 1 <= len(parts) <= 3 or not all(_plain(part) for part in (*parts, tag)):
        return None
    host, namespace, model = [_HOST, _NAMESPACE][: 3 - len(parts)] + parts
    return host, namespace, model, tag


def _short_name(manifest: Path) -> str:
    host, namespace, model, tag = manifest.parts[-4:]
    if host != _HOST:
        return f"{host}/{namespace}/{model}:{tag}"
    return f"{model}:{tag}" if namespace == _NAMESPACE else f"{namespace}/{model}:{tag}"


def _plain(part: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*", part) is not None
