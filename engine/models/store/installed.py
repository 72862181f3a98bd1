"""A model on this disk, from Hearth's own store or another program's."""

from dataclasses import dataclass
from pathlib import Path

from hearth.engine.models import digest, gguf
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.sources import Found
from hearth.engine.types import ModelRef

OWN = "hearth"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """`path` is the model's first file; `store` says whose it is: `OWN`, another program's, or "file".

    `sha256` is "" if nothing names it (plain files). `context` is the trained window in tokens, 0 if the
    file does not say. `family` is "" if only the vocabulary shows it. `verified`: its digest has been checked.
    """

    id: str
    path: Path
    bytes: int
    store: str
    sha256: str = ""
    family: str = ""
    context: int = 0
    verified: bool = False
    model: CatalogModel | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """All its files; the shards of a catalog model are side by side."""
        if self.model is None or len(self.model.files) == 1:
            return (self.path,)
        return tuple(self.path.with_name(file.name) for file in self.model.files)

    def ref(self) -> ModelRef:
        """How to load it: with the usual window, or with its own where that is smaller."""
        usual = ModelRef("", "").context
        window = min(usual, self.context) if self.context else usual
        knows_end = self.model.knows_end if self.model else None
        return ModelRef(self.id, str(self.path), self.sha256, self.family, window, knows_end=knows_end)


def from_catalog(model: CatalogModel, path: Path, store: str) -> InstalledModel:
    first = model.files[0]
    verified = digest.remembered(path) == first.sha256
    return InstalledModel(
        model.id, path, model.size, store, first.sha256, model.fim, model.context, verified, model
    )


def from_header(found: Found) -> InstalledModel:
    """What the file says about itself. Raises `BrokenModel` when it is no usable GGUF."""
    info = gguf.read(found.path)
    verified = bool(found.sha256) and digest.remembered(found.path) == found.sha256
    return InstalledModel(
        found.name, found.path, found.bytes, found.store, found.sha256, "", info.context, verified
    )
