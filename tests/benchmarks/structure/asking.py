"""Asks the completer at a place, with what a model says given, and accepts the answer as an editor does."""

from dataclasses import dataclass

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings
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
    """One place; its documents, with LF and with CRLF, are parsed once."""

    place: Place

    def __post_init__(self) -> None:
        self._documents = {crlf: _document(self.place, crlf) for crlf in (False, True)}

    async def ask(self, said: Said, automatic: bool) -> Try:
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
    text, before = place.text, place.before
    if crlf:
        text, before = text.replace("\n", "\r\n"), before.replace("\n", "\r\n")
    path = f"/project/{place.source}"
    return Document(f"file://{path}", text, place.language, path), len(before)


def _says_closing(place: Place, said: Said) -> bool:
    return said.text.replace("\r\n", "\n").startswith(place.missing)
