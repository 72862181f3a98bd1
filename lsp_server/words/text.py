"""Makes text fit to be shown, whoever wrote it: no link in it is live, nothing in it is hidden, and it ends."""

import json
import re
from typing import TYPE_CHECKING, Any

from hearth.engine.characters import HIDDEN, MOST, one_line, plain
from hearth.engine.markdown import fenced

if TYPE_CHECKING:
    from markdown_it.token import Token

_LONGEST = 1000  # characters of a message
_LONGEST_ANSWER = 2000  # of a model's answer as a message, for clients that show no documents
_LONG_WORD = re.compile(rf"\S{{{MOST + 1},}}")
_MARKDOWN_LIMIT = 50_000  # characters that are parsed

# Editors make `[text](address)` a link in a message, some of them `<address>` and bare addresses too, and what a
# link with one of these schemes does is run a command or open a file. A bare web address says where it leads.
_AUTOLINK = re.compile(r"<(?=[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_SCHEME = re.compile(
    r"\b(command|file|data|javascript|vbscript|mailto|vscode[\w-]*|(?!https?:)[a-z][a-z0-9+.-]{0,30}(?=://)):(?=\S)",
    re.IGNORECASE,
)
_LINK_TOKENS = {"link_open", "image", "html_inline", "html_block"}


def message(text: str) -> str:
    """A message, a status, or the help that goes with one: one line."""
    return _bounded(one_line(text, 8 * _LONGEST), _LONGEST)


def title(text: str) -> str:
    """The name of an action, a button, a progress bar, or of what one of them is about."""
    return _bounded(one_line(text, 8 * MOST), MOST)


def answer(text: str) -> str:
    """A model's answer as a message, with its line ends."""
    return _bounded(plain(text[: 8 * _LONGEST_ANSWER]).strip(), _LONGEST_ANSWER)


def commit_message(text: str) -> str:
    """For the box or the file that git takes it from: plain text, with its lines."""
    return plain(text)


def markdown(text: str) -> str:
    """Markdown that a model wrote, as a document of ours: code as it is, and no links, pictures or HTML.

    Addresses stay readable. A parser has the last word: where it still finds a link, code is treated like prose.
    """
    said = plain(text)
    if len(said) > _MARKDOWN_LIMIT:
        return _inert(said)
    made = "".join(part if is_code else _inert(part) for part, is_code in _parts(said))
    return made if not _has_links(made) else _inert(said)


def markdown_line(text: str) -> str:
    """A line of a Markdown document that quotes others: it has no marks."""
    return re.sub(r"([\\`*_\[\]<>#!|~&])", r"\\\1", one_line(text))


def markdown_name(text: str) -> str:
    """A path or a name in a Markdown document, as code."""
    return f"`{one_line(text).replace('`', chr(39))}`"


def markdown_code(code: str, language: str) -> str:
    """Code as a Markdown document."""
    return fenced(plain(code), re.sub(r"[^\w+#.-]", "", language))


def as_json(value: Any) -> str:
    """JSON that is the same to a program, and harmless to a terminal: what is hidden is spelled out."""
    return HIDDEN.sub(_spelled, json.dumps(value, indent=2, ensure_ascii=False))


def _spelled(found: re.Match[str]) -> str:
    character = found[0]
    return f"\\u{ord(character):04x}" if character.isascii() else json.dumps(character)[1:-1]


def _bounded(text: str, most: int) -> str:
    """Without links, of at most so many characters; a path, or a word of others, is cut in its middle."""
    said = _LONG_WORD.sub(lambda word: f"{word[0][: MOST // 2]}…{word[0][1 - MOST // 2 :]}", text)
    said = _without_links(said)
    return said if len(said) <= most else f"{said[: most - 1]}…"


def _without_links(text: str) -> str:
    text = re.sub(r"\](?=[(\[])", "] ", text)
    return _SCHEME.sub(r"\1 :", _AUTOLINK.sub("< ", text))


def _inert(text: str) -> str:
    """Markdown in which nothing is a link, a definition of one, a picture, HTML or the border of a formula."""
    text = re.sub(r"\](?=[(\[:])", "] ", text.replace("<", "&lt;").replace("$", "&#36;"))
    return _SCHEME.sub(r"\1 :", text)


def _parts(text: str) -> list[tuple[str, bool]]:
    """The text in parts, and of each whether it is code."""
    lines = text.splitlines(keepends=True)
    code: set[int] = set()
    for token in _parsed(text):
        if token.type in ("fence", "code_block") and token.map:
            code.update(range(*token.map))
    parts: list[tuple[str, bool]] = []
    prose = ""
    for number, each in enumerate(lines):
        if number not in code:
            prose += each
            continue
        parts += [*_spans(prose), (each, True)]
        prose = ""
    return [*parts, *_spans(prose)]


def _spans(prose: str) -> list[tuple[str, bool]]:
    """Code inside of a paragraph: between two runs of as many backticks."""
    runs = [(found.start(), found.end()) for found in re.finditer(r"`+", prose)]
    closing: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        closing.setdefault(runs[number][1] - runs[number][0], []).append(number)
    parts: list[tuple[str, bool]] = []
    done = number = 0
    while number < len(runs):
        start, end = runs[number]
        later = closing[end - start]
        while later and later[-1] <= number:
            later.pop()
        number += 1
        if later:
            stop = runs[later[-1]][1]
            parts += [(prose[done:start], False), (prose[start:stop], True)]
            done, number = stop, later[-1] + 1
    return [*parts, (prose[done:], False)]


def _has_links(text: str) -> bool:
    return any(each.type in _LINK_TOKENS for token in _parsed(text) for each in (token, *(token.children or ())))


def _parsed(text: str) -> "list[Token]":
    from markdown_it import MarkdownIt  # not before it is needed: an editor waits for `initialize`

    # Tables too: editors' previews have them, and their cells end in the middle of code.
    return MarkdownIt("commonmark").enable("table").parse(text)


def forgotten(turns: int) -> str:
    """What the user is told of the oldest questions of a chat, which the model was not shown."""
    what = "The first question of this chat does" if turns == 1 else f"The first {turns} questions of this chat do"
    return f"{what} not fit the model's window any more."
