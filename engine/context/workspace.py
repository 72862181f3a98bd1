"""Files of the workspace that are not open: read once, judged, and kept until they change on the disk."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from engine import languages
from engine.context import code as codes
from engine.context.ignore import Verdict, verdict
from engine.context.symbols import Symbols, symbols

MAX_FILES = 512  # whose symbols are kept


def symbols_of_file(file: Path, workspace_roots: Sequence[str]) -> Symbols | Verdict:
    """What the file defines, or why it is not read."""
    judged = verdict(str(file), workspace_roots)
    if not judged.allowed:
        return judged
    try:
        stat = file.stat()
        return _symbols_of_file(file, stat.st_mtime_ns, stat.st_size)
    except OSError:
        return Verdict(False, "it cannot be read")


@lru_cache(maxsize=MAX_FILES)
def _symbols_of_file(file: Path, modified: int, size: int) -> Symbols | Verdict:
    text = file.read_text(encoding="utf-8", errors="replace")
    judged = verdict(str(file), (), text)
    if not judged.allowed:
        return judged
    return symbols(codes.parse(text, languages.language_of("", str(file))))
