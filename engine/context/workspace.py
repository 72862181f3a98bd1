"""Files that are not open, also of installed packages: read once, judged, and kept until they change."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from hearth.engine import languages
from hearth.engine.context import parsed
from hearth.engine.context.ignore import MAX_BYTES, Disk, Verdict, verdict, verdict_of_installed, verdict_of_text
from hearth.engine.context.imports import RESOLVERS
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Symbols, symbols
from hearth.engine.files import read_text
from hearth.engine.languages import Language
from hearth.engine.secrets.hiding import seen_by_model

MAX_FILES = 512  # whose symbols are kept


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as it was at one time."""

    modified: int
    size: int
    language: Language | None
    found: Symbols | Verdict


_files: OrderedDict[Path, _Read] = OrderedDict()
_lock = Lock()


def symbols_of_file(
    file: Path,
    workspace_roots: Sequence[str],
    disk: Disk | None = None,
    library: Path | None = None,
    language: Language | None = None,
) -> Symbols | Verdict:
    """What the file defines, or why it is not read; `library` is the folder of installed packages that it is in.

    The language is that of its name unless another one is given. May be called in any thread.
    """
    disk = disk or Disk()
    language = language or languages.language_of("", str(file))
    if library is None:
        judged = verdict(str(file), workspace_roots, disk=disk)
    else:
        judged = verdict_of_installed(str(file), str(library), workspace_roots, disk)
    if not judged.allowed:
        return judged
    try:
        stat = file.stat()
        with _lock:
            known = _files.get(file)
        now = (stat.st_mtime_ns, stat.st_size, language)
        if known is None or (known.modified, known.size, known.language) != now:
            known = _Read(*now, _read(file, language))
            _keep(file, known)
        return known.found
    except OSError:
        return Verdict(False, "it cannot be read")


def is_known(file: Path) -> bool:
    """Whether the file has been read, so that to ask for it costs next to nothing."""
    with _lock:
        return file in _files


def changed(files: Sequence[Path]) -> list[Path]:
    """Forget what is known of these files, and tell which of them had been read."""
    with _lock:
        return [file for file in files if _files.pop(file, None) is not None]


def watched_suffixes() -> tuple[str, ...]:
    """The endings of files whose changes matter: to files that import them, and to the index; without the dot."""
    rows = (row for row in languages.LANGUAGES if row.name in RESOLVERS or row.grammar)
    return tuple(suffix.removeprefix(".") for row in rows for suffix in row.suffixes)


def code_of_text(text: str, language: Language | None, name: str = "") -> ParsedText | Verdict:
    """A file's text as a model may see it, parsed, or why it may not. `name` is its path."""
    judged = verdict_of_text(text)
    # Half of a head may be shown of what is found here, so secrets are hidden before anything is cut.
    return parsed.parse(seen_by_model(text), language, name=name) if judged.allowed else judged


def _read(file: Path, language: Language | None) -> Symbols | Verdict:
    code = code_of_text(read_text(file, MAX_BYTES), language)
    return symbols(code) if isinstance(code, ParsedText) else code


def _keep(file: Path, read: _Read) -> None:
    with _lock:
        _files[file] = read
        _files.move_to_end(file)
        while len(_files) > MAX_FILES:
            _files.popitem(last=False)
