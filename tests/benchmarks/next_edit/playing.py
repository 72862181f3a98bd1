"""Plays a case on the engine as an editor would, and judges what is offered."""

import re
import time
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from hearth.engine.context.documents import Document
from hearth.engine.next_edit.filling import Hole
from hearth.engine.next_edit.predictor import NextEdits, Suggestion, find
from tests.benchmarks.next_edit.cases import Case
from tests.benchmarks.next_edit.hunks import NEAR, Hunk, same
from tests.benchmarks.next_edit.releases import LANGUAGES

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
_IMPORT = re.compile(r"\s*(?:from\s+\S+\s+import\b|import\b|(?:const|let|var)\b.*\brequire\()")
_WORD = re.compile(r"[^\W\d]\w{3,}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`seconds` from the request to the answer. Without a suggestion the rest is False.

    `has_hole`: the rules know a place whose text they leave to a model.
    """

    case: Case
    suggestion: Suggestion | None
    seconds: float
    is_place_right: bool = False
    is_text_right: bool = False
    is_revert: bool = False
    has_hole: bool = False


def play(case: Case) -> Outcome:
    player = Player(case)
    player.make_the_edit()
    start = time.perf_counter()
    suggestion = player.ask()
    seconds = time.perf_counter() - start
    if not isinstance(suggestion, Suggestion):
        return Outcome(case, None, seconds, has_hole=suggestion is not None)
    offered = player.as_hunk(suggestion)
    right = [hunk for hunk in case.right if touches(offered, player.placed(hunk))]
    return Outcome(
        case,
        suggestion,
        seconds,
        is_place_right=bool(right),
        is_text_right=any(says(offered, hunk) for hunk in right),
        is_revert=player.would_be_as_before(suggestion),
    )


def touches(offered: Hunk, hunk: Hunk) -> bool:
    """Whether the offered change is where the hunk is.

    New lines may be some lines off if they are the same; an import may stand anywhere among the others.
    """
    if offered.file != hunk.file:
        return False
    if offered.first == offered.last and hunk.first == hunk.last:
        away = abs(offered.first - hunk.first)
        return away <= 1 or ((away <= NEAR or _is_import(offered)) and says(offered, hunk))
    if offered.first == offered.last or hunk.first == hunk.last:
        return offered.first <= hunk.last and hunk.first <= offered.last
    return offered.first < hunk.last and hunk.first < offered.last


def _is_import(offered: Hunk) -> bool:
    return all(_IMPORT.match(line) for line in offered.new)


def says(offered: Hunk, hunk: Hunk) -> bool:
    """Whether it writes lines of the hunk and no others; one line of a hunk of several is enough."""
    wrote, wanted = same(offered.new), same(hunk.new)
    if not wrote:
        return not set(same(offered.old)) & set(wanted)
    return any(wanted[at : at + len(wrote)] == wrote for at in range(len(wanted)))


@dataclass
class Player:
    case: Case
    next_edits: NextEdits = field(default_factory=NextEdits)
    documents: dict[str, Document] = field(default_factory=dict)
    earlier: dict[str, set[str]] = field(default_factory=dict)
    cursor: int = 0

    def __post_init__(self) -> None:
        for file in self.case.files:
            text = with_hunks(self.case.release.texts[file], [h for h in self.case.made if h.file == file])
            language = LANGUAGES[PurePosixPath(file).suffix]
            path = f"{self.case.release.root}/{file}"
            document = Document(f"file:///project/{file}", text, language, path)
            assert document.code.text == text  # it is parsed when it is opened
            self.documents[file] = document
            self.earlier[file] = {text}

    def make_the_edit(self) -> None:
        hunk = self.placed(self.case.edit)
        document = self.documents[hunk.file]
        start = sum(len(line) + 1 for line in document.text.split("\n")[: hunk.first])
        if self.case.kind == "mended":
            self._mistype(document, start, "".join(f"{line}\n" for line in hunk.old) or document.text[start:])
            return
        made = self._type(document, start, hunk)
        if self.case.kind == "undone":
            for at, old, new in reversed(made):
                self._apply(document, at, at + len(new), old)

    def ask(self) -> Suggestion | Hole | None:
        document = self.documents[self.case.edit.file]
        others = tuple(each for each in self.documents.values() if each is not document)
        entries = self.case.release.entries
        return find(self.next_edits.question(document, others, self.cursor, False, True, entries))

    def placed(self, hunk: Hunk) -> Hunk:
        """The hunk in the texts as they are now; before the edit is made, where it will be."""
        there = set(self.case.made)
        if self.case.kind in ("linked", "unlinked", "done"):
            there.add(self.case.edit)
        shift = sum(each.growth for each in there if each.file == hunk.file and each.first < hunk.first)
        return Hunk(hunk.file, hunk.first + shift, hunk.last + shift, hunk.old, hunk.new)

    def as_hunk(self, suggestion: Suggestion) -> Hunk:
        file = next(file for file, each in self.documents.items() if each.uri == suggestion.uri)
        text = self.documents[file].text
        first = text.count("\n", 0, suggestion.start)
        old, new = _lines(suggestion.old), _lines(suggestion.text)
        return Hunk(file, first, first + len(old), old, new)

    def would_be_as_before(self, suggestion: Suggestion) -> bool:
        file = next(file for file, each in self.documents.items() if each.uri == suggestion.uri)
        text = self.documents[file].text
        after = text[: suggestion.start] + suggestion.text + text[suggestion.end :]
        edit = self.case.edit
        written, there = set(same(_lines(suggestion.text))), set(same(_lines(suggestion.old)))
        takes_back = bool(written and there) and written <= set(same(edit.old)) and there <= set(same(edit.new))
        return after in self.earlier[file] or (file == edit.file and takes_back)

    def _type(self, document: Document, start: int, hunk: Hunk) -> list[tuple[int, str, str]]:
        """Word by word, only what differs; the changes in their order."""
        old, new = (_PIECE.findall("".join(f"{line}\n" for line in lines)) for lines in (hunk.old, hunk.new))
        made = []
        at = start
        for kind, first, last, new_first, new_last in SequenceMatcher(None, old, new, False).get_opcodes():
            gone, written = "".join(old[first:last]), new[new_first:new_last]
            if kind == "equal":
                at += len(gone)
                continue
            if gone:
                self._apply(document, at, at + len(gone), "")
                made.append((at, gone, ""))
            for piece in written:
                self._apply(document, at, at, piece)
                made.append((at, "", piece))
                at += len(piece)
        return made

    def _mistype(self, document: Document, start: int, text: str) -> None:
        found = _WORD.search(text)
        at = start + (found.end() if found else 0)
        self._apply(document, at, at, "x")
        self._apply(document, at, at + 1, "")

    def _apply(self, document: Document, start: int, end: int, new: str) -> None:
        self.next_edits.history.note(document, start, end, new)
        document.apply(start, end, new)
        self.cursor = start + len(new)


def with_hunks(text: str, hunks: list[Hunk]) -> str:
    lines = text.split("\n")
    for hunk in sorted(hunks, key=lambda each: each.first, reverse=True):
        lines[hunk.first : hunk.last] = hunk.new
    return "\n".join(lines)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.removesuffix("\n").split("\n")) if text else ()
