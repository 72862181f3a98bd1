"""A part of a file that a model is shown with a question; of one that is too long, an outline."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hearth.engine.context.documents import Document
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.markdown import fenced
from hearth.engine.text import estimate_tokens

_LEFT_OUT = "…"
_WORD = re.compile(r"[^\W_]{3,}")
_LINES = re.compile(r"\blines?\s{1,4}+(\d{1,6}+)(?:\s{0,4}+(?:-|–|to|bis)\s{0,4}+(\d{1,6}+))?", re.IGNORECASE)
_IMPORT_LINES = 40  # at the top that are shown


@dataclass(frozen=True, slots=True)
class Passage:
    """Something the model is shown with a question. Lines count from 0; `last` is included."""

    path: str
    text: str
    language: str = ""
    first: int | None = None
    last: int | None = None
    why: str = "selected"
    uri: str = ""


def place_of(passage: Passage) -> str:
    if passage.first is None or passage.last is None:
        return f"From {passage.path}"
    return f"{passage.path}, lines {passage.first + 1} to {passage.last + 1}"


def with_passages(question: str, passages: tuple[Passage, ...]) -> str:
    shown = [f"{place_of(passage)}:\n{fenced(passage.text, passage.language)}\n\n" for passage in passages]
    return "".join(shown) + question


def shown_within(passages: tuple[Passage, ...], question: str, room: int) -> tuple[Passage, ...]:
    """The passages as they fit into so many tokens together with the question.

    First the code of other files goes, the last one first. Then the longest passages become outlines with the
    parts that the question speaks of. What does not fit even so is returned as it is.
    This parses, so it is no work for an event loop.
    """
    kept = list(passages)

    def missing() -> int:
        return estimate_tokens(with_passages(question, tuple(kept))) - room

    # The first passage is what the question is about.
    while missing() > 0 and any(each.first is None for each in kept[1:]):
        kept.pop(max(number for number, each in enumerate(kept) if each.first is None))
    for longest in sorted(kept, key=lambda each: len(each.text), reverse=True):
        if (too_many := missing()) <= 0:
            break
        shorter = outlined(longest, question, estimate_tokens(longest.text) - too_many)
        kept[kept.index(longest)] = shorter
    return tuple(kept) if missing() <= 0 else passages


def outlined(passage: Passage, question: str, room: int) -> Passage:
    """The heads of all that is defined there, with whole parts as far as they fit: first those spoken of."""
    lines = passage.text.split("\n")
    code = Document(passage.path, passage.text, passage.language, passage.path).code
    definitions = [each for each in symbols(code).definitions if each.kind not in ("variable", "field")]
    if not definitions:
        return passage
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def rows(start: int, end: int) -> range:
        return range(bisect_right(starts, start) - 1, bisect_right(starts, max(start, end - 1)))

    first_line = passage.first or 0
    kept: set[int] = set()
    spoken = [range(max(0, a - 1 - first_line), min(len(lines), b - first_line)) for a, b in _said_lines(question)]
    heads = [rows(each.start, _end_of_head(each, passage.text)) for each in definitions]
    outermost = [head for head, each in zip(heads, definitions, strict=True) if "." not in each.owner]
    top = range(min((each.start for each in heads), default=0))[:_IMPORT_LINES]
    parts = [rows(each.start, each.end) for each in _by_relevance(definitions, question, passage.text)]
    for part in (*spoken, *outermost, *heads, top, *parts):
        more = kept | set(part)
        if estimate_tokens(_joined(lines, more, first_line)) <= room:
            kept = more
    why = f"{passage.why}, as an outline with the parts that fit"
    return replace(passage, text=_joined(lines, kept, first_line), why=why)


def _end_of_head(definition: Definition, text: str) -> int:
    """A body begins with its first statement, on the line below."""
    return definition.start + len(text[definition.start : min(definition.body, definition.end)].rstrip())


def _said_lines(question: str) -> Iterable[tuple[int, int]]:
    """The lines that the question names, counted from 1."""
    for found in _LINES.finditer(question):
        first = int(found[1])
        yield first, max(first, int(found[2] or first))


def _by_relevance(definitions: list[Definition], question: str, text: str) -> list[Definition]:
    """Those that the question names come first, then those whose words it shares."""
    names = set(re.findall(r"\w+", question))
    words = {word.lower() for word in _WORD.findall(question)}

    def score(each: Definition) -> tuple[int, int, int]:
        own = {word.lower() for word in _WORD.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", each.name))}
        inside = {word.lower() for word in _WORD.findall(text[each.start : each.end])}
        return each.name in names, len(own & words), len(inside & words)

    # What is innermost fits more easily; a sort keeps the order of the file among equals.
    return sorted(definitions, key=score, reverse=True)


def _joined(lines: list[str], kept: set[int], first_line: int) -> str:
    """The lines, with a mark where others are left out."""
    found: list[str] = []
    gap = 0
    for number, line in enumerate([*lines, ""]):
        is_end = number == len(lines)
        if not is_end and number not in kept:
            gap += 1
            continue
        if gap:
            first, last = first_line + number - gap + 1, first_line + number
            where = f"line {first}" if first == last else f"lines {first} to {last}"
            found.append(f"{_LEFT_OUT} ({where})")
            gap = 0
        if not is_end:
            found.append(line)
    return "\n".join(found)
