"""Where a model's bytes come from: one module for each source.

`hub` and `wheels` fetch; `ollama_store`, `lmstudio_store` and `hf_cache` find what other programs have on
this disk already, which is used in place and never written to; `local` is a path that the user names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hearth.engine.models.catalog import Hub, ModelFile, Wheels

# Hears how many bytes of the file are there; raises to stop the download.
Report = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Offer:
    """One file whose bytes are pinned, and the sources that offer it."""

    file: ModelFile
    hub: Hub | None = None
    wheels: Wheels | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A file on this disk, and the name to ask for it by. `sha256` only where its store names it."""

    name: str
    path: Path
    bytes: int
    store: str
    sha256: str = ""


def size(path: Path) -> int:
    """Bytes of the file; 0 when there is none, or none that may be looked at."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def files(folder: Path, pattern: str) -> list[Path]:
    """The files in it that match, sorted; none where it may not be looked at (it may be another user's)."""
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except OSError:
        return []
