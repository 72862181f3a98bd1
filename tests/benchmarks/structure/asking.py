"""Asks the completer at a place, with what a model says given, and accepts the answer as an editor does."""

import asyncio
from dataclasses import dataclass
from functools import lru_cache

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings
from hearth.engine.text import common_end, common_start
from hearth.engine.types import Completion
from tests.benchmarks.structure.judge import Verdict, judge
from tests.benchmarks.structure.places import Place
from tests.benchmarks.structure.scripts import Said, pieces

_SETTINGS = CompletionSettings(deadline_ms=60_000)  # it is the answers that are judged here


@dataclass(frozen=True, slots=True)
class Try:
    """One question: what was said, what the document became, and what that is worth."""

    place: Place
    said: Said
    automatic: bool
    result: str
    verdict: Verdict


@dataclass
class Asker:
    """One place; its documents, with LF and with CRLF, are made once."""

    place: Place

    def __post_init__(self) -> None:
        self._documents: dict[bool, tuple[Document, int]] = {}

    async def ask(self, said: Said, automatic: bool) -> Try:
        if said.crlf not in self._documents:
            self._documents[said.crlf] = await asyncio.to_thread(_document, self.place, said.crlf)
        document, offset = self._documents[said.crlf]
        completer = Completer(ScriptedBackend(pieces(said.text)), _SETTINGS)
        try:
            answer = await completer.complete(document, offset, automatic)
        finally:
            completer.forget(document.uri)
        result, is_mixed = accepted(document.text, answer)
        verdict = judge(self.place, result, said.loose, _says_closing(self.place, said))
        if is_mixed and not verdict.damage:
            verdict = Verdict(verdict.shown, "line ends")
        return Try(self.place, said, automatic, result, verdict)


def accepted(text: str, answer: Completion | None) -> tuple[str, bool]:
    """(the document with the answer in it and LF only, whether line ends were mixed up).

    An answer has the document's own line ends; editors that want others are given them by the server.
    """
    if answer is None or not answer.text:
        return text.replace("\r\n", "\n"), False
    result = text[: answer.start] + answer.text + text[answer.end :]
    lone = result.replace("\r\n", "")
    is_mixed = "\r" in lone or ("\r\n" in text and "\n" in lone) or ("\r" in result and "\r" not in text)
    return result.replace("\r\n", "\n").replace("\r", "\n"), is_mixed


def _document(place: Place, crlf: bool) -> tuple[Document, int]:
    """The document that the place is made in, opened as the right text and edited to what stands there."""
    right, text, before = (_with(text, crlf) for text in (place.truth, place.text, place.before))
    document = _opened(place.language, place.source, right).variant(*difference(right, text))
    assert document.text == text
    return document, len(before)


def difference(old: str, new: str) -> tuple[int, int, str]:
    """(start, end, new text) of the one edit that makes the new text of the old one."""
    start = common_start(old, new)
    same = common_end(old, new, min(len(old), len(new)) - start)
    return start, len(old) - same, new[start : len(new) - same]


@lru_cache(maxsize=4)
def _opened(language: str, source: str, text: str) -> Document:
    path = f"/project/{source}"
    document = Document(f"file://{path}", text, language, path)
    assert document.code.text == text  # parsed in this thread, which has the time
    return document


def _with(text: str, crlf: bool) -> str:
    return text.replace("\n", "\r\n") if crlf else text


def _says_closing(place: Place, said: Said) -> bool:
    return said.text.replace("\r\n", "\n").startswith(place.missing)
