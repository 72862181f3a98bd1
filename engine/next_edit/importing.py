"""How the files of a workspace bring a name in: by which import, and from which module."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from weakref import WeakKeyDictionary

from hearth.engine.code_actions.import_names import bound_names, only_names
from hearth.engine.index.entries import Entry
from hearth.engine.languages import language_of
from hearth.engine.next_edit.situation import File

SCRIPT = ("javascript", "typescript", "tsx")
LEAST_SHARE = 0.8  # of the files that import a name, of those that do so in the same way
LEAST_FILES = 4  # that do, where others do otherwise
_MODULE = re.compile(r"(?:from\s+|require\(\s*|import\s+)(['\"])(?P<path>[^'\"]+)\1")
_FROM = re.compile(r"from\s+(?P<path>[\w.]+)\s+import\b")
_EXPORTS = re.compile(r"module\.exports\s{0,10}+=\s{0,10}+\{[^}]{0,20000}+\}")
_RENAMED_TO_ITSELF = re.compile(r"\b(\w+) as \1\b")
_INDEX = re.compile(r"(/index)?(\.[cm]?[jt]sx?)?$")


@dataclass(frozen=True, slots=True)
class _Known:
    """`imports` has the statement for each name, `defined` are the names that others may import."""

    language: str
    imports: dict[str, str]
    defined: frozenset[str]


@dataclass(slots=True)
class Ways:
    """The ways to import a name, each with the files that go it."""

    _ways: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # each file's text

    def __bool__(self) -> bool:
        return bool(self._ways)

    @property
    def files(self) -> int:
        return sum(map(len, self._ways.values()))

    def add(self, text: str, source: str, language: str) -> None:
        """A statement as it would be written in the file that wants the name; `source` is where it was seen."""
        self._ways.setdefault(_key(text, language), {})[source] = text

    def only(self) -> str | None:
        """The one that all go, or by far the most; None where there is none."""
        if not self._ways:
            return None
        best = max(self._ways.values(), key=len)
        is_clear = len(self._ways) == 1 or (len(best) >= LEAST_FILES and len(best) >= LEAST_SHARE * self.files)
        return Counter(best.values()).most_common(1)[0][0] if is_clear else None


_known: WeakKeyDictionary[Entry, _Known] = WeakKeyDictionary()


def importers(entries: Sequence[Entry], name: str, target: File) -> Iterator[tuple[str, str]]:
    """(the statement as the target would write it, the path of the file that has it), file by file."""
    language = target.code.language.name if target.code.language else ""
    for entry in entries:
        known = _of(entry)
        text = known.imports.get(name) if is_akin(known.language, language) else None
        if text is not None and entry.path != target.path:
            moved = relocated(text, entry.path, target.path or "", language)
            if moved is not None and _last(moved, language) != target.stem:
                yield only_names(moved, [name], language), entry.path


def definers(entries: Sequence[Entry], name: str, target: File) -> list[str]:
    """The paths of the files that define it at the top level."""
    language = target.code.language.name if target.code.language else ""
    return [
        each.path
        for each in entries
        if name in (known := _of(each)).defined and is_akin(known.language, language) and each.path != target.path
    ]


def relocated(text: str, source: str, target: str, language: str) -> str | None:
    """The import of one file as another writes it: a path from the file is one from the other."""
    found = (_MODULE if language in SCRIPT else _FROM).search(text) if language != "rust" else None
    if found is None or not found["path"].startswith("."):
        return text if not re.search(r"\b(?:super|self)::", text) else None
    if not source or not target:
        return None
    there, here = PurePath(source).parent, PurePath(target).parent
    if language in SCRIPT:
        path = os.path.relpath(os.path.normpath(there / found["path"]), here).replace(os.sep, "/")
        path = path if path.startswith(".") else f"./{path}"
    else:
        path = _python(found["path"], there, here)
    return text[: found.start("path")] + path + text[found.end("path") :] if path else None


def is_exported(text: str, name: str) -> bool:
    """Whether a CommonJS module lists the name among its exports."""
    listed = _EXPORTS.search(text)
    return listed is not None and re.search(rf"(?<![\w$.]){re.escape(name)}\s*[,:}}]", listed[0]) is not None


def is_akin(one: str, other: str) -> bool:
    """Whether files of the two languages import each other."""
    return one == other or (one in SCRIPT and other in SCRIPT)


def _of(entry: Entry) -> _Known:
    known = _known.get(entry)
    if known is None:
        row = language_of("", entry.path)
        language = row.name if row is not None else ""
        imports: dict[str, str] = {}
        for text in entry.imports:
            text = _RENAMED_TO_ITSELF.sub(r"\1", text)
            for name in bound_names(text, language) or ():
                imports.setdefault(name, text)
        defined = frozenset(each.name for each in entry.symbols if not each.owner)
        known = _known[entry] = _Known(language, imports, defined)
    return known


def _python(path: str, there: PurePath, here: PurePath) -> str:
    """`..a.b` in the folder `there`, as it is called in the folder `here`."""
    dots = len(path) - len(path.lstrip("."))
    folder = there.parents[dots - 2] if dots >= 2 and len(there.parents) > dots - 2 else there
    rest = [part for part in path.lstrip(".").split(".") if part]
    up = 0
    while not folder.is_relative_to(here) and here != here.parent:
        here, up = here.parent, up + 1
    inside = [*folder.relative_to(here).parts, *rest]
    return "." * (up + 1) + ".".join(inside)


def _key(text: str, language: str) -> tuple[str, str]:
    """What two ways to write the same import have in common: what is brought in, and the end of the path."""
    found = (_MODULE if language in SCRIPT else _FROM).search(text)
    if found is None:
        return "", "".join(text.split()).rstrip(";")
    last = _last(text, language)
    rest = text[: found.start("path")] + text[found.end("path") :]
    rest = re.sub(r"\bfrom\b|['\";\s]", "", rest)
    return last, rest


def _last(text: str, language: str) -> str:
    """The last part of the module's path; "" where the statement names none."""
    found = (_MODULE if language in SCRIPT else _FROM).search(text)
    if found is None:
        return ""
    path = _INDEX.sub("", found["path"]) if language in SCRIPT else found["path"]
    return path.replace("/", ".").split(".")[-1]
