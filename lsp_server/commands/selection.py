"""A part of a file as an argument: `FILE`, `FILE:LINE` or `FILE:FIRST-LAST`."""

import re
from pathlib import Path

from hearth.engine.context.documents import Document
from hearth.engine.models.names import shortened
from hearth.lsp_server.commands import terminal

HELP = "lines of a file, counted from 1: app.py:12-30, app.py:12, or app.py for all"


def selection(argument: str) -> tuple[Document, int, int]:
    """The document, and the offsets of the lines; a single line is a cursor on its first letter."""
    found = re.fullmatch(r"(.+?)(?::(\d+)(?:-(\d+))?)?", argument)
    if found is None:
        terminal.fail(f"{shortened(argument)!r} is not FILE:FIRST-LAST, such as app.py:12-30")
    document = terminal.open_file(Path(found[1]))
    if found[2] is None:
        return document, 0, len(document.text)
    first, last = int(found[2]), int(found[3] or found[2])
    starts = document.line_starts
    if not 1 <= first <= last <= len(starts):
        terminal.fail(f"{found[1]} has {len(starts)} lines; {first}-{last} are not some of them")
    start = starts[first - 1]
    end = starts[last] if last < len(starts) else len(document.text)
    if found[3] is None:
        line = document.text[start:end]
        start += len(line) - len(line.lstrip())
        return document, min(start, end), min(start, end)
    return document, start, end
