"""Setting one value in a TOML file that a person wrote: everything else stays as it is, comments too."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from hearth.engine.errors import SettingsError
from hearth.engine.files import SETTINGS, read_bytes, write_atomically


def set_value(path: Path, table: str, key: str, value: str) -> None:
    """Make `key` of `[table]` that string; the file and the table are made when there are none.

    Raises `SettingsError` where the file is unreadable or written in a way that cannot be edited safely.
    """
    try:
        text = read_bytes(path, SETTINGS).decode("utf-8") if path.exists() else ""
        before = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read, so it was not changed: {error}") from error
    line = f"{key} = {_quoted(value)}"
    edited = _edited(text, table, key, line)
    # The edit is by line; the parser has the last word on whether it did what was meant and nothing else.
    if not _differs_only_there(before, edited, table, key, value):
        raise SettingsError(
            f"{path} is written in a way that cannot be edited safely. "
            f"Please write there yourself: {line} in [{table}]."
        )
    try:
        # A link to a file in somebody's dotfiles stays a link.
        write_atomically(path.resolve(), edited.encode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror or error}") from error


def _edited(text: str, table: str, key: str, line: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    start = next((i for i, each in enumerate(lines) if _is_header(each, table)), None)
    if start is None:
        gap = "" if not text else newline if text.endswith("\n") else 2 * newline
        return f"{text}{gap}[{table}]{newline}{line}{newline}"
    end = next((i for i in range(start + 1, len(lines)) if lines[i].lstrip().startswith("[")), len(lines))
    for i in range(start + 1, end):
        match = re.match(
            rf"(\s*){re.escape(key)}\s*=\s*(\"(?:[^\"\\]|\\.)*\"|'[^']*')(.*)", lines[i].rstrip("\r\n")
        )
        if match:
            lines[i] = f"{match[1]}{line}{match[3]}{newline}"
            return "".join(lines)
    if not lines[start].endswith("\n"):
        lines[start] += newline
    lines.insert(start + 1, f"{line}{newline}")
    return "".join(lines)


def _quoted(value: str) -> str:
    # TOML's escapes are JSON's, but it wants DEL escaped too.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_header(line: str, table: str) -> bool:
    return re.match(rf"\s*\[\s*{re.escape(table)}\s*\]\s*(#.*)?$", line.rstrip("\r\n")) is not None


def _differs_only_there(before: dict[str, Any], edited: str, table: str, key: str, value: str) -> bool:
    try:
        after = tomllib.loads(edited)
    except tomllib.TOMLDecodeError:
        return False
    section = before.get(table, {})
    return isinstance(section, dict) and after == {**before, table: {**section, key: value}}
