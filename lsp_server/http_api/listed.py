"""The models as the two APIs list them: those of the settings."""

from dataclasses import dataclass
from pathlib import PurePath

from hearth.engine.models import catalog
from hearth.engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Listed:
    """A model. What is not known of it is "" or 0; `bytes` are those of its files, `params` are in billions."""

    name: str
    bytes: int = 0
    sha256: str = ""
    params: float = 0.0
    family: str = ""
    context: int = 0


def models(settings: Settings) -> list[Listed]:
    """The model of completions first."""
    names = dict.fromkeys((settings.completion.model, settings.chat.model))
    return [_listed(name) for name in names]


def completion_name(settings: Settings) -> str:
    return _shown(settings.completion.model)


def chat_name(settings: Settings) -> str:
    return _shown(settings.chat.model)


def _listed(name: str) -> Listed:
    row = catalog.models().get(name.lower())
    if row is None:
        return Listed(_shown(name))
    return Listed(row.id, row.size, row.files[0].sha256, row.params, row.fim, row.context)


def _shown(name: str) -> str:
    """The file's name of one that is a path: where it lies is nobody's business."""
    return PurePath(name.replace("\\", "/")).stem if name.lower().endswith(".gguf") else name
