"""Files that the Hugging Face client has in its cache, used in place.

`<cache>/models--<owner>--<name>/{blobs/<etag>,refs/<branch>,snapshots/<commit>/<file>}`; the etag of a big
file is its SHA-256, and a snapshot's file is a link to the blob (a plain file where the system has no links).
"""

import os
from collections.abc import Iterator
from pathlib import Path

from hearth.engine.files import MANIFEST, read_text
from hearth.engine.models.sources import Found, Offer, files, size

STORE = "hub cache"


def root() -> Path:
    """As huggingface_hub finds it, without importing that."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(variable):
            return Path(os.path.expandvars(os.environ[variable])).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(os.path.expandvars(home)).expanduser() / "hub"
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "huggingface" / "hub"


def find_file(offer: Offer) -> Iterator[Path]:
    """Files of that repository, name and size; their bytes are not checked yet."""
    if offer.hub is None:
        return
    folder = _folder(offer.hub.repo)
    candidates = [folder / "snapshots" / offer.hub.revision / offer.file.name]
    candidates += files(folder, f"snapshots/*/{offer.file.name}")
    candidates.append(folder / "blobs" / offer.file.sha256)
    for path in dict.fromkeys(candidates):
        if size(path) == offer.file.bytes:
            yield path


def find(repo: str, file: str, revision: str) -> Found | None:
    """That file at a commit or branch, as the cache has it."""
    folder = _folder(repo)
    path = folder / "snapshots" / _commit(folder, revision) / file
    return Found(f"hf:{repo}/{file}", path, size(path), STORE) if size(path) else None


def _folder(repo: str) -> Path:
    return root() / f"models--{repo.replace('/', '--')}"


def _commit(folder: Path, revision: str) -> str:
    try:
        return read_text(folder / "refs" / revision, MANIFEST).strip()
    except OSError:
        return revision
