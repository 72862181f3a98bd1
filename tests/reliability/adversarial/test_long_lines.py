"""What a keystroke and a request cost in texts that nobody has typed: by processor time, with plenty of room."""

import time

import psutil
import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import prepare
from hearth.engine.context.query import ContextQuery
from hearth.engine.context.recent import RecentEdits
from hearth.engine.settings import CompletionSettings
from hearth.engine.stats.tracker import Tracker
from hearth.engine.types import Snapshot
from hearth.lsp_server import convert
from tests.pace import is_over

LENGTH = 5_000_000
SHAPES = {
    "one word": "a" * LENGTH,
    "figures": "0123456789abcdef" * (LENGTH // 16),
    "minified": "function f(a,b){return a.b+c(d[1])};" * (LENGTH // 36),
    "brackets": "[" * 1_000_000,
    "closers": ")" * 1_000_000,
    "blank lines": "\n" * 150_000,
    "Windows lines": "\r\n" * 150_000,
    "indented blanks": "    \n" * 150_000,
    "blanks": " " * LENGTH,
    "quotes": "\"'" * (LENGTH // 2),
    "names with dots": "a." * (LENGTH // 2),
    "letters of two bytes": "é" * (LENGTH // 2),
    "letters of four bytes": "😀" * (LENGTH // 4),
    "backslashes": "\\" * LENGTH,
    "tags": "<a>" * (LENGTH // 3),
    "short lines": "x = 1\n" * (LENGTH // 6),
}
PATIENT = CompletionSettings(deadline_ms=600_000)


class Window:
    """A document with its completer, as the server has them."""

    def __init__(self, text: str, language: str = "plaintext") -> None:
        self.document = Document("file:///project/a", text, language, "/project/a", 1)
        self.edits = RecentEdits()
        self.tracker = Tracker()
        self.completer = Completer(ScriptedBackend(["done\n"]), PATIENT, self.surroundings)

    def surroundings(self, snapshot: Snapshot, offset: int, window: tuple[int, int]) -> ContextQuery:
        edits = self.edits.newest()
        return ContextQuery(snapshot, offset, open_documents=(self.document,), recent_edits=edits, window=window)

    def type(self, offset: int, text: str) -> int:
        """One keystroke, with the conversions of its positions."""
        place = convert.position_at(self.document, offset, "utf-16")
        start = convert.offset_at(self.document, place, "utf-16")
        self.document.apply(start, start, text)
        self.edits.note(self.document, start, start, text)
        self.tracker.edited(self.document.uri, start, start, text, self.document.text)
        return start + len(text)


@pytest.mark.parametrize("place", ["end", "middle"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", ["plaintext", "javascript"])
async def test_a_request_and_a_keystroke_are_cheap_in_any_text(language: str, shape: str, place: str) -> None:
    window = Window(SHAPES[shape], language)
    offset = len(window.document.text) // (1 if place == "end" else 2)
    prepare(window.document)
    costs: list[float] = []
    for automatic in (True, False, True):
        began = time.process_time()
        await window.completer.complete(window.document, offset, automatic)
        costs.append(time.process_time() - began)
        began = time.process_time()
        for letter in "abc":
            offset = window.type(offset, letter)
        costs.append((time.process_time() - began) / 3)
    # Seconds of processor time, other threads' included; what grew with the square took minutes.
    assert not is_over(max(costs), 2), costs


async def test_600_keystrokes_in_a_line_of_129_kb_leave_nothing_behind() -> None:
    window = Window("var x=function(a,b){return a.someName+otherName(b)};" * 2_500)
    offset = len(window.document.text)
    await window.completer.complete(window.document, offset)
    own = psutil.Process()
    before = own.memory_info().rss
    for number in range(600):
        offset = window.type(offset, "word."[number % 5])
        if number % 2:
            await window.completer.complete(window.document, offset, automatic=number % 10 != 9)
    after = own.memory_info().rss
    assert after - before < 100_000_000  # bytes; when each version of the line was kept it was a gigabyte
