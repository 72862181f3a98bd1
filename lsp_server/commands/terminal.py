"""What the subcommands share: settings, places in files, errors as one red line."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer

from hearth.engine import logs, paths
from hearth.engine.context.documents import Document
from hearth.engine.errors import HearthError
from hearth.engine.files import DOCUMENT, read_bytes
from hearth.engine.languages import language_of
from hearth.engine.models.names import shortened
from hearth.engine.settings import Settings
from hearth.lsp_server.settings import Layer, read_toml, resolve
from hearth.lsp_server.words import screen

T = TypeVar("T")


def fail(message: str) -> NoReturn:
    screen.complain(message)
    raise typer.Exit(1)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result; an expected error becomes one red line and exit code 1."""
    try:
        return asyncio.run(work)
    except HearthError as error:
        fail(str(error))


def user_settings(editor: Layer | None = None) -> Settings:
    """From the user's `hearth.toml`, and what an editor sets above that; problems are told on stderr."""
    if reason := paths.config_trouble():
        layer, problems = None, [reason]
    else:
        layer, problems = read_toml(paths.config_file(), trusted=True)
    settings, more = resolve([each for each in (layer, editor) if each])
    for problem in problems + more:
        screen.complain(problem, "yellow")
    logs.debug(settings.debug)
    return settings


def opened(path: Path) -> Document:
    """Raises `OSError`, or `ValueError` for what is no text in UTF-8, or no name."""
    text = read_bytes(path, DOCUMENT).decode("utf-8")
    language = language_of("", str(path))
    return Document(
        path.absolute().as_uri(), text, language.lsp_ids[0] if language else "plaintext", str(path.absolute())
    )


def open_file(path: Path) -> Document:
    name = shortened(str(path))
    try:
        return opened(path)
    except OSError as error:
        fail(f"{name}: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{name} is not a text file in UTF-8")
    except ValueError:
        fail(f"{name!r} cannot be the name of a file")


def place(argument: str) -> tuple[Document, int]:
    """`FILE:LINE:COL`, both counted from 1 in characters as editors show them -> document and offset."""
    parts = argument.rsplit(":", 2)
    if len(parts) != 3 or not parts[1].isdigit() or not parts[2].isdigit():
        fail(f"{shortened(argument)!r} is not FILE:LINE:COL, such as app.py:12:5")
    document = open_file(Path(parts[0]))
    line, column = int(parts[1]) - 1, int(parts[2]) - 1
    starts = document.line_starts
    if not 0 <= line < len(starts) or column < 0:
        fail(f"{parts[0]} has {len(starts)} lines; line {line + 1} is not one of them")
    line_end = starts[line + 1] if line + 1 < len(starts) else len(document.text)
    length = len(document.text[starts[line] : line_end].rstrip("\r\n"))
    if column > length:
        fail(f"line {line + 1} of {parts[0]} has {length} characters; column {column + 1} is behind its end")
    return document, starts[line] + column
