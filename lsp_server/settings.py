"""What the user wrote (raw) -> `engine.settings.Settings` and a list of problems to tell.

Layers, later ones win: the user's `hearth.toml`, the workspace's `hearth.toml`, the editor. A workspace file
comes with a project that may be anybody's: it cannot choose programs, models, servers or what is downloaded, and
however much is wrong with it, it is told in a few lines.
"""

import difflib
import reprlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from engine import aside, files
from engine.settings import Between, Settings
from engine.typed import known

Raw = Mapping[str, Any]
known(Settings)

MAX_PROBLEMS = 5  # of one layer; the others are counted
MAX_LINE = 4_096  # characters of a hearth.toml: the parser takes seconds for a key of many thousand parts
_MAX_TEXT = 65_536  # characters of one value
_MAX_ITEMS = 1_000  # of a list
READ_SECONDS = 0.5  # an editor waits for `initialize`, and a disk may be a network's

_WORKSPACE_MAY_SET = {
    "completion": {"enabled", "languages_off", "max_lines", "max_lines_by_hand", "max_tokens", "min_confidence"},
    "context": {"enabled", "tokens", "off"},
}
_quote = reprlib.Repr()
_quote.maxstring = _quote.maxother = 80
_quote.maxlevel = 2


@dataclass(frozen=True, slots=True)
class Layer:
    """Raw settings and where they come from, for the messages."""

    source: str
    values: Raw
    trusted: bool = True


@dataclass(slots=True)
class _Problems:
    """What is wrong with one layer: the first sentences, and how many more there would be."""

    source: str
    said: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def are_told(self) -> bool:
        return self.count < MAX_PROBLEMS

    def add(self, sentence: str) -> None:
        if self.are_told:
            self.said.append(f"{self.source}: {sentence}")
        self.count += 1

    def told(self) -> list[str]:
        more = self.count - len(self.said)
        return [*self.said, f"{self.source}: and {more:,} more of the kind"] if more else self.said


def resolve(layers: list[Layer]) -> tuple[Settings, list[str]]:
    """Never fails: a wrong value leaves the default (or an earlier layer's value) and gives one problem."""
    told: list[str] = []
    merged: dict[str, Any] = {}
    for layer in layers:
        problems = _Problems(layer.source)
        _merge(merged, Settings, layer, layer.values, (), problems)
        told += problems.told()
    return msgspec.convert(merged, Settings), told


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
    except (ValueError, MemoryError) as error:
        why = str(error) or "there is not enough memory"
    return None, [f"{path} cannot be read and is ignored: {why}"]


def _merge(
    target: dict[str, Any], kind: Any, layer: Layer, values: Any, path: tuple[str, ...], problems: _Problems
) -> None:
    if not isinstance(values, Mapping):
        problems.add(f"{_name(path)} must be a table of settings, not {_shown(values)}")
        return
    known = {field.name for field in fields(kind)}
    types = get_type_hints(kind, include_extras=True)
    for key, value in values.items():
        here = (*path, str(key))
        if key not in known:
            # To look for what was meant takes time, and there may be 100,000.
            meant = _meant(here[-1], known) if problems.are_told else ""
            problems.add(f"there is no setting {_name(here)}{meant}")
        elif value is None:
            continue  # editors send null for what was not set
        elif is_dataclass(field_type := types[key]):
            _merge(target.setdefault(key, {}), field_type, layer, value, here, problems)
        elif not layer.trusted and not _workspace_may_set(here):
            problems.add(f"{_name(here)} is ignored there; a project's own file may not set it")
        elif wrong := _wrong(value, field_type):
            default = getattr(kind(), key)
            problems.add(f"{_name(here)} = {_shown(value)} is wrong ({wrong}); using {default!r}")
        else:
            target[key] = value


def _wrong(value: Any, kind: Any) -> str:
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


def _workspace_may_set(path: tuple[str, ...]) -> bool:
    return len(path) == 2 and path[1] in _WORKSPACE_MAY_SET.get(path[0], set())


def _name(path: tuple[str, ...]) -> str:
    return ".".join(("hearth", *(part[:80] for part in path)))


def _shown(value: Any) -> str:
    """The value, shortened; never an error, whatever it is."""
    try:
        return _quote.repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits
        return f"a {type(value).__name__}"


def _meant(key: str, known: set[str]) -> str:
    close = difflib.get_close_matches(key[:80], sorted(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""
