"""Lines typed key by key, with an editor that closes brackets and quotes; each key asks for a suggestion."""

import asyncio
import random
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import CompletionRequest, Finished, Piece
from tests.benchmarks.structure.asking import Try, accepted, difference
from tests.benchmarks.structure.judge import judge
from tests.benchmarks.structure.places import File, Place
from tests.benchmarks.structure.scan import CLOSER_OF
from tests.benchmarks.structure.scripts import Said, pieces

KIND = "typed"
_SETTINGS = CompletionSettings(deadline_ms=60_000)
_KEYS = (12, 160)  # of one place
_LEFT = 200  # characters by which a place is known again


@dataclass
class Typed:
    """What came of one place: the tries at each key, the keys, and how often the model was asked."""

    language: str
    tries: list[Try] = field(default_factory=list)
    keys: int = 0
    asked: int = 0


@dataclass
class Editor:
    """A file in which `start:end` is typed again. `reached` is the cursor, in the file as in the document."""

    file: File
    end: int
    text: str
    reached: int

    @property
    def closed(self) -> str:
        """What the editor has closed by itself: all that stands between the cursor and the text below."""
        return self.text[self.reached : len(self.text) - (len(self.file.text) - self.end)]

    def press(self) -> None:
        """Type the next character, or go over it where the editor has closed it already."""
        char = self.file.text[self.reached]
        if char == "\n":
            self._enter()
        elif self.closed.startswith(char):
            self.reached += 1
        else:
            state = self.file.scan.states[self.reached]
            closer = self.file.rules.closes(self.text, self.reached, char, state)
            self._insert(char, closer or "")

    def _enter(self) -> None:
        """A line end with the indentation that follows; between brackets the closer gets a line of its own.

        Where the closing line is next, the cursor goes there.
        """
        line = re.compile(r"\s+").match(self.file.text, self.reached, self.end)
        typed = line[0] if line else "\n"
        next_char = self.file.text[self.reached + len(typed) : self.end][:1]
        if next_char and self.closed.startswith(typed + next_char):
            self.reached += len(typed)
            return
        between = self.closed and CLOSER_OF.get(self.text[self.reached - 1]) == self.closed[0]
        self._insert(typed, "\n" + self._indentation() if between else "")

    def _indentation(self) -> str:
        line = self.text[self.text.rfind("\n", 0, self.reached) + 1 : self.reached]
        return line[: len(line) - len(line.lstrip())]

    def _insert(self, text: str, behind: str) -> None:
        self.text = self.text[: self.reached] + text + behind + self.text[self.reached :]
        self.reached += len(text)


def chosen_lines(files: Sequence[File], keys: int, seed: int) -> list[tuple[File, int, int]]:
    """(file, start, end) of lines with brackets or quotes, and of blocks: so many keys in each language."""
    found: list[tuple[File, int, int]] = []
    for language in dict.fromkeys(file.language for file in files):
        own = [file for file in files if file.language == language]
        chance = random.Random(f"{seed} {language} typed")
        lines = [(file, *span) for file in own for span in _lines(file)]
        blocks = [(file, *span) for file in own for span in _blocks(file)]
        for candidates in (lines, blocks):
            chance.shuffle(candidates)
            typed = 0
            for candidate in candidates:
                if typed >= keys // 2:
                    break
                typed += candidate[2] - candidate[1]
                found.append(candidate)
    return found


@dataclass
class KnowingBackend(ScriptedBackend):
    """Says what is missing up to `end` of a text, wherever it is asked, also ahead of the cursor."""

    text: str = ""
    start: int = 0
    end: int = 0

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        left = (request.prompt.above + request.prompt.typed)[-_LEFT:]
        found = self.text.find(left, max(0, self.start - len(left)), self.end)
        self.pieces = pieces(self.text[found + len(left) : self.end]) if found >= 0 else []
        async for event in super().complete(request):
            yield event


async def typed(file: File, start: int, end: int) -> Typed:
    """The text `start:end` of a file is typed into it; what is missing of it is what the model says each time."""
    editor = Editor(file, end, file.text[:start] + file.text[end:], start)
    path = f"/project/{file.name}"
    document = Document(f"file://{path}", editor.text, file.language, path)
    backend = KnowingBackend([], text=file.text, start=start, end=end)
    completer = Completer(backend, _SETTINGS)
    done = Typed(file.language)
    await asyncio.to_thread(lambda: document.code)  # as an editor's server does when it is opened
    try:
        while editor.reached < end and _fits(editor):
            done.tries.append(await _asked(editor, document, completer))
            editor.press()
            done.keys += 1
            _follow(document, editor.text)
    finally:
        completer.forget(document.uri)
    done.asked = len(backend.requests)
    return done


async def _asked(editor: Editor, document: Document, completer: Completer) -> Try:
    file, rest = editor.file, editor.file.text[editor.reached : editor.end]
    place = Place(file.language, file.name, KIND, editor.text, editor.reached, file.text, editor.closed)
    answer = await completer.complete(document, editor.reached)
    result, _ = accepted(editor.text, answer)
    return Try(place, Said("typed", rest), True, result, judge(place, result))


def _fits(editor: Editor) -> bool:
    """Whether all that the editor has closed is wanted; an apostrophe in a word is not, and would be deleted."""
    rest = iter("".join(editor.file.text[editor.reached : editor.end].split()))
    return all(char in rest for char in "".join(editor.closed.split()))


def _lines(file: File) -> list[tuple[int, int]]:
    """Lines of code in which an editor closes something."""
    found = []
    for start, line in file.lines:
        begin, end = start + len(line) - len(line.lstrip()), start + len(line.rstrip())
        spans = [*file.scan.brackets, *file.scan.strings]
        closes = any(begin <= span.open and span.end <= end for span in spans)
        if closes and _KEYS[0] <= end - begin <= _KEYS[1] // 2 and file.is_code(begin):
            found.append((begin, end))
    return found


def _blocks(file: File) -> list[tuple[int, int]]:
    """Blocks in brackets, from the line that opens them to the one that closes them."""
    found = []
    for span in file.scan.brackets:
        start, end = file.text.rfind("\n", 0, span.open) + 1, file.line_end(span.close)
        begin = start + len(file.text[start : span.open]) - len(file.text[start : span.open].lstrip())
        is_block = file.text[span.inner] == "\n" and file.text[: span.close].rstrip(" \t").endswith("\n")
        if is_block and _KEYS[0] <= end - begin <= _KEYS[1]:
            found.append((begin, end))
    return found


def _follow(document: Document, text: str) -> None:
    """One edit that makes the document read so."""
    document.apply(*difference(document.text, text))
    document.version += 1
