"""What a resolver is asked with, and what it answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from hearth.engine.context.imports.lookup import Lookup


@dataclass(frozen=True, slots=True)
class Target:
    """A file that is imported; `names` are those that are brought in one by one, () for the whole of it.

    `library` is the folder of installed packages that the file lies in, None for one of the workspace.
    """

    path: Path
    names: tuple[str, ...] = ()
    library: Path | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """From which file something is imported. `wanted` are the names that are looked for, nearest first.

    A language that imports whole packages of many files needs them to choose among the files.
    """

    file: Path
    root: Path
    wanted: tuple[str, ...] = ()
    disk: Lookup = field(default_factory=Lookup)

    def folders(self) -> Iterator[Path]:
        """The folders around the file, innermost first, up to the workspace root."""
        yield from _folders(self.file, self.root)

    def nearest(self, *names: str) -> Path | None:
        """The innermost file around this one that has one of these names."""
        places = (folder / name for folder in self.folders() for name in names)
        return next((place for place in places if self.disk.is_file(place)), None)


@lru_cache(maxsize=512)
def _folders(file: Path, root: Path) -> tuple[Path, ...]:
    return tuple(folder for folder in file.parents if folder.is_relative_to(root))
