"""The project around a file: its manifests and its tests, those near the file first, within bounds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hearth.engine.context.imports.lookup import Lookup

_MAX_FILES = 3_000  # whose names are looked at
_MAX_DEPTH = 8  # of folders below one
_MAX_READ = 20  # tests that are read to learn how they are written
_MAX_MANIFEST = 200_000  # characters
Read = Callable[[Path], str | None]


@dataclass(slots=True)
class Project:
    """`top` is the workspace's root, or the file's folder where there is none. `read` gives the text of a file."""

    file: Path
    top: Path
    read: Read
    disk: Lookup = field(default_factory=Lookup)
    _near: list[Path] | None = None
    _texts: dict[Path, str] = field(default_factory=dict)

    def folders(self) -> Iterator[Path]:
        """The folders around the file, innermost first."""
        for folder in self.file.parents:
            if folder.is_relative_to(self.top):
                yield folder

    def nearest(self, *names: str) -> Path | None:
        """The innermost file around the tested one that has one of these names; `*.x` is any with that ending."""
        for folder in self.folders():
            for name in names:
                if name.startswith("*"):
                    entries = self.disk.entries(folder).items()
                    found = next(
                        (each for each, is_folder in entries if each.endswith(name[1:]) and not is_folder), ""
                    )
                    if found:
                        return folder / found
                elif self.disk.is_file(folder / name):
                    return folder / name
        return None

    def text(self, path: Path) -> str:
        """Of a file that may not be there."""
        if path not in self._texts:
            self._texts[path] = (self.read(path) or "")[:_MAX_MANIFEST]
        return self._texts[path]

    def near(self) -> list[Path]:
        """The files of the project, those near the tested one first."""
        if self._near is None:
            found: list[Path] = []
            walked: Path | None = None
            for folder in self.folders():
                self._walk(folder, walked, found)
                walked = folder
            self._near = found
        return self._near

    def tests(self, is_test: Callable[[Path], bool]) -> list[Path]:
        return [path for path in self.near() if path != self.file and is_test(path)]

    def texts(self, paths: list[Path]) -> list[str]:
        """Of the first of these files."""
        return [self.text(path) for path in paths[:_MAX_READ]]

    def _walk(self, folder: Path, without: Path | None, found: list[Path]) -> None:
        waiting = [(folder, 0)]
        while waiting and len(found) < _MAX_FILES:
            here, depth = waiting.pop(0)
            entries = self.disk.entries(here)
            found += [here / name for name, is_folder in entries.items() if not is_folder]
            if depth < _MAX_DEPTH:
                waiting += [(each, depth + 1) for each in self.disk.folders(here) if each != without]


def relative(path: Path, folder: Path) -> tuple[str, ...]:
    """The parts of the path below a folder; none where it lies elsewhere."""
    return path.relative_to(folder).parts if path.is_relative_to(folder) else ()


def fits(test: Path, file: Path, folders: tuple[str, ...]) -> bool:
    """Whether a test lies where the file's tests do: its folders below one of `folders` are some of the file's."""
    parts = test.parent.parts
    at = max((index for index, part in enumerate(parts) if part in folders), default=None)
    if at is None:
        return test.parent == file.parent
    around = [*file.parent.parts, file.stem]
    return all(part in around or part in ("unit", "unittests") for part in parts[at + 1 :])


def mirrored(folder: Path, parts: tuple[str, ...], disk: Lookup) -> Path:
    """The folder of the tests that has the names of the source's folders, as far as there are such."""
    best = folder
    for first in range(len(parts) + 1):
        here = folder
        for part in parts[first:]:
            if not disk.is_folder(here / part):
                break
            here = here / part
        if len(here.parts) > len(best.parts):
            best = here
    return best
