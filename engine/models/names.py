"""The names that a model can have, in settings and on the command line.

An id of the catalog; the path of a .gguf file; `hf:owner/repo/file.gguf[@revision]`; `ollama:name[:tag]`;
`lmstudio:publisher/model/file.gguf`. And `deepseek-r1:7b`, as articles about Ollama write it.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hearth.engine import paths
from hearth.engine.errors import UnknownModel
from hearth.engine.models import catalog
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.sources import local, ollama_store

_UNPINNED = "main"
# Names of articles that are no rows, and what they stand for. The revision of the smallest R1 is named nowhere.
_TOLD_APART = {
    "deepseek-r1:671b": "It is DeepSeek-R1 itself: 671 billion parameters in about 404 GB, for servers with "
    "several GPUs. Those called deepseek-r1:1.5b to deepseek-r1:70b are smaller models that were taught by it.",
    "deepseek-r1:1.5b": "The hub has it: `hearth models pull hf:bartowski/DeepSeek-R1-Distill-Qwen-1.5B-GGUF/"
    "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf`.",
}
_LONGEST, _LONGEST_PART, _MOST_TOLD = 4000, 240, 80  # characters, bytes, characters
# The lone surrogates that are left out stand for bytes of a file's name.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udc7f\udd00-\udfff]")


@dataclass(frozen=True, slots=True)
class HubName:
    """A file on the hub that is no row of the catalog."""

    repo: str
    file: str
    revision: str

    @property
    def text(self) -> str:
        return f"hf:{self.repo}/{self.file}" + ("" if self.revision == _UNPINNED else f"@{self.revision}")

    @property
    def target(self) -> Path:
        """Where Hearth keeps it."""
        return hub_folder() / self.repo.replace("/", "--") / self.revision / self.file


@dataclass(frozen=True, slots=True)
class OllamaName:
    text: str


@dataclass(frozen=True, slots=True)
class LmStudioName:
    text: str


@dataclass(frozen=True, slots=True)
class PathName:
    text: str


Name = CatalogModel | HubName | OllamaName | LmStudioName | PathName


def parse(name: str) -> Name:
    """What the name means. A file on the hub that the catalog has is the catalog's model.

    Raises `UnknownModel` when nothing can have that name.
    """
    if not _is_possible(name):
        raise UnknownModel(f"{shortened(name)!r} cannot be the name of a model or file.")
    kind, colon, rest = name.partition(":")
    if colon and kind == "hf":
        return _hub_name(name, rest)
    if colon and kind == "ollama" and rest:
        return OllamaName(rest)
    if colon and kind == "lmstudio" and rest:
        return LmStudioName(rest)
    if local.is_path(name):
        local.expanded(name)
        return PathName(name)
    if name.lower() in catalog.models():
        return catalog.by_id(name)
    return _as_ollama_calls_it(name)


def shortened(name: str) -> str:
    """The name for a message, in which nobody wants to read thousands of characters."""
    return name if len(name) <= _MOST_TOLD else f"{name[:_MOST_TOLD]}…"


def _is_possible(name: str) -> bool:
    """Whether a file may be called so: systems refuse longer parts, and control characters are a mistake."""
    if len(name) > _LONGEST or _CONTROL.search(name):
        return False
    return all(len(os.fsencode(part)) <= _LONGEST_PART for part in re.split(r"[/\\:@]", name))


def hub_folder() -> Path:
    """Where Hearth keeps files of the hub that are no rows of the catalog."""
    return paths.models_dir() / "hf"


def of_file(path: Path) -> HubName:
    """The name of a file in `hub_folder()`."""
    owner_repo, revision, *file = path.relative_to(hub_folder()).parts
    return HubName(owner_repo.replace("--", "/", 1), "/".join(file), revision)


def _as_ollama_calls_it(name: str) -> CatalogModel | OllamaName:
    """What Ollama has on this disk under that name, else the row of the catalog for it."""
    if ollama_store.find(name) is not None:
        return OllamaName(name)
    row = catalog.by_ollama_name(name)
    if row is not None:
        return row
    try:
        return catalog.by_id(name)
    except UnknownModel as error:
        if ":" not in name:
            raise
        about = _TOLD_APART.get(name.lower())
        why = f"There is no model named {name!r} in the catalog. {about}" if about else str(error)
        said = f"{why} If it is one of Ollama's, `hearth models pull ollama:{name}` asks Ollama to pull it."
        raise UnknownModel(said) from None


def _hub_name(name: str, rest: str) -> CatalogModel | HubName:
    part = r"[A-Za-z0-9][A-Za-z0-9._-]*"
    match = re.fullmatch(rf"({part}/{part})/((?:{part}/)*{part}\.gguf)(?:@({part}))?", rest)
    if match is None:
        raise UnknownModel(
            f"{name!r} is not of the form hf:owner/repo/file.gguf or hf:owner/repo/file.gguf@revision."
        )
    repo, file, revision = match.groups()
    for model in catalog.models().values():
        pinned = model.hub and model.hub.repo == repo and revision in (None, model.hub.revision)
        if pinned and file in (shard.name for shard in model.files):
            return model
    return HubName(repo, file, revision or _UNPINNED)
