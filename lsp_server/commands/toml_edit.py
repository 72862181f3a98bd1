"""Setting values in a TOML file that a person wrote: everything else stays as it is, comments too."""

import tomllib
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

import tomlkit
from tomlkit.exceptions import TOMLKitError

from hearth.engine.errors import SettingsError
from hearth.engine.files import SETTINGS, read_bytes, write_atomically

_MARK = "\ufeff"  # which some editors on Windows put in front


class Change(NamedTuple):
    table: str
    key: str
    value: str | int | float | bool | list[str]


def set_value(path: Path, table: str, key: str, value: str) -> None:
    """The same for one string."""
    set_values(path, [Change(table, key, value)])


def set_values(path: Path, changes: list[Change]) -> None:
    """Make each `key` of its `[table]` that value, all or none; what is not there yet is made, the file too.

    Raises `SettingsError` where the file is unreadable or written in a way that cannot be edited safely.
    """
    try:
        text = read_bytes(path, SETTINGS).decode("utf-8") if path.exists() else ""
        mark, text = _MARK if text.startswith(_MARK) else "", text.removeprefix(_MARK)
        before = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read, so it was not changed: {error}") from error
    edited = _edited(text, changes)
    # The parser has the last word on whether the edit did what was meant and nothing else.
    if edited is None or not _differs_only_there(before, edited, changes):
        lines = ", ".join(
            f"{each.key} = {tomlkit.item(each.value).as_string()} in [{each.table}]" for each in changes
        )
        raise SettingsError(
            f"{path} is written in a way that cannot be edited safely. Please write there yourself: {lines}."
        )
    try:
        # A link to a file in somebody's dotfiles stays a link.
        write_atomically(path.resolve(), (mark + edited).encode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror or error}") from error


def _edited(text: str, changes: list[Change]) -> str | None:
    """None where one of the tables is no table."""
    has_crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
    if text and not text.endswith("\n"):
        text += "\r\n" if has_crlf else "\n"
    try:
        document = tomlkit.parse(text)
        for table, key, value in changes:
            if table not in document:
                if document.as_string():
                    document.add(tomlkit.nl())
                document.add(table, tomlkit.table())
            section: Any = document[table]
            if not isinstance(section, MutableMapping):
                return None
            section[key] = value
        edited = tomlkit.dumps(document)
    except (TOMLKitError, ValueError, RecursionError):
        return None
    return edited.replace("\r\n", "\n").replace("\n", "\r\n") if has_crlf else edited


def _differs_only_there(before: dict[str, Any], edited: str, changes: list[Change]) -> bool:
    try:
        after = tomllib.loads(edited)
    except tomllib.TOMLDecodeError:
        return False
    wanted = dict(before)
    for table, key, value in changes:
        section = wanted.get(table, {})
        if not isinstance(section, dict):
            return False
        wanted[table] = {**section, key: value}
    return after == wanted
