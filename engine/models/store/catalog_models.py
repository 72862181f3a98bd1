"""Models of the catalog on this disk: Hearth's own copy first, else one that another program has."""

from collections.abc import Callable, Iterator
from pathlib import Path

from hearth.engine import paths
from hearth.engine.errors import DigestMismatch
from hearth.engine.models import digest
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.download import Cancelled, OnProgress, check, download
from hearth.engine.models.sources import Offer, hf_cache, lmstudio_store, ollama_store
from hearth.engine.models.store.installed import OWN, InstalledModel, from_catalog
from hearth.engine.settings import DownloadSettings

# Programs whose files are used in place: what may be the pinned file there, by name and size.
STORES: tuple[tuple[str, Callable[[Offer], Iterator[Path]]], ...] = (
    (ollama_store.STORE, ollama_store.find_file),
    (lmstudio_store.STORE, lmstudio_store.find_file),
    (hf_cache.STORE, hf_cache.find_file),
)


def find(model: CatalogModel) -> InstalledModel | None:
    files = _files(model)
    if all(target.is_file() and target.stat().st_size == offer.file.bytes for offer, target in files):
        return from_catalog(model, files[0][1], OWN)
    return next(_candidates(model), None)


def ensure(
    model: CatalogModel, on_progress: OnProgress, cancelled: Cancelled, settings: DownloadSettings
) -> InstalledModel:
    """Have all files, checked; raises like `download`."""
    files = _files(model)
    if not any(target.exists() for _, target in files):
        for candidate in _candidates(model):
            try:
                verify(candidate, model, on_progress, cancelled)
            except DigestMismatch:
                continue  # another file of that name and size: not ours to complain about
            return candidate
    for offer, target in files:
        if target.exists():
            check(target, offer, on_progress, cancelled, aside=target)
        else:
            is_first = target == files[0][1]
            download(offer, target, on_progress, cancelled, settings, is_model=is_first)
    return from_catalog(model, files[0][1], OWN)


def verify(installed: InstalledModel, model: CatalogModel, on_progress: OnProgress, cancelled: Cancelled) -> None:
    """Hold every file against its digest; a wrong one of Hearth's own is put aside. Raises `DigestMismatch`."""
    own = installed.store == OWN
    for (offer, _), path in zip(_files(model), installed.files, strict=True):
        check(path, offer, on_progress, cancelled, aside=path if own else None)


def folder(model: CatalogModel) -> Path:
    """Where Hearth keeps its own copy."""
    return paths.models_dir() / model.id


def _files(model: CatalogModel) -> list[tuple[Offer, Path]]:
    return [(Offer(file, model.hub, model.wheels), folder(model) / file.name) for file in model.files]


def _candidates(model: CatalogModel) -> Iterator[InstalledModel]:
    """Copies in other programs' stores, except those that proved to be another file."""
    if len(model.files) != 1:
        return  # shards must be side by side under their own names
    offer = _files(model)[0][0]
    for store, find_file in STORES:
        for path in find_file(offer):
            if digest.remembered(path) in ("", offer.file.sha256):
                yield from_catalog(model, path, store)
