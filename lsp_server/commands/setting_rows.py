"""Every setting with its type, default, range and meaning, read from `engine/settings.py` itself."""

import inspect
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from io import StringIO
from typing import Any, get_type_hints

from hearth.engine.settings import Between, Settings
from hearth.lsp_server.settings import may_be_set_by_a_project

_TYPES = {bool: "true or false", int: "whole number", float: "number", str: "text", tuple: "list of texts"}


@dataclass(frozen=True, slots=True)
class SettingRow:
    name: str  # such as `completion.max_lines`
    type: str
    default: object
    range: str  # "" for none
    meaning: str
    by_project: bool  # whether a project's own file may set it


def all_settings() -> list[SettingRow]:
    return list(_rows(Settings, ()))


def value_of(name: str, found: Settings) -> object:
    value: Any = found
    for part in name.split("."):
        value = getattr(value, part)
    return value


def as_toml(value: object) -> str:
    """How the value is written in a `hearth.toml`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _rows(kind: Any, path: tuple[str, ...]) -> Iterator[SettingRow]:
    types = get_type_hints(kind, include_extras=True)
    meanings = _comments(kind)
    defaults = kind()
    for each in fields(kind):
        here, wanted = (*path, each.name), types[each.name]
        if is_dataclass(wanted):
            yield from _rows(wanted, here)
            continue
        limits = next((found for found in getattr(wanted, "__metadata__", ()) if isinstance(found, Between)), None)
        yield SettingRow(
            name=".".join(here),
            type=_TYPES[type(getattr(defaults, each.name))],
            default=getattr(defaults, each.name),
            range=f"{limits.least:,} to {limits.most:,}" if limits else "",
            meaning=meanings.get(each.name, ""),
            by_project=may_be_set_by_a_project(here),
        )


def _comments(kind: type) -> dict[str, str]:
    """What is written behind each field, or above it."""
    found: dict[str, str] = {}
    above: list[str] = []
    code: list[str] = []
    for token in tokenize.generate_tokens(StringIO(inspect.getsource(kind)).readline):
        if token.type == tokenize.COMMENT:
            words = token.string.lstrip("# ")
            if code:
                above = [words]
            else:
                above.append(words)
        elif token.type == tokenize.NEWLINE:
            if len(code) > 1 and code[1] == ":":
                found[code[0]] = " ".join(above)
            above, code = [], []
        elif token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
            code.append(token.string)
    return {name: words[:1].upper() + words[1:] for name, words in found.items()}
