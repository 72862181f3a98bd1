"""What the user attaches to a question: files, places in them, problems, changes, other text; and how it fits.

A word of the question may attach something too: `#file:src/shop.py`, `#symbol:Basket`, `#selection`, `#problems`,
`#changes`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hearth.engine import languages
from hearth.engine.characters import one_line
from hearth.engine.chat.passage import Passage, outlined
from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import Disk, verdict_of_chosen
from hearth.engine.errors import RequestForbidden
from hearth.engine.files import SOURCE, read_text
from hearth.engine.index.entries import Entry
from hearth.engine.secrets.hiding import seen_by_model
from hearth.engine.text import estimate_tokens

Kind = Literal["file", "symbol", "selection", "problems", "changes"]
_KINDS: dict[str, Kind] = {
    "file": "file",
    "symbol": "symbol",
    "selection": "selection",
    "problems": "problems",
    "changes": "changes",
}
_LONGEST = 20_000  # characters of a question that are looked at
MOST = 30  # attachments of one question
_MOST_PROBLEMS = 40
_MENTION = re.compile(r"(?<![\w#&/])#(?:(file|symbol):([^\s,;?!\"'`]+)|(selection|problems|changes)\b)")
_FRAME = 16  # tokens around each passage


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of a question that attaches something; `name` is a path or a symbol's name."""

    kind: Kind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a tool says about a line of a file; lines count from 0."""

    path: str
    line: int
    message: str
    severity: str = ""
    source: str = ""
    code: str = ""  # the line itself


def mentions(question: str) -> tuple[Mention, ...]:
    """In the order of the question, each once."""
    found: list[Mention] = []
    for match in _MENTION.finditer(question[:_LONGEST]):
        kind = _KINDS[match[1] or match[3]]
        found.append(Mention(kind, (match[2] or "").rstrip(".)")))
    return tuple(dict.fromkeys(found))[:MOST]


def document_of_file(path: str, uri: str, roots: Sequence[str]) -> Document:
    """A file that is not open, as a document. Raises `RequestForbidden` for one that no model may see.

    Reads it: work for a thread.
    """
    judged = verdict_of_chosen(path, roots, Disk())
    if not judged.allowed:
        raise RequestForbidden(f"{Path(path).name} is not shown to the model: {judged.reason}")
    try:
        text = read_text(path, SOURCE)
    except OSError as error:
        raise RequestForbidden(f"{Path(path).name} cannot be read: {error.strerror or error}") from error
    if "\0" in text:
        raise RequestForbidden(f"{Path(path).name} is not shown to the model: it is binary")
    language = languages.language_of("", path)
    return Document(uri, text, language.lsp_ids[0] if language is not None else "plaintext", path)


def matching(name: str, entries: Sequence[Entry]) -> Entry | None:
    """The file that `#file:name` means: the whole path, else the shortest one that ends so."""
    wanted = name.replace("\\", "/").removeprefix("./")
    ends = [entry for entry in entries if entry.shown == wanted or entry.shown.endswith(f"/{wanted}")]
    return min(ends, key=lambda entry: (len(entry.shown), entry.shown), default=None)


def problems(found: Sequence[Problem]) -> Passage:
    """What the tools say, one problem a line, with the line that each is about."""
    lines: list[str] = []
    for each in found[:_MOST_PROBLEMS]:
        said = one_line(f"{each.severity} {each.message}".strip(), 400)
        source = f" [{one_line(each.source, 60)}]" if each.source else ""
        lines.append(f"{each.path}:{each.line + 1}: {said}{source}")
        if each.code.strip():
            lines.append(f"    {seen_by_model(each.code).strip()[:200]}")
    if len(found) > _MOST_PROBLEMS:
        lines.append(f"… and {len(found) - _MOST_PROBLEMS} more")
    count = f"{len(found)} problem{'' if len(found) == 1 else 's'}"
    return Passage("Problems", seen_by_model("\n".join(lines)), why=f"attached: {count}")


def other_text(name: str, text: str) -> Passage:
    """Text that lies in no file, such as a terminal's output or a diff."""
    language = "diff" if text.startswith(("diff ", "--- ")) else ""
    return Passage(one_line(name, 120) or "Text", seen_by_model(text), language, why="attached")


def fitted(passages: Sequence[Passage], question: str, room: int) -> tuple[Passage, ...]:
    """The passages within `room` tokens (estimated): where all is too much, of the longest files an outline.

    What defines nothing stays as it is; who asks is told if it is too long.
    """
    fitting = list(passages)
    longest_first = sorted(range(len(fitting)), key=lambda index: -len(fitting[index].text))
    for index in longest_first:
        if (too_many := tokens(fitting) - room) <= 0:
            break
        shorter = outlined(fitting[index], question, estimate_tokens(fitting[index].text) - too_many)
        if shorter.text:
            fitting[index] = shorter
    return tuple(fitting)


def tokens(passages: Sequence[Passage]) -> int:
    return sum(estimate_tokens(each.text) + _FRAME for each in passages)
