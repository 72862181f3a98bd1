"""Names near the cursor whose definitions only others may know: an editor's own language servers.

`uses_to_ask` chooses the names and `place_of` judges an answer. Both may read files and parse, so they run in a
thread.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import Disk, root_of
from hearth.engine.context.near import near
from hearth.engine.context.symbols import MAX_SYMBOLS_CHARS, Symbols, symbols
from hearth.engine.context.workspace import symbols_of_file
from hearth.engine.files import SOURCE, read_text

MAX_NAMES = 8  # that are asked for at once, the nearest ones
_SEARCHED = 10_000  # characters on either side of the cursor, where a name near it stands
_MAX_LINE = 1_000  # characters of a line that may name a definition
_NAME = re.compile(r"[^\W\d][\w$]*+")
# Folders of installed packages: of files outside of the workspace only theirs are read.
_LIBRARIES = ("site-packages", "dist-packages", "node_modules", "typeshed", "typeshed-fallback")
_LIBRARY_PATHS = (("pkg", "mod"), ("registry", "src"))


@dataclass(frozen=True, slots=True)
class Use:
    """A name at an offset; `of_type`: what is wanted is the class of what it stands for."""

    name: str
    offset: int
    of_type: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is used near the cursor; `defined` is what stands for it in the file `path`.

    That may be the class of a variable. `library` is the folder of installed packages that the file lies in.
    """

    name: str
    path: Path
    defined: str
    library: Path | None = None


def uses_to_ask(document: Document, offset: int, known: Collection[tuple[str, bool]]) -> list[Use]:
    """Names near the cursor that the document does not define itself; what stands in front of the dot first.

    `known` are names that need not be asked for, each with whether that is so of its type.
    """
    code = document.code
    around = near(code, offset)
    own = symbols(code) if len(code.text) <= MAX_SYMBOLS_CHARS else Symbols()
    wanted = [(around.receiver, True), *((name, False) for name in around.names if not own.named([name]))]
    found: list[Use] = []
    for name, of_type in wanted:
        if name and (name, of_type) not in known and not any(name == use.name for use in found):
            at = _use_of(name, code.text, offset)
            found += [] if at is None else [Use(name, at, of_type)]
        if len(found) == MAX_NAMES:
            break
    return found


def place_of(name: str, path: str, line: int, column: int, roots: Sequence[str]) -> Place | None:
    """What is defined there, at a line and a column in characters; None where nothing is read, or found.

    Only files of the workspace and of installed packages are read, under the rules for every other file.
    """
    disk = Disk()
    file = Path(disk.real(path))
    is_own = root_of(path, roots, disk) is not None
    library = None if is_own else _library(file)
    if not is_own and library is None:
        return None
    read = symbols_of_file(file, roots, disk, library)
    if not isinstance(read, Symbols):
        return None
    try:
        text = read_text(file, SOURCE)
    except OSError:
        return None
    lines = text.split("\n", line + 1)
    head = lines[line][:_MAX_LINE] if line < len(lines) else ""
    words = [*_NAME.findall(head[column:]), *_NAME.findall(head)]
    defined = next((word for word in words if read.named([word])), None)
    return Place(name, file, defined, library) if defined is not None else None


def _use_of(name: str, text: str, offset: int) -> int | None:
    """The nearest above the cursor, else the first below."""
    is_alone = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    start = max(0, offset - _SEARCHED)
    above = [found.start() for found in is_alone.finditer(text, start, offset)]
    below = is_alone.search(text, offset, offset + _SEARCHED)
    return above[-1] if above else below.start() if below else None


def _library(file: Path) -> Path | None:
    parts = file.parts
    for index in range(len(parts) - 1, 0, -1):
        if parts[index - 1] in _LIBRARIES:
            return Path(*parts[:index])
        if index > 1 and parts[index - 2 : index] in _LIBRARY_PATHS:
            # Of Rust's sources each index of packages has a folder.
            return Path(*parts[: index + (parts[index - 2] == "registry")])
    return None
