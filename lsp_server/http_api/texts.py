"""The documents that requests are about. A request tells a piece of a text and nothing of where it belongs.

A text that is mostly that of an earlier request is taken for the same document, edited: so typing along a
suggestion needs no model, and the prompt stays warm.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import PurePath
from urllib.parse import quote

from hearth.engine.context.documents import Document
from hearth.engine.languages import language_of
from hearth.engine.languages.guessing import guessed
from hearth.engine.raw_fim import Place
from hearth.engine.secrets.files import has_secret_name
from hearth.engine.text import common_end, common_start

MOST = 8  # documents that are kept
_ABOVE, _BELOW = 200_000, 100_000  # characters that are looked at
_SAME = 0.5  # of the shorter text must be in the other one
_LONGEST_PATH = 4_096


@dataclass(frozen=True, slots=True)
class Known:
    """A document, and the other files that came with the last request about it."""

    document: Document
    beside: dict[str, Document]  # by their paths


class Texts:
    """All methods run on the event loop. `forget` is called with the URI of each document that is let go."""

    def __init__(self, forget: Callable[[str], None]) -> None:
        self._forget = forget
        self._known: OrderedDict[str, Known] = OrderedDict()  # the newest last
        self._numbers = count(1)

    def find(self, place: Place) -> tuple[Document, int, bool]:
        """The document of a place, its text as it is there; the cursor's offset; and whether it is new."""
        above, below = place.above[-_ABOVE:], place.below[:_BELOW]
        path = place.path if len(place.path) <= _LONGEST_PATH and "\0" not in place.path else ""
        text = above + below
        known = self._same(text, path)
        is_new = known is None
        if known is None:
            known = Known(self._new(text, path, _language(place, path)), {})
        document = known.document
        _edit(document, text)
        self._keep(Known(document, _beside(place, document.uri, known.beside)))
        return document, len(above), is_new

    def beside(self, uri: str) -> tuple[Document, ...]:
        """The document itself and the files that came with it."""
        known = self._known.get(uri)
        return (known.document, *known.beside.values()) if known is not None else ()

    def _same(self, text: str, path: str) -> Known | None:
        for known in reversed(self._known.values()):
            document = known.document
            if path or document.path:
                if path == (document.path or ""):
                    return known
                continue
            shorter = min(len(text), len(document.text))
            start = common_start(text, document.text)
            shared = start + common_end(text, document.text, shorter - start)
            if shorter and shared >= _SAME * shorter:
                return known
        return None

    def _new(self, text: str, path: str, language: str) -> Document:
        number = next(self._numbers)
        return Document(f"untitled:{PurePath(path).name or 'text'}#{number}", text, language, path or None)

    def _keep(self, known: Known) -> None:
        self._known[known.document.uri] = known
        self._known.move_to_end(known.document.uri)
        while len(self._known) > MOST:
            uri, _ = self._known.popitem(last=False)
            self._forget(uri)


def _language(place: Place, path: str) -> str:
    """As the client names it, else by the path, else by the text."""
    row = language_of(place.language) or language_of("", path or None) or language_of("", f"x.{place.language}")
    row = row or guessed(place.above, place.below)
    return row.lsp_ids[0] if row is not None else "plaintext"


def _beside(place: Place, uri: str, before: dict[str, Document]) -> dict[str, Document]:
    """The other files as documents; those that are the same as before keep their trees.

    They have no path: that is the client's word, and nothing is looked up on the disk for it.
    """
    found: dict[str, Document] = {}
    for number, file in enumerate(place.files):
        document = before.get(file.path)
        if has_secret_name(file.path):
            continue
        if document is None or document.text != file.text:
            row = language_of("", file.path)
            lsp_id = row.lsp_ids[0] if row is not None else "plaintext"
            name = quote(PurePath(file.path).name)
            document = Document(f"untitled:{quote(uri, safe='')}/{number}/{name}", file.text, lsp_id)
        found[file.path] = document
    return found


def _edit(document: Document, text: str) -> None:
    """Give the document that text by the smallest edit, so that little is parsed again."""
    old = document.text
    if old == text:
        return
    start = common_start(old, text)
    end = common_end(old, text, min(len(old), len(text)) - start)
    document.apply(start, len(old) - end, text[start : len(text) - end])
