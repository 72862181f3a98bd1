"""The same file beyond the window: heads around the cursor, imports, and what is used of the rest."""

from hearth.engine.context.passages import Definitions, passages
from hearth.engine.context.query import Candidate, LeftOut, ResolvedQuery
from hearth.engine.context.symbols import MAX_SYMBOLS_CHARS, symbols
from hearth.engine.context.syntax import enclosing_lines
from hearth.engine.text import start_of_line

NAME = "outline"
MAX_IMPORT_CHARS = 400


def collect(resolved: ResolvedQuery) -> list[Candidate | LeftOut]:
    """Nothing when the window shows the whole file."""
    start, end = resolved.window
    text = resolved.code.text
    if start <= 0 and end >= len(text):
        return []
    found: list[Candidate | LeftOut] = []
    if imports := _imports(resolved, start):
        found.append(Candidate(resolved.path, imports, NAME, "imports above the window", 0.9))
    heads = [
        (begin, stop) for begin, stop in enclosing_lines(resolved.code, resolved.query.offset) if stop <= start
    ]
    if heads:
        lines = "\n".join(text[begin:stop].rstrip() for begin, stop in reversed(heads))
        found.append(Candidate(resolved.path, lines, NAME, "encloses the cursor", 1.0, heads[-1][0]))
    return [*found, *_used(resolved, {begin for begin, _ in heads})]


def _imports(resolved: ResolvedQuery, before: int) -> str:
    """The last ones, where there are too many: a project's own come behind those of libraries."""
    text = resolved.code.text
    lines = [
        text[statement.start : statement.end].strip() for statement in resolved.imports if statement.end <= before
    ]
    shown: list[str] = []
    left = MAX_IMPORT_CHARS
    for line in reversed(dict.fromkeys(lines)):
        left -= len(line) + 1
        if left < 0:
            break
        shown.append(line)
    return "\n".join(reversed(shown))


def _used(resolved: ResolvedQuery, shown_lines: set[int]) -> list[Candidate]:
    """Definitions in the part of this file that the prompt does not show."""
    language = resolved.code.language
    text = resolved.code.text
    if language is None or len(text) > MAX_SYMBOLS_CHARS:
        return []
    start, end = resolved.window
    of = Definitions(resolved.path, language, symbols(resolved.code), resolved.near, NAME)
    return [
        candidate
        for candidate in passages(of, resolved.near.names, "is used near the cursor", 0.8)
        if not start <= candidate.start < end and start_of_line(text, candidate.start) not in shown_lines
    ]
