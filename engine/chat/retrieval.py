"""Definitions from anywhere in the workspace that a question names: found in the index, read from the file.

question  ->  words  ->  definitions of the index and of the open documents  ->  their text, within the budget
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hearth.engine.chat.passage import Passage
from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import Disk, Verdict, root_of, verdict
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.query import judged
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.context.workspace import code_of_text
from hearth.engine.errors import HearthError
from hearth.engine.files import SOURCE, read_text
from hearth.engine.index.entries import MAX_NAME, Entry, Symbol, as_symbols
from hearth.engine.index.search import find
from hearth.engine.languages import language_of
from hearth.engine.text import estimate_tokens, start_of_line

TOKENS = 900  # of all definitions together; the model reads each of them before it answers
# Tokens of each, the best first: of a longer one the beginning is shown, or the heads of its members.
_SHARES = (350, 250, 200, 60, 60, 60, 60)
_HEAD = 60  # tokens: with no more than that only the head is shown
_HOLDERS = ("class", "type", "module")
SOURCE_NAME = "workspace_symbols"  # for the setting `context.off`


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of a file that the model is shown anyway; `first:last` are lines, all of them without."""

    path: str
    first: int | None = None
    last: int | None = None

    def has(self, path: str, line: int) -> bool:
        if path != self.path:
            return False
        return self.first is None or self.last is None or self.first <= line <= self.last


def definitions(
    question: str,
    entries: Sequence[Entry],
    documents: Sequence[Document],
    roots: tuple[str, ...],
    shown: Sequence[Shown] = (),
    budget: int = TOKENS,
) -> list[Passage]:
    """The definitions that a question is about, best first, of at most `budget` tokens (estimated).

    `documents` are those that are open: what stands in them counts, not what their files hold. Reads files and
    parses them: work for a thread.
    """
    disk = Disk()
    opened = _opened(documents, roots, disk)
    known = [entry for entry in entries if entry.path not in opened]
    hits = find(question, [*known, *(entry for entry, _, _ in opened.values())])
    found: list[Passage] = []
    taken: list[Shown] = list(shown)
    for hit in hits:
        path, line = hit.entry.path, hit.symbol.line
        if len(found) == len(_SHARES) or any(each.has(path, line) for each in taken):
            continue
        code = opened[path][1] if path in opened else _read(path, roots, disk)
        definition = _definition(hit.symbol, code) if code is not None else None
        if code is None or definition is None:
            continue
        text = code.text[start_of_line(code.text, definition.start) : definition.end]
        part = _shortened(code, definition, text, min(budget, _SHARES[len(found)]))
        if (cost := estimate_tokens(part) + 12) > budget:
            break
        budget -= cost
        first = code.text.count("\n", 0, definition.start)
        last = first + text.count("\n")
        language = code.language.name if code.language else ""
        uri = opened[path][2] if path in opened else Path(path).as_uri()
        found.append(Passage(hit.entry.shown, part, language, first, last, hit.why, uri))
        if part == text:
            taken.append(Shown(path, first, last))
    return found


def _opened(
    documents: Sequence[Document], roots: tuple[str, ...], disk: Disk
) -> dict[str, tuple[Entry, ParsedText, str]]:
    """The open documents as the index would know them, by path, with their URIs; without secret ones' symbols."""
    found: dict[str, tuple[Entry, ParsedText, str]] = {}
    for document in documents:
        root = root_of(document.path, roots, disk) if document.path else None
        if document.path is None or root is None:
            continue
        path = disk.real(document.path)
        code, allowed = judged(document, roots, disk)
        definitions = symbols(code).definitions if code is not None and allowed.allowed else ()
        shown = path[len(str(root)) :].replace("\\", "/").lstrip("/")
        text = code.text if code is not None else ""
        entry = Entry(path, shown, 0, len(text), "", as_symbols(text, definitions))
        found[path] = (entry, code if code is not None else ParsedText(""), document.uri)
    return found


def _read(path: str, roots: tuple[str, ...], disk: Disk) -> ParsedText | None:
    """The file as it is now, if a model may see it."""
    if not verdict(path, roots, disk=disk).allowed:
        return None
    try:
        code = code_of_text(read_text(path, SOURCE), language_of("", path), path)
    except (OSError, HearthError):
        return None
    return None if isinstance(code, Verdict) else code


def _definition(symbol: Symbol, code: ParsedText) -> Definition | None:
    """None where it is not in the file any more."""
    named = symbols(code).named([symbol.name])
    same = [each for each in named if each.owner[:MAX_NAME] == symbol.owner]
    # Of several with one name (overloads, setters) the one that stood there.
    return min(same, key=lambda each: abs(code.text.count("\n", 0, each.start) - symbol.line), default=None)


def _shortened(code: ParsedText, definition: Definition, text: str, budget: int) -> str:
    if estimate_tokens(text) <= budget:
        return text
    if definition.kind in _HOLDERS or budget <= _HEAD:
        return _heads(code, definition, budget)
    return _beginning(text, budget)


def _heads(code: ParsedText, definition: Definition, budget: int) -> str:
    """Its head, and those of what stands in it, as far as they fit."""
    comment = code.language.comment if code.language else ""
    doc = f"  {comment} {definition.doc}" if comment and definition.doc else ""
    within = [each for each in symbols(code).definitions if definition.start < each.start < definition.end]
    own = f"{definition.owner}.{definition.name}".lstrip(".")
    heads = [each.signature for each in within if each.owner == own]
    return _beginning("\n".join([definition.signature + doc, *(heads if budget > _HEAD else ())]), budget)


def _beginning(text: str, budget: int) -> str:
    """As many whole lines as fit."""
    lines: list[str] = []
    for line in text.split("\n"):
        budget -= estimate_tokens(line) + 1
        if budget < 0:
            return "\n".join([*lines, "…"])
        lines.append(line)
    return "\n".join(lines)
