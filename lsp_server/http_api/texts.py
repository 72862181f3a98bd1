"""The documents that requests are about. A request tells a piece of a text and nothing of where it belongs.

A text that is mostly that of an earlier request is taken for the same document, edited: so typing along a
suggestion needs no model, and the prompt stays warm.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import PurePath
from urllib.parse import quote

from hearth.engine.context.documents import Document
from hearth.engine.languages import Language, language_of
from hearth.engine.languages.guessing import guessed
from hearth.engine.raw_fim import Place
from hearth.engine.secrets.files import has_secret_name
from hearth.engine.text import common_end, common_start

MOST = 8  # documents that are kept
_ABOVE, _BELOW = 200_000, 100_000  # characters that are looked at
_SAME = 0.5  # of the shorter text must be in the other one
_LONGEST_PATH = 4_096
_LITTLE = 200  # characters


@dataclass(frozen=True, slots=True)
class Known:
    """A document, and the other files, by their paths, that came with the last request about it.

    `guessed_at` is the length at which its language was guessed; None where the client told it.
    """

    document: Document
    beside: dict[str, Document]
    guessed_at: int | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether there is so much more of the text by now that its language is worth another guess."""
        return self.guessed_at is not None and len(self.document.text) > 2 * self.guessed_at + _LITTLE


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
        if known is not None:
            _edit(known.document, text)
            known = self._unless_of_another_language(known, above, below)
        is_new = known is None
        known = known or self._new(text, path, place)
        self._keep(replace(known, beside=_beside(place, known.document, known.beside)))
        return known.document, len(above), is_new

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

    def _unless_of_another_language(self, known: Known, above: str, below: str) -> Known | None:
        """None where the language was guessed from a little text, and more of it speaks for another one."""
        row = guessed(above, below) if known.is_doubtful else None
        if row is None:
            return known
        if known.document.language in row.lsp_ids:
            return replace(known, guessed_at=len(above) + len(below))
        self._drop(known.document.uri)
        return None

    def _new(self, text: str, path: str, place: Place) -> Known:
        told = _told(place, path)
        uri = f"untitled:{PurePath(path).name or 'text'}#{next(self._numbers)}"
        document = Document(uri, text, _lsp_id(told or guessed(place.above, place.below)), path or None)
        return Known(document, {}, None if told else len(text))

    def _keep(self, known: Known) -> None:
        self._known[known.document.uri] = known
        self._known.move_to_end(known.document.uri)
        while len(self._known) > MOST:
            self._drop(next(iter(self._known)))

    def _drop(self, uri: str) -> None:
        del self._known[uri]
        self._forget(uri)


def _told(place: Place, path: str) -> Language | None:
    """The language as the client names it, or by the path."""
    return language_of(place.language) or language_of("", path or None) or language_of("", f"x.{place.language}")


def _lsp_id(row: Language | None) -> str:
    return row.lsp_ids[0] if row is not None else "plaintext"


def _beside(place: Place, own: Document, before: dict[str, Document]) -> dict[str, Document]:
    """The other files as documents; those that are the same as before keep their trees.

    They have no path: that is the client's word, and nothing is looked up on the disk for it.
    """
    found: dict[str, Document] = {}
    for number, file in enumerate(place.files):
        document = before.get(file.path)
        if has_secret_name(file.path):
            continue
        if document is None or document.text != file.text:
            name = quote(PurePath(file.path).name, errors="replace")
            uri = f"untitled:{quote(own.uri, safe='')}/{number}/{name}"
            # A passage that has no name is mostly of the same language.
            lsp_id = _lsp_id(language_of("", file.path)) if "." in file.path else own.language
            document = Document(uri, file.text, lsp_id)
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
