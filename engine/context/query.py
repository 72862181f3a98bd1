"""What a context source is asked, and what it answers."""

import math
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from urllib.parse import unquote, urlsplit

from engine.context import code as codes
from engine.context.code import Code
from engine.context.documents import Document
from engine.context.ignore import root_of, verdict
from engine.context.recent import RecentEdit
from engine.context.symbols import references
from engine.context.syntax import enclosing_definition
from engine.languages import Language
from engine.settings import ContextSettings
from engine.types import Snapshot

CHARS_PER_TOKEN = 3.3  # of code, measured with Qwen2.5-Coder's vocabulary; only an estimate is needed
NEAR_CHARS = 1500  # above the cursor, and half of it below: what counts as near
MAX_NAMES = 80

# Languages whose files call each other.
_FAMILIES = {"javascript": "script", "typescript": "script", "tsx": "script", "c": "c", "cpp": "c"}


@dataclass(frozen=True, slots=True)
class ContextQuery:
    """Someone is about to write at `offset` of `snapshot`.

    `window` are the offsets between which the prompt shows this file anyway; None means: all of it.
    """

    snapshot: Snapshot
    offset: int
    open_documents: tuple[Document, ...] = ()
    workspace_roots: tuple[str, ...] = ()
    recent_edits: tuple[RecentEdit, ...] = ()
    settings: ContextSettings = field(default_factory=ContextSettings)
    window: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may help. `path` is as the model sees it, `start` the passage's place in that file.

    `score` goes from 0 to 1, and `reason` tells the user why it is there.
    """

    path: str
    text: str
    source: str
    reason: str
    score: float
    start: int = 0

    @property
    def tokens(self) -> int:
        return estimate_tokens(self.text)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was looked at and not taken. `path` may be empty where a whole source is meant."""

    path: str
    source: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open document that may be context, at one moment."""

    uri: str
    path: str
    code: Code


@dataclass(frozen=True, slots=True)
class Place:
    """A query with everything that more than one source wants to know, found once."""

    query: ContextQuery
    code: Code
    path: str
    file: Path | None
    root: Path | None
    window: tuple[int, int]
    names: tuple[str, ...]
    others: tuple[OpenFile, ...]
    left_out: tuple[LeftOut, ...]


def place_of(query: ContextQuery) -> Place:
    """Look at the query's surroundings. The other open files are sorted by their path."""
    snapshot = query.snapshot
    code = _code_of(query)
    roots = query.workspace_roots
    root = root_of(snapshot.path, roots) if snapshot.path else None
    others, left_out = _open_files(query)
    return Place(
        query=query,
        code=code,
        path=shown_path(snapshot.uri, snapshot.path, roots),
        file=Path(snapshot.path).resolve() if snapshot.path else None,
        root=root,
        window=query.window or (0, len(snapshot.text)),
        names=_names_near(code, query.offset),
        others=others,
        left_out=left_out,
    )


def shown_path(uri: str, path: str | None, roots: tuple[str, ...]) -> str:
    """The path from the workspace root, with "/"; for everything else the last part."""
    if path is None:
        return PurePath(unquote(urlsplit(uri).path)).name or uri
    root = root_of(path, roots)
    if root is None:
        return PurePath(path).name
    return Path(path).resolve().relative_to(root).as_posix()


def estimate_tokens(text: str) -> int:
    return math.ceil(len(text) / CHARS_PER_TOKEN)


def same_family(language: Language | None, other: Language | None) -> bool:
    """Whether code of the one language can use what is defined in the other."""
    if language is None or other is None:
        return False
    return _FAMILIES.get(language.name, language.name) == _FAMILIES.get(other.name, other.name)


def _code_of(query: ContextQuery) -> Code:
    for document in query.open_documents:
        if document.uri == query.snapshot.uri:
            code = document.code
            if code.text == query.snapshot.text:
                return code
    return codes.read(query.snapshot)


def _open_files(query: ContextQuery) -> tuple[tuple[OpenFile, ...], tuple[LeftOut, ...]]:
    files: list[OpenFile] = []
    left_out: list[LeftOut] = []
    for document in query.open_documents:
        if document.uri == query.snapshot.uri:
            continue
        path = shown_path(document.uri, document.path, query.workspace_roots)
        text = document.text
        judged = verdict(document.path or "", query.workspace_roots if document.path else (), text)
        if judged.allowed:
            files.append(OpenFile(document.uri, path, document.code))
        else:
            left_out.append(LeftOut(path, "open files", judged.reason))
    files.sort(key=lambda file: (file.path, file.uri))
    left_out.sort(key=lambda left: left.path)
    return tuple(files), tuple(left_out)


def _names_near(code: Code, offset: int) -> tuple[str, ...]:
    """The identifiers used near the offset, nearest first.

    Where "near" begins and ends does not depend on the offset as long as it stays in one definition: what is shown
    to the model should not change while someone types.
    """
    start, end = max(0, offset - NEAR_CHARS), offset + NEAR_CHARS // 2
    around = enclosing_definition(code, offset)
    if around is not None and around.end - around.start <= 2 * NEAR_CHARS:
        start, end = around.start, max(around.end, offset)
    names = references(code, start, min(offset, end)) + references(code, offset, end)[::-1]
    return tuple(name for name in dict.fromkeys(names) if len(name) > 2)[:MAX_NAMES]
