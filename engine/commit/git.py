"""Git, as it may be asked about a stranger's repository: no program that its files name is ever run.

A repository's configuration can name programs: filters, external diffs, monitors of the file system, pagers.
So the repository itself is asked only where it lies and for a few plain values, which runs none of them. What it
holds is read through a git directory of our own: it borrows the objects, has a copy of the index, and no
configuration but those values. So nothing is fetched either, no hook runs, and nothing is written there.
"""

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hearth.engine import files
from hearth.engine.characters import one_line
from hearth.engine.errors import InvalidRequest

SECONDS = 10.0  # for everything that is read for one message
_SMALL = 64 << 10  # bytes of an answer that is one line or a few
_INDEX = 256 << 20  # bytes; some 2 million files
_NO_COMMIT = "ref: refs/heads/none\n"
# Values that say how the files of the working tree compare with those in the index. None of them names a program.
_PLAIN_VALUES = "^core\\.(autocrlf|eol|filemode|ignorecase|precomposeunicode|symlinks)$"
_PLAIN_VALUE = re.compile(r"[a-z0-9]{1,8}")
_WHERE = (
    *("--show-toplevel", "--git-dir", "--git-common-dir"),
    *("--git-path", "objects", "--show-object-format"),
)
_KEPT = ("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")  # of the user's environment
_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "",
    "LC_ALL": "C",
}


class Git(InvalidRequest):
    """What git says against it, in its own words."""


@dataclass(frozen=True, slots=True)
class Repository:
    """`root` is the folder of the files; `folder` is the git directory, where a merge leaves its marks.

    `head` is the commit that is checked out, "" before the first one.
    """

    root: Path
    folder: Path
    head: str
    _environment: dict[str, str] = field(repr=False)
    _ends: float = field(repr=False)

    def read(self, *arguments: str, limit: int) -> tuple[bytes, bool]:
        """What `git ARGUMENT...` prints, of that at most `limit` bytes, and whether that is all."""
        return _run([*arguments], self.root, self._environment, self._ends, limit)

    def has(self, name: str) -> bool:
        """Whether the git directory has a file of that name."""
        return (self.folder / name).exists()


@contextmanager
def opened(place: Path, seconds: float = SECONDS) -> Iterator[Repository]:
    """The repository around a folder, or around a file's folder.

    Raises `InvalidRequest` where there is none, where git is missing, and where it takes too long.
    """
    ends = time.monotonic() + seconds
    folder = place if place.is_dir() else place.parent
    if not folder.is_dir():
        raise InvalidRequest(f"{one_line(str(place))} is not on this disk, so there is no repository")
    try:
        said = _asked(folder, ends, "rev-parse", *_WHERE)
    except Git as error:
        raise InvalidRequest(_no_repository(folder, str(error))) from error
    lines = said.split("\n")
    if len(lines) != 6:  # five, and what is behind the last line end
        raise InvalidRequest(f"git cannot say where the repository around {one_line(str(folder))} lies")
    root, own, common, objects, hashes = (
        Path(lines[0]),
        folder / lines[1],
        folder / lines[2],
        folder / lines[3],
        lines[4],
    )
    if not folder.resolve().is_relative_to(root.resolve()):
        raise InvalidRequest(f"the repository around {one_line(str(folder))} keeps its files elsewhere")
    head, values = "", ""
    with suppress(Git):  # there is no commit yet
        head = _asked(folder, ends, "rev-parse", "--verify", "--quiet", "HEAD").strip()
    with suppress(Git):  # none is set
        values = _asked(folder, ends, "config", "-z", "--get-regexp", _PLAIN_VALUES)
    with tempfile.TemporaryDirectory(prefix="hearth-git-", ignore_cleanup_errors=True) as made:
        parts = (own / "index", common / "shallow", *own.glob("sharedindex.*"))
        _furnish(Path(made), parts, head, hashes, values)
        environment = {
            **_environment(),
            "HOME": made,
            "XDG_CONFIG_HOME": made,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_DIR": made,
            "GIT_WORK_TREE": str(root),
            "GIT_OBJECT_DIRECTORY": str(objects),
        }
        yield Repository(root, own, head, environment, ends)


def _furnish(made: Path, parts: tuple[Path, ...], head: str, hashes: str, values: str) -> None:
    """Make a git directory of our own: as much as git needs to take it for one, and the plain values.

    `parts` are copied: what tells of the index and of a shallow history. So git has nothing to write to elsewhere.
    """
    (made / "refs").mkdir()
    (made / "HEAD").write_text(f"{head}\n" if head else _NO_COMMIT)
    lines = ["[core]", "repositoryformatversion = 1", "bare = false"]
    for each in filter(None, values.split("\0")):
        name, _, value = each.partition("\n")
        if _PLAIN_VALUE.fullmatch(value):
            lines.append(f"{name.removeprefix('core.')} = {value}")
    if hashes == "sha256":
        lines += ["[extensions]", "objectFormat = sha256"]
    (made / "config").write_text("\n".join([*lines, ""]))
    for part in parts:
        with suppress(FileNotFoundError):
            found = part.stat()
            (made / part.name).write_bytes(files.read_bytes(part, _INDEX))
            # Git compares the time of the index with those of the files.
            os.utime(made / part.name, ns=(found.st_atime_ns, found.st_mtime_ns))


def _asked(folder: Path, ends: float, *arguments: str) -> str:
    """A short answer about the repository itself. Raises `Git`."""
    data, _ = _run([*arguments], folder, _environment(), ends, _SMALL)
    return os.fsdecode(data)


def _run(
    arguments: list[str], folder: Path, environment: dict[str, str], ends: float, limit: int
) -> tuple[bytes, bool]:
    """(at most `limit` bytes of what it prints, whether that is all). Raises `Git` and `InvalidRequest`."""
    command = [_program(), "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", *arguments]
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
        except OSError as error:
            raise InvalidRequest(f"git cannot be run: {error.strerror or error}") from error
        assert process.stdout is not None
        alarm = threading.Timer(max(0.0, ends - time.monotonic()), process.kill)
        alarm.start()
        try:
            data = process.stdout.read(limit + 1)
            if len(data) > limit:
                process.kill()
            process.wait()
        finally:
            alarm.cancel()
            process.kill()
            process.wait()
            process.stdout.close()
        if len(data) > limit:
            return data[:limit], False
        if time.monotonic() >= ends:
            raise InvalidRequest("git did not answer in time; a repository on a slow disk may take too long")
        if process.returncode != 0:
            complaints.seek(0)
            raise Git(one_line(complaints.read(4096).decode("utf-8", "replace").removeprefix("fatal: ")))
        return data, True


def _program() -> str:
    """Git, from a folder that the PATH names in full: what lies in the project's own folder is not run."""
    for folder in map(Path, os.environ.get("PATH", "").split(os.pathsep)):
        if folder.is_absolute() and (found := shutil.which(folder / "git")):
            return found
    raise InvalidRequest("the program git is not on the PATH of the server")


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    return {**own, **_QUIET}


def _no_repository(folder: Path, said: str) -> str:
    name = one_line(str(folder))
    if "not a git repository" in said:
        return f"{name} is in no git repository"
    if "dubious ownership" in said:
        return f"git does not trust {name}, which belongs to another user (git config safe.directory changes that)"
    if "must be run in a work tree" in said:
        return f"{name} is a git repository without files (bare), in which nothing is committed"
    return f"git cannot read the repository around {name}: {said}"
