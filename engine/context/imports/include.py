"""C and C++: headers beside the file, around it, and in the include folders of the workspace's projects."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from hearth.engine.context.imports.where import Target, Where
from hearth.engine.context.symbols import Import

MAX_FLAGS = 50  # of include folders that a file of flags names
MAX_NAME = 500  # characters
_INNER = ("include", "src", "lib", "inc")
_COLLECTIONS = (
    "third_party",
    "thirdparty",
    "vendor",
    "deps",
    "external",
    "libs",
    "lib",
    "packages",
    "modules",
    "src",
)


def resolve(statement: Import, where: Where) -> Iterator[Target]:
    name = statement.module.strip('"<>')
    if len(name) > MAX_NAME or name.startswith("/"):
        return
    for base in _bases(where):
        place = Path(os.path.normpath(base / name))
        if place.is_relative_to(where.root) and where.disk.is_file(place):
            yield Target(place)
            return


def _bases(where: Where) -> Iterator[Path]:
    """Beside the file first, then the folders around it, then those of other projects."""
    for folder in where.folders():
        yield folder
        yield from (folder / name for name in _INNER)
        flags = where.disk.manifest(folder / "compile_flags.txt", _flagged) or ()
        yield from (folder / path for path in flags)
    for folder in where.disk.folders(where.root):
        yield folder
        yield from (folder / name for name in _INNER)
        if folder.name in _COLLECTIONS:
            for inner in where.disk.folders(folder):
                yield inner
                yield from (inner / name for name in ("include", "src"))


def _flagged(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"^-(?:I|iquote|isystem)\s*(\S+)", text, re.MULTILINE)[:MAX_FLAGS])
