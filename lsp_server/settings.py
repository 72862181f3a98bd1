"""What the user wrote (raw) -> `hearth.engine.settings.Settings` and a list of problems to tell.

Layers, later ones win: the user's `hearth.toml`, the workspace's `hearth.toml`, the editor. A workspace file
comes with a project that may be anybody's: it cannot choose programs, models, servers or what is downloaded, and
however much is wrong with it, it is told in a few lines.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from hearth.engine import aside, files
from hearth.engine.characters import one_line, quoted
from hearth.engine.msgspec_types import register
from hearth.engine.settings import Between, Settings

Raw = Mapping[str, Any]
register(Settings)

_MOST_PROBLEMS = 5  # of one layer that are named, if there is room for them; the others are counted
_ROOM = 700  # characters
_QUOTED = 80  # characters of a key or a value
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
MAX_LINE = 4_096  # characters of a hearth.toml: the parser takes seconds for a key of many thousand parts
_MAX_TEXT = 65_536  # characters of one value
_MAX_ITEMS = 1_000  # of a list
_BACKSLASHES = r". In double quotes a backslash has a meaning; write paths in single quotes: 'C:\models\x.gguf'"
READ_SECONDS = 0.5  # an editor waits for `initialize`, and a disk may be a network's

_WORKSPACE_MAY_SET = {
    "completion": {
        "enabled",
        "automatic",
        "languages_off",
        "off_in",
        "max_lines",
        "max_lines_by_hand",
        "max_tokens",
        "min_confidence",
    },
    "next_edit": {"enabled", "model", "languages_off"},
    "context": {"enabled", "tokens", "off"},
}


@dataclass(frozen=True, slots=True)
class Layer:
    """Raw settings and where they come from, for the messages."""

    source: str
    values: Raw
    trusted: bool = True


@dataclass
class _Problems:
    """What is wrong with one layer. Somebody else may have written it, and as much of it as they like."""

    named: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, say: Callable[..., str], *about: object) -> None:
        """One more; it is put into words by `say(*about)` if it is named."""
        self.count += 1
        if self.count <= _MOST_PROBLEMS:
            self.named.append(say(*about))

    def __str__(self) -> str:
        named = [
            each for each, room in zip(self.named, accumulate(map(len, self.named)), strict=True) if room < _ROOM
        ]
        more = self.count - len(named)
        return "; ".join([*named, *([f"and {more:,} more problem{'s' if more > 1 else ''}"] if more else [])])


def resolve(layers: list[Layer]) -> tuple[Settings, list[str]]:
    """Never fails: a wrong value leaves the default (or an earlier layer's value). One message for each layer."""
    messages: list[str] = []
    merged: dict[str, Any] = {}
    for layer in layers:
        problems = _Problems()
        _merge(merged, Settings, layer, layer.values, (), problems)
        if problems.count:
            messages.append(f"{layer.source}: {problems}")
    return msgspec.convert(merged, Settings), messages


def read_toml(path: Path, trusted: bool, seconds: float = READ_SECONDS) -> tuple[Layer | None, list[str]]:
    """The layer of a `hearth.toml`; (None, []) when there is no such file. The disk has so many seconds."""
    try:
        text = aside.wait(seconds, lambda: files.read_text(path, files.SETTINGS))
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > MAX_LINE:
                raise ValueError(f"line {number} has more than {MAX_LINE:,} characters")
        return Layer(str(path), tomllib.loads(text), trusted), []
    except (FileNotFoundError, NotADirectoryError):
        return None, []
    except OSError as error:
        why = error.strerror or str(error)
    except RecursionError:
        why = "its brackets are nested too deeply"
    except tomllib.TOMLDecodeError as error:
        why = str(error) + (_BACKSLASHES if "\\" in text else "")
    except (ValueError, MemoryError) as error:
        why = str(error) or "there is not enough memory"
    return None, [f"{path} cannot be read and is ignored: {one_line(why)}"]


def _merge(
    target: dict[str, Any], kind: Any, layer: Layer, values: Any, path: tuple[str, ...], problems: _Problems
) -> None:
    if not isinstance(values, Mapping):
        problems.add(_no_table, path, values)
        return
    known = {field.name for field in fields(kind)}
    types = get_type_hints(kind, include_extras=True)
    for key, value in values.items():
        here = (*path, str(key))
        if key not in known:
            problems.add(_unknown, here, known)
        elif value is None:
            continue  # editors send null for what was not set
        elif is_dataclass(field_type := types[key]):
            _merge(target.setdefault(key, {}), field_type, layer, value, here, problems)
        elif not layer.trusted and not may_be_set_by_a_project(here):
            problems.add(_forbidden, here)
        elif wrong := _unfit(value, field_type):
            problems.add(_wrong, here, value, wrong, getattr(kind(), key))
        else:
            target[key] = value


def _unfit(value: Any, kind: Any) -> str:
    """Why the value is none of that type and range; "" when it is one."""
    try:
        found = msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError, ValueError, OverflowError) as error:
        return str(error)
    limits = next((each for each in getattr(kind, "__metadata__", ()) if isinstance(each, Between)), None)
    # Said this way round, what is not a number at all (NaN) is outside of every range.
    if limits is not None and not limits.least <= found <= limits.most:
        return f"it must be from {limits.least:,} to {limits.most:,}"
    if isinstance(found, tuple) and len(found) > _MAX_ITEMS:
        return f"at most {_MAX_ITEMS:,} of them can be"
    texts = found if isinstance(found, tuple) else (found,)
    if any(isinstance(text, str) and len(text) > _MAX_TEXT for text in texts):
        return f"a text may have {_MAX_TEXT:,} characters"
    return ""


def may_be_set_by_a_project(path: tuple[str, ...]) -> bool:
    """Whether the `hearth.toml` of a project may hold the setting of that path."""
    return len(path) == 2 and path[1] in _WORKSPACE_MAY_SET.get(path[0], set())


def _no_table(path: tuple[str, ...], value: object) -> str:
    return f"{_name(path)} must be a table of settings, not {quoted(value, _QUOTED)}"


def _unknown(path: tuple[str, ...], known: Iterable[str]) -> str:
    close = difflib.get_close_matches(path[-1], sorted(known), 1) if _PLAIN_KEY.fullmatch(path[-1]) else ()
    return f"there is no setting {_name(path)}" + (f" (did you mean {close[0]}?)" if close else "")


def _forbidden(path: tuple[str, ...]) -> str:
    return f"{_name(path)} is ignored there; a project's own file may not set it"


def _wrong(path: tuple[str, ...], value: object, why: str, default: object) -> str:
    return f"{_name(path)} = {quoted(value, _QUOTED)} is wrong ({one_line(why)}); using {default!r}"


def _name(path: tuple[str, ...]) -> str:
    return ".".join(("hearth", *(each if _PLAIN_KEY.fullmatch(each) else quoted(each, _QUOTED) for each in path)))
