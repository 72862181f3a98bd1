"""The same file beyond the window: heads around the cursor, imports, and what is used of the rest."""

from engine.context.passages import passages
from engine.context.query import Candidate, LeftOut, Place
from engine.context.symbols import imports_in, symbols
from engine.context.syntax import enclosing_lines

NAME = "outline"
IMPORT_CHARS = 20_000  # at the beginning of a file, where imports are looked for
MAX_IMPORT_CHARS = 600
MAX_SYMBOLS_CHARS = 200_000  # of a file that is read as a whole; longer ones change too often to be read again


def collect(place: Place) -> list[Candidate | LeftOut]:
    """Nothing when the window shows the whole file."""
    start, end = place.window
    text = place.code.text
    if start <= 0 and end >= len(text):
        return []
    found: list[Candidate | LeftOut] = []
    if imports := _imports(place, start):
        found.append(Candidate(place.path, imports, NAME, "imports above the window", 0.9))
    heads = [(begin, stop) for begin, stop in enclosing_lines(place.code, place.query.offset) if stop <= start]
    if heads:
        lines = "\n".join(text[begin:stop].rstrip() for begin, stop in reversed(heads))
        found.append(Candidate(place.path, lines, NAME, "what the cursor is inside of", 1.0, heads[-1][0]))
    return [*found, *_used(place, {begin for begin, _ in heads})]


def _imports(place: Place, before: int) -> str:
    text = place.code.text
    lines = [
        text[statement.start : statement.end].strip()
        for statement in imports_in(place.code, 0, min(before, IMPORT_CHARS))
        if statement.end <= before
    ]
    return "\n".join(dict.fromkeys(lines))[:MAX_IMPORT_CHARS]


def _used(place: Place, shown_lines: set[int]) -> list[Candidate]:
    """Definitions in the part of this file that the prompt does not show."""
    language = place.code.language
    text = place.code.text
    if language is None or len(text) > MAX_SYMBOLS_CHARS:
        return []
    start, end = place.window
    return [
        candidate
        for candidate in passages(
            symbols(place.code), place.names, language, place.path, NAME, "is used near the cursor", 0.8
        )
        if not start <= candidate.start < end and text.rfind("\n", 0, candidate.start) + 1 not in shown_lines
    ]
