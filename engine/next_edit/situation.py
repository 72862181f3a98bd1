"""What a rule is asked with, and what it answers."""

from dataclasses import dataclass
from pathlib import PurePath

from hearth.engine.code_actions.edits import Edit
from hearth.engine.context.parsed import ParsedText
from hearth.engine.index.entries import Entry
from hearth.engine.next_edit.changes import Changes, changes
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.text import start_of_line

_SCRIPT = ("javascript", "typescript", "tsx")


@dataclass(frozen=True, slots=True)
class File:
    """An open document at one moment."""

    uri: str
    code: ParsedText
    path: str | None = None

    @property
    def stem(self) -> str:
        """Its name without folder and ending."""
        return PurePath(self.path).name.split(".")[0] if self.path else ""

    @property
    def folder(self) -> PurePath | None:
        return PurePath(self.path).parent if self.path else None


@dataclass(frozen=True, slots=True)
class Situation:
    """`file` is the one the user is in, `cursor` an offset in it; `edits` are the user's, the newest first.

    `entries` is what the index of the workspace knows.
    """

    file: File
    others: tuple[File, ...]
    edits: tuple[UserEdit, ...]
    cursor: int
    entries: tuple[Entry, ...] = ()

    def of(self, uri: str) -> File | None:
        return next((each for each in (self.file, *self.others) if each.uri == uri), None)

    def related(self, file: File) -> tuple[File, ...]:
        """The other files that may speak of the same things."""
        mine = _family(file)
        return tuple(each for each in (self.file, *self.others) if each.uri != file.uri and _family(each) == mine)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be changed next: edits within a few lines of one file, which are made together.

    `title` says in one line what they do, and `cause` is the edit that they follow from.
    """

    uri: str
    edits: tuple[Edit, ...]
    title: str
    cause: int

    @property
    def start(self) -> int:
        return min(edit.start for edit in self.edits)

    @property
    def end(self) -> int:
        return max(edit.end for edit in self.edits)


def changed_lines(file: File, edit: UserEdit) -> tuple[int, Changes]:
    """(where the lines of the edit begin, what it did to their tokens)."""
    start, old, new = edit.lines(file.code.text)
    return start, changes(old, new)


def by_line(file: File, edits: list[Edit], title: str, cause: int) -> list[Proposal]:
    """One proposal for each line that the edits, which are all within lines, are on."""
    lines: dict[int, list[Edit]] = {}
    for edit in edits:
        lines.setdefault(start_of_line(file.code.text, edit.start), []).append(edit)
    return [Proposal(file.uri, tuple(lines[start]), title, cause) for start in sorted(lines)]


def shifted(edits: tuple[Edit, ...], by: int) -> tuple[Edit, ...]:
    """The edits in a text that begins elsewhere."""
    return tuple(Edit(edit.start + by, edit.end + by, edit.text) for edit in edits)


def _family(file: File) -> str:
    name = file.code.language.name if file.code.language else ""
    return "script" if name in _SCRIPT else name
