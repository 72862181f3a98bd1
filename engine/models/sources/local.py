"""A model file that the user names by its path."""

from pathlib import Path

from hearth.engine.errors import UnknownModel
from hearth.engine.models.sources import Found, size

STORE = "file"


def is_path(name: str) -> bool:
    """Whether a model's name is meant as a path: it ends in .gguf or begins like one."""
    return (
        name.lower().endswith(".gguf") or name.startswith(("/", "~", "./", "../", ".\\", "..\\")) or _drive(name)
    )


def expanded(name: str) -> Path:
    """The path that is meant. Raises `UnknownModel` for the home of an unknown user."""
    try:
        return Path(name).expanduser().absolute()
    except RuntimeError:
        raise UnknownModel(f"{name}: no user of that name has a home folder on this machine.") from None


def find(name: str) -> Found | None:
    path = expanded(name)
    return Found(str(path), path, size(path), STORE) if size(path) else None


def _drive(name: str) -> bool:
    return name[1:3] in (":\\", ":/") and name[0].isalpha()
