"""A user who edits documents: `⟦old→new⟧` in a text is typed key by key, in the order of the text."""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from hearth.engine.context.documents import Document
from hearth.engine.next_edit.predictor import NextEdits, Question, Suggestion, find

MARKED = re.compile(r"⟦(.*?)→(.*?)⟧", re.DOTALL)
LANGUAGES = {
    ".py": "python",
    ".ts": "typescript",
    ".js": "javascript",
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
    ".cs": "csharp",
    ".cpp": "cpp",
    ".md": "markdown",
}


@dataclass
class Player:
    """The newest edit is where the cursor is."""

    next_edits: NextEdits = field(default_factory=NextEdits)
    documents: dict[str, Document] = field(default_factory=dict)
    at: str = ""
    cursor: int = 0
    other_files: bool = True
    root: str = "/project"

    def open(self, name: str, text: str) -> Document:
        language = LANGUAGES[PurePosixPath(name).suffix]
        document = Document(f"file://{self.root}/{name}", text, language, f"{self.root}/{name}")
        self.documents[name] = document
        self.at = self.at or name
        return document

    def play(self, name: str, marked: str) -> Document:
        """Open a document and make the edits that its text marks, the first of them first."""
        document = self.open(name, MARKED.sub(lambda found: found[1], marked))
        shift = 0
        for found in MARKED.finditer(marked):
            start = found.start() + shift
            self.change(name, start, start + len(found[1]), found[2])
            shift += len(found[2]) - len(found[0])
        return document

    def edit(self, name: str, old: str, new: str, nth: int = 0) -> None:
        """Replace the `nth` occurrence of a text: delete it, and type the new one."""
        at = -1
        for _ in range(nth + 1):
            at = self.documents[name].text.index(old, at + 1)
        self.change(name, at, at + len(old), new)

    def change(self, name: str, start: int, end: int, new: str) -> None:
        if end > start:
            self.apply(name, start, end, "")
        for index, char in enumerate(new):
            self.apply(name, start + index, start + index, char)

    def apply(self, name: str, start: int, end: int, new: str) -> None:
        """One change, as an editor tells it."""
        document = self.documents[name]
        self.next_edits.history.note(document, start, end, new)
        document.apply(start, end, new)
        self.at, self.cursor = name, start + len(new)

    def ask(self, by_hand: bool = False) -> Suggestion | None:
        found = find(self.question(by_hand))
        return found if isinstance(found, Suggestion) else None

    def question(self, by_hand: bool = False) -> Question:
        document = self.documents[self.at]
        others = tuple(each for each in self.documents.values() if each is not document)
        return self.next_edits.question(document, others, self.cursor, by_hand, self.other_files)

    def accept(self, suggestion: Suggestion) -> None:
        """As a client does it: jump, apply, tell."""
        id = self.next_edits.offer(suggestion)
        name = next(name for name, each in self.documents.items() if each.uri == suggestion.uri)
        self.apply(name, suggestion.start, suggestion.end, suggestion.text)
        self.next_edits.accepted(id)

    def chain(self, most: int = 20) -> list[str]:
        """The new lines of all that is offered, accepted one by one."""
        lines: list[str] = []
        while (suggestion := self.ask()) is not None:
            assert len(lines) < most, lines
            lines.append(suggestion.text.strip())
            self.accept(suggestion)
        return lines


def played(name: str, marked: str) -> Player:
    player = Player()
    player.play(name, marked)
    return player


def chain_of(name: str, marked: str) -> list[str]:
    return played(name, marked).chain()


def text_after(name: str, marked: str) -> str:
    player = played(name, marked)
    player.chain()
    return player.documents[name].text
