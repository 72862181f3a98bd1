"""The models on this disk: find one by any of its names (see `names`), and make it ready to load."""

from pathlib import Path

from hearth.engine.errors import ModelError, ModelMissing
from hearth.engine.models import digest, names
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.download import Cancelled, OnProgress
from hearth.engine.models.names import HubName
from hearth.engine.models.store import catalog_models, other_models
from hearth.engine.models.store.installed import InstalledModel
from hearth.engine.settings import DownloadSettings
from hearth.engine.types import ModelRef

_DEFAULTS = DownloadSettings()


def find(name: str) -> InstalledModel | None:
    """The model of that name, if it is on this disk; checks names, sizes and headers only, never the network.

    Raises `UnknownModel` when nothing can have that name, `BrokenModel` when the file is no usable GGUF.
    """
    wanted = names.parse(name)
    return catalog_models.find(wanted) if isinstance(wanted, CatalogModel) else other_models.find(wanted)


def ensure(
    name: str,
    on_progress: OnProgress = lambda progress: None,
    cancelled: Cancelled = lambda: False,
    settings: DownloadSettings = _DEFAULTS,
) -> ModelRef:
    """The model of that name, checked and ready to load; downloaded if need be. Blocks: call it in a thread.

    Raises `UnknownModel`, `ModelMissing`, `DownloadFailed` (`cancelled` too), `DigestMismatch`, `DiskFull` or
    `BrokenModel`.
    """
    wanted = names.parse(name)
    if isinstance(wanted, CatalogModel):
        return catalog_models.ensure(wanted, on_progress, cancelled, settings).ref()
    return other_models.ensure(wanted, on_progress, cancelled, settings).ref()


def verify(
    name: str, on_progress: OnProgress = lambda progress: None, cancelled: Cancelled = lambda: False
) -> InstalledModel:
    """Read the whole model again and compare it with its digest, whatever is remembered of it.

    A plain file has no digest: only its header is checked. Raises like `ensure`.
    """
    wanted = names.parse(name)
    installed = find(name)
    if installed is None:
        raise ModelMissing(other_models.missing(wanted))
    for path in installed.files:
        digest.forget(path)
    if isinstance(wanted, CatalogModel):
        catalog_models.verify(installed, wanted, on_progress, cancelled)
    else:
        other_models.verify(installed, on_progress, cancelled)
    return find(name) or installed


def remove(name: str) -> list[Path]:
    """Delete Hearth's own files of that model, half and rejected ones too, and return them.

    Raises `ModelMissing` when there are none: what belongs to other programs is never touched.
    """
    files = _own_files(name)
    if not files:
        elsewhere = find(name)
        where = f" It is in {elsewhere.path}, which is not Hearth's own." if elsewhere else ""
        raise ModelMissing(f"Hearth keeps no files of {name}.{where}")
    for path in files:
        digest.forget(path)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ModelError(f"{path} cannot be removed: {error.strerror or error}. Is it in use?") from error
    return files


def _own_files(name: str) -> list[Path]:
    wanted = names.parse(name)
    if isinstance(wanted, CatalogModel):
        stems = [catalog_models.folder(wanted) / file.name for file in wanted.files]
    elif isinstance(wanted, HubName):
        stems = [wanted.target]
    else:
        return []
    # Lock files stay: deleting one while somebody waits for it would let two in.
    found = [path for stem in stems for path in stem.parent.glob(f"{stem.name}*") if path.suffix != ".lock"]
    return sorted(path for path in found if path.is_file())
