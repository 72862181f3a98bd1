"""Where the settings of other assistants lie, and how they are written: one row of `SOURCES` for each of them."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hearth.engine.files import read_text
from hearth.lsp_server.importing import continue_settings, llama_vscode
from hearth.lsp_server.importing.proposal import Proposal, Unreadable

_LONGEST = 1 << 20  # bytes; people keep a lot in an editor's settings
_MOST_ALIASES = 1_000  # of a YAML file, which may be anybody's
# A string, or a comment to its end; a comma in front of a closing bracket. What is not closed goes to the end.
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|//[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z)')
_LAST_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|,(?=\s*+[}\]])')

Read = Callable[[dict[str, Any]], Proposal]


@dataclass(frozen=True, slots=True)
class Source:
    """Another assistant. `name` is what `--from` takes; `is_its` says whether a file's content is of it."""

    name: str
    title: str
    places: Callable[[Path], tuple[Path, ...]]
    is_its: Callable[[dict[str, Any]], bool]
    read: Read


def _of_continue(home: Path) -> tuple[Path, ...]:
    folder = home / ".continue"
    return folder / "config.yaml", folder / "config.yml", folder / "config.json"


def _of_vscode(home: Path) -> tuple[Path, ...]:
    base = {"darwin": home / "Library" / "Application Support", "win32": home / "AppData" / "Roaming"}
    folder = base.get(sys.platform, home / ".config")
    names = ("Code", "Code - Insiders", "VSCodium", "Code - OSS")
    return tuple(folder / name / "User" / "settings.json" for name in names)


SOURCES: tuple[Source, ...] = (
    Source("continue", "Continue", _of_continue, continue_settings.is_its, continue_settings.read),
    Source("llama.vscode", "llama.vscode", _of_vscode, llama_vscode.is_its, llama_vscode.read),
)


def found(home: Path, name: str = "") -> list[tuple[Source, Path]]:
    """The files that are there and hold such settings; of each source the first."""
    there: list[tuple[Source, Path]] = []
    for source in SOURCES:
        if name in ("", source.name):
            there += [(source, path) for path in source.places(home) if path.is_file() and _holds(source, path)][
                :1
            ]
    return there


def of_file(path: Path, name: str = "") -> Source:
    """The source that a file belongs to. Raises `Unreadable`."""
    content = content_of(path)
    for source in SOURCES:
        if name == source.name or (not name and source.is_its(content)):
            return source
    titles = " or ".join(source.title for source in SOURCES)
    raise Unreadable(path, f"it does not look like a configuration of {titles}")


def content_of(path: Path) -> dict[str, Any]:
    """The file as plain values. Raises `Unreadable`, and `OSError` where there is none."""
    text = read_text(path, _LONGEST)
    try:
        content = _yaml(text) if path.suffix.lower() in (".yaml", ".yml") else _json(text)
    except (ValueError, yaml.YAMLError, RecursionError, MemoryError) as error:
        raise Unreadable(path, str(error) or type(error).__name__) from error
    if not isinstance(content, dict):
        raise Unreadable(path, "it holds no settings")
    return content


def _holds(source: Source, path: Path) -> bool:
    try:
        return source.is_its(content_of(path))
    except (Unreadable, OSError):
        return source.name == "continue"  # its own file: the user is told what is wrong with it


def _yaml(text: str) -> Any:
    """Aliases make a small file a large one, so there may not be many."""
    if len(re.findall(r"(?<![\w*])\*\w", text)) > _MOST_ALIASES:
        raise ValueError("it has too many aliases")
    return yaml.safe_load(text)


def _json(text: str) -> Any:
    """JSON as editors write it: with comments, and with commas behind the last value."""
    without_comments = _COMMENT.sub(lambda match: match[1] or " ", text.removeprefix("\ufeff"))
    return json.loads(_LAST_COMMA.sub(lambda match: match[1] or "", without_comments))
