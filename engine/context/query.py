"""The question to a context source, and its answer."""

from dataclasses import dataclass, field
from pathlib import Path, PurePath
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from hearth.engine.context import parsed
from hearth.engine.context.documents import Document
from hearth.engine.context.elsewhere import Place
from hearth.engine.context.ignore import (
    ALLOWED,
    MAX_BYTES,
    Disk,
    Verdict,
    root_of,
    verdict_of_path,
    verdict_of_text,
)
from hearth.engine.context.near import Near, near
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.recent import RecentEdit
from hearth.engine.context.symbols import Import, imports_in
from hearth.engine.languages import Language
from hearth.engine.settings import ContextSettings
from hearth.engine.text import estimate_tokens
from hearth.engine.types import Snapshot

_CELLS_ABOVE = 3_000  # characters of the cells above in a notebook, which every prompt has room for
IMPORT_CHARS = 20_000  # at the beginning of a file, searched for imports

# Languages whose files call each other.
_FAMILIES = {
    language: family
    for family, languages in {
        "script": ("javascript", "typescript", "tsx", "vue", "svelte", "astro"),
        "c": ("c", "cpp", "objective-c"),
        "jvm": ("java", "kotlin", "scala", "groovy"),
    }.items()
    for language in languages
}


@dataclass(frozen=True, slots=True)
class ContextQuery:
    """The user is about to write at `offset` of `snapshot`.

    The prompt shows the part of this file within the offsets `window` anyway; None means all of it.
    """

    snapshot: Snapshot
    offset: int
    open_documents: tuple[Document, ...] = ()
    workspace_roots: tuple[str, ...] = ()
    recent_edits: tuple[RecentEdit, ...] = ()
    settings: ContextSettings = field(default_factory=ContextSettings)
    window: tuple[int, int] | None = None
    places: tuple[Place, ...] = ()  # where the editor's language servers know names near the cursor


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may help. `path` is the path that the model sees, `start` the passage's offset in that file.

    `score` is between 0 and 1, and `reason` tells the user why the passage is included. `quotes` are the parts of
    the text that are copied verbatim from the file; if empty, all of its lines are.
    """

    path: str
    text: str
    source: str
    reason: str
    score: float
    start: int = 0
    quotes: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        return estimate_tokens(self.text)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was considered and left out. `path` is empty if that is a whole source."""

    path: str
    source: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open document that may be context, at one moment."""

    uri: str
    path: str
    code: ParsedText


@dataclass(frozen=True, slots=True)
class ResolvedQuery:
    """A query with everything that several sources need, found once."""

    query: ContextQuery
    code: ParsedText
    path: str
    file: Path | None
    root: Path | None
    window: tuple[int, int]
    near: Near
    imports: tuple[Import, ...]
    others: tuple[OpenFile, ...]
    left_out: tuple[LeftOut, ...]
    disk: Disk


_verdicts: WeakKeyDictionary[ParsedText, Verdict] = WeakKeyDictionary()
_seen_codes: WeakKeyDictionary[ParsedText, ParsedText] = WeakKeyDictionary()


def resolve(query: ContextQuery) -> ResolvedQuery:
    """Find the query's surroundings. The other open files are sorted by path."""
    snapshot = query.snapshot
    code = _code_of(query)
    roots = query.workspace_roots
    disk = Disk()
    root = root_of(snapshot.path, roots, disk) if snapshot.path else None
    others, left_out = _open_files(query, disk)
    return ResolvedQuery(
        query=query,
        code=code,
        path=shown_path(snapshot.uri, snapshot.path, roots, disk),
        file=Path(disk.real(snapshot.path)) if snapshot.path else None,
        root=root,
        window=query.window or (0, len(snapshot.text)),
        near=near(code, query.offset),
        imports=imports_in(code, 0, IMPORT_CHARS),
        others=others,
        left_out=left_out,
        disk=disk,
    )


def shown_path(uri: str, path: str | None, roots: tuple[str, ...], disk: Disk | None = None) -> str:
    """The path relative to the workspace root, with "/"; outside of it, the last part."""
    disk = disk or Disk()
    if path is None:
        return PurePath(unquote(urlsplit(uri).path)).name or uri
    root = root_of(path, roots, disk)
    if root is None:
        return PurePath(path).name
    return disk.real(path)[len(str(root)) :].replace("\\", "/").lstrip("/")


def same_family(language: Language | None, other: Language | None) -> bool:
    """Whether code of one language can use definitions of the other."""
    if language is None or other is None:
        return False
    return _FAMILIES.get(language.name, language.name) == _FAMILIES.get(other.name, other.name)


def judged(document: Document, roots: tuple[str, ...], disk: Disk) -> tuple[ParsedText | None, Verdict]:
    """The code of a document if a model may see it; the verdict on its text is found once per version."""
    verdict = verdict_of_path(document.path, roots, disk) if document.path else ALLOWED
    if not verdict.allowed:
        return None, verdict
    if len(document.text) > MAX_BYTES:
        return None, verdict_of_text(document.text)
    code = document.code
    found = _verdicts.get(code)
    if found is None:
        found = _verdicts[code] = verdict_of_text(code.text)
    return _seen(code), found


def _code_of(query: ContextQuery) -> ParsedText:
    for document in query.open_documents:
        if document.uri == query.snapshot.uri:
            code = document.code
            if code.text == query.snapshot.text:
                return _seen(code)
    return parsed.as_seen(parsed.read(query.snapshot))


def _open_files(query: ContextQuery, disk: Disk) -> tuple[tuple[OpenFile, ...], tuple[LeftOut, ...]]:
    files: list[OpenFile] = []
    left_out: list[LeftOut] = []
    here = query.snapshot.path and root_of(query.snapshot.path, query.workspace_roots, disk)
    for document in query.open_documents:
        if document.uri == query.snapshot.uri:
            continue
        path = shown_path(document.uri, document.path, query.workspace_roots, disk)
        if query.snapshot.above and _is_shown_above(document, query.snapshot):
            left_out.append(LeftOut(path, "open files", "this cell stands above already"))
            continue
        if here and document.path and root_of(document.path, query.workspace_roots, disk) not in (here, None):
            left_out.append(LeftOut(path, "open files", "it is in another folder of the workspace"))
            continue
        code, verdict = judged(document, query.workspace_roots, disk)
        if code is not None and verdict.allowed:
            files.append(OpenFile(document.uri, path, code))
        else:
            left_out.append(LeftOut(path, "open files", verdict.reason))
    files.sort(key=lambda file: (file.path, file.uri))
    left_out.sort(key=lambda left: left.path)
    return tuple(files), tuple(left_out)


def _is_shown_above(document: Document, snapshot: Snapshot) -> bool:
    """Whether it is a cell of the same notebook that the prompt shows above the cursor's."""
    same = document.uri.partition("#")[0] == snapshot.uri.partition("#")[0]
    return same and document.text in snapshot.above[-_CELLS_ABOVE:]


def _seen(code: ParsedText) -> ParsedText:
    """The code as a model may see it. It is kept for as long as the document's own code exists."""
    found = _seen_codes.get(code)
    if found is None:
        found = parsed.as_seen(code)
        if found is not code:
            _seen_codes[code] = found
    return found
