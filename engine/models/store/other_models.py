"""Models that are not in the catalog: plain files, Ollama's and LM Studio's, other files of the hub."""

from collections.abc import Iterator
from typing import assert_never

from hearth.engine.errors import DownloadFailed, ModelMissing
from hearth.engine.models import catalog, digest, gguf, names, usable
from hearth.engine.models.catalog import CatalogModel, ModelFile
from hearth.engine.models.download import Cancelled, OnProgress, Progress, check, download
from hearth.engine.models.names import HubName, LmStudioName, OllamaName, PathName
from hearth.engine.models.sources import Found, Offer, hf_cache, hub, lmstudio_store, local, ollama_store
from hearth.engine.models.store.installed import OWN, InstalledModel, from_header
from hearth.engine.settings import DownloadSettings

Name = HubName | OllamaName | LmStudioName | PathName


def find(name: Name) -> InstalledModel | None:
    """Raises `BrokenModel` when there is a file but no usable GGUF."""
    found = _find(name)
    return from_header(found) if found else None


def ensure(
    name: Name, on_progress: OnProgress, cancelled: Cancelled, settings: DownloadSettings
) -> InstalledModel:
    """Make the file available, checked if its store names a digest. Only files of the hub can be downloaded."""
    found = _find(name)
    if found is None and isinstance(name, HubName):
        found = _download(name, on_progress, cancelled, settings)
    if found is None:
        raise ModelMissing(missing(name))
    usable.check(found.path, gguf.read(found.path))
    verify(found, on_progress, cancelled)
    return from_header(found)


def verify(found: Found | InstalledModel, on_progress: OnProgress, cancelled: Cancelled) -> None:
    """Compare the file with the digest that its store names, if any. Raises `DigestMismatch`."""
    if found.sha256:
        offer = Offer(ModelFile(found.path.name, found.bytes, found.sha256))
        check(found.path, offer, on_progress, cancelled, aside=found.path if found.store == OWN else None)


def everything() -> Iterator[Found]:
    """The models on this disk that are not in the catalog: Hearth's own files, then Ollama's and LM Studio's."""
    for path in sorted(names.hub_folder().glob("*/*/**/*.gguf")):
        yield Found(names.of_file(path).text, path, path.stat().st_size, OWN, digest.remembered(path))
    listed = {file.sha256 for model in catalog.models().values() for file in model.files}
    for found in (*ollama_store.everything(), *lmstudio_store.everything()):
        if (found.sha256 or digest.remembered(found.path)) not in listed:
            yield found


def missing(name: Name | CatalogModel) -> str:
    """Tells the user why the model is missing."""
    match name:
        case CatalogModel():
            return f"{name.id} is not on this disk; `hearth models pull {name.id}` downloads it."
        case HubName():
            return f"{name.text} is not on this disk; `hearth models pull {name.text}` downloads it."
        case OllamaName():
            roots = " or ".join(str(root) for root in ollama_store.roots())
            return (
                f"Ollama has no model {name.text} in {roots}; "
                f"`hearth models pull ollama:{name.text}` asks Ollama to pull it."
            )
        case LmStudioName():
            return f"LM Studio has no file {name.text}; the form is publisher/model/file.gguf."
        case PathName():
            return f"There is no file {name.text}."
        case _:
            assert_never(name)


def _find(name: Name) -> Found | None:
    match name:
        case HubName():
            path = name.target
            if path.is_file():
                return Found(name.text, path, path.stat().st_size, OWN, digest.remembered(path))
            return hf_cache.find(name.repo, name.file, name.revision)
        case OllamaName():
            return ollama_store.find(name.text)
        case LmStudioName():
            return lmstudio_store.find(name.text)
        case PathName():
            return local.find(name.text)
        case _:
            assert_never(name)


def _download(name: HubName, on_progress: OnProgress, cancelled: Cancelled, settings: DownloadSettings) -> Found:
    if not settings.allowed:
        raise ModelMissing(f"{name.text} is not on this disk, and downloads are switched off in the settings.")

    def asking(done: int) -> None:
        if cancelled():
            raise DownloadFailed(f"The download of {name.text} was cancelled.")
        on_progress(Progress("waiting", name.target.name, done, 0, "hub"))

    offer = hub.describe(name.repo, name.file, name.revision, asking)
    download(offer, name.target, on_progress, cancelled, settings)
    return Found(name.text, name.target, offer.file.bytes, OWN, offer.file.sha256)
