"""What the user wrote (raw) -> `engine.settings.Settings` and a list of problems to tell.

Layers, later ones win: the user's `hearth.toml`, the workspace's `hearth.toml`, the editor. A workspace file
comes with a project that may be anybody's: it cannot choose programs, models, servers or what is downloaded.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from engine.settings import Settings
from engine.typed import known

Raw = Mapping[str, Any]
known(Settings)

_WORKSPACE_MAY_SET = {
    "completion": {"enabled", "languages_off", "max_lines", "max_lines_by_hand", "max_tokens", "min_confidence"},
    "context": {"enabled", "tokens", "off"},
}


@dataclass(frozen=True, slots=True)
class Layer:
    """Raw settings and where they come from, for the messages."""

    source: str
    values: Raw
    trusted: bool = True


def resolve(layers: list[Layer]) -> tuple[Settings, list[str]]:
    """Never fails: a wrong value leaves the default (or an earlier layer's value) and gives one problem."""
    problems: list[str] = []
    merged: dict[str, Any] = {}
    for layer in layers:
        _merge(merged, Settings, layer, layer.values, (), problems)
    return msgspec.convert(merged, Settings), problems


def read_toml(path: Path, trusted: bool) -> tuple[Layer | None, list[str]]:
    """The layer of a `hearth.toml`; (None, []) when there is no such file."""
    try:
        return Layer(str(path), tomllib.loads(path.read_text("utf-8")), trusted), []
    except (FileNotFoundError, NotADirectoryError):
        return None, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return None, [f"{path} cannot be read and is ignored: {error}"]


def _merge(
    target: dict[str, Any], kind: Any, layer: Layer, values: Any, path: tuple[str, ...], problems: list[str]
) -> None:
    if not isinstance(values, Mapping):
        problems.append(f"{layer.source}: {_name(path)} must be a table of settings, not {values!r}")
        return
    known = {field.name: field for field in fields(kind)}
    for key, value in values.items():
        here = (*path, str(key))
        if key not in known:
            problems.append(f"{layer.source}: there is no setting {_name(here)}{_meant(str(key), known)}")
        elif value is None:
            continue  # editors send null for what was not set
        elif is_dataclass(field_type := get_type_hints(kind)[str(key)]):
            _merge(target.setdefault(str(key), {}), field_type, layer, value, here, problems)
        elif not layer.trusted and not _workspace_may_set(here):
            problems.append(f"{layer.source}: {_name(here)} is ignored there; a project's own file may not set it")
        else:
            try:
                msgspec.convert(value, field_type)
                target[str(key)] = value
            except msgspec.ValidationError as error:
                default = getattr(kind(), str(key))
                problems.append(f"{layer.source}: {_name(here)} = {value!r} is wrong ({error}); using {default!r}")


def _workspace_may_set(path: tuple[str, ...]) -> bool:
    return len(path) == 2 and path[1] in _WORKSPACE_MAY_SET.get(path[0], set())


def _name(path: tuple[str, ...]) -> str:
    return ".".join(("hearth", *path))


def _meant(key: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    return f" (did you mean {close[0]}?)" if close else ""
