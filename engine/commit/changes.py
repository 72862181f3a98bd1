"""What is about to be committed: what is staged, else the changes of the files that git knows."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from hearth.engine.characters import one_line
from hearth.engine.commit import git
from hearth.engine.commit.patch import Hunk, hunks
from hearth.engine.errors import InvalidRequest
from hearth.engine.files import decoded
from hearth.engine.secrets.files import has_secret_name

Source = Literal["staged", "tracked"]

MOST_SHOWN = 40  # files whose changed lines are read
_LIST = 4 << 20  # bytes of the list of changed files
_PATCH = 512 << 10  # bytes of a file and its change; a longer one is counted only
_MESSAGES = 256 << 10
_LAST = 30  # messages that tell the repository's style
_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty", "--find-renames")
_ALL_AROUND = "--unified=1000000"  # the whole file, so that a secret is known that begins far above
# Written by programs, and long: that they changed is all that there is to say.
_GENERATED_NAMES = (
    *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "deno.lock"),
    *("poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "cargo.lock", "composer.lock", "gemfile.lock"),
    *("go.sum", "flake.lock", "mix.lock", "packages.lock.json", "gradle.lockfile", "requirements.lock"),
)
_GENERATED_ENDS = (".min.js", ".min.css", ".map", ".snap", ".pb.go", "_pb2.py", ".lock")
# What git is in the middle of, by the file that says so; it has written a message for each of them.
_IN_PROGRESS = {"MERGE_HEAD": "a merge", "CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert"}


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """`status` is git's letter: A(dded), M(odified), D(eleted), R(enamed), C(opied), T(ype).

    `added` and `removed` count lines; None in a binary file. `why` says why there are no `hunks`.
    """

    path: str
    status: str
    added: int | None
    removed: int | None
    old_path: str = ""
    hunks: tuple[Hunk, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a message is to be written about, and the last messages of the repository, the newest first."""

    source: Source
    files: tuple[ChangedFile, ...]
    messages: tuple[str, ...] = ()


def read(place: Path, seconds: float = git.SECONDS) -> Changes:
    """The changes of the repository around a file or folder. It waits for git, so it is no work for an event loop.

    Raises `InvalidRequest` where there is nothing that a message could be written about, and says why.
    """
    with git.opened(place, seconds) as repository:
        for mark, work in _IN_PROGRESS.items():
            if repository.has(mark):
                raise InvalidRequest(
                    f"{work} is in progress: git has written its message, which `git commit` proposes"
                )
        source: Source = "staged"
        if not (found := _listed(repository, "--cached")):
            source, found = "tracked", _listed(repository)
        if any(each.status == "U" for each in found):
            raise InvalidRequest("there are conflicts: resolve them and stage the files first")
        if not found:
            raise InvalidRequest(_nothing(repository))
        if all(each.added is None for each in found):
            raise InvalidRequest(
                f"only binary files have changed, such as {one_line(found[0].path)}: no model reads them"
            )
        return Changes(source, _with_hunks(repository, source, found), _last_messages(repository))


def _listed(repository: git.Repository, *options: str) -> list[ChangedFile]:
    """Every changed file, without its lines. Git first prints a record for each, then the counts of each."""
    said, is_whole = repository.read(*_DIFF, *options, "--raw", "--numstat", "-z", "--", limit=_LIST)
    fields = os.fsdecode(said).split("\0")[:-1]
    if not is_whole:
        raise InvalidRequest("so many files have changed that git's list of them is not read")
    records: list[tuple[str, str, str]] = []  # status, old path, path
    counts: list[tuple[int | None, int | None]] = []
    rest = iter(fields)
    for each in rest:
        if each.startswith(":"):
            status = each.rpartition(" ")[2][:1]
            old = next(rest, "")
            records.append((status, old, next(rest, "") if status in "RC" else old))
            continue
        added, removed, path = [*each.split("\t", 2), "", ""][:3]
        if not path:  # renamed: the old and the new path follow
            next(rest, ""), next(rest, "")
        counts.append((_number(added), _number(removed)))
    counts += [(None, None)] * (len(records) - len(counts))
    found: dict[str, ChangedFile] = {}
    for (status, old, path), (added_lines, removed_lines) in zip(records, counts, strict=False):
        if found.get(path) is None or status == "U":
            found[path] = ChangedFile(path, status, added_lines, removed_lines, old if old != path else "")
    return list(found.values())


def _with_hunks(repository: git.Repository, source: Source, found: list[ChangedFile]) -> tuple[ChangedFile, ...]:
    """The same files with their changed lines; those with the fewest lines are read first."""
    options = ("--cached",) if source == "staged" else ()
    shown = sorted((each for each in found if not _not_shown(each)), key=_lines)[:MOST_SHOWN]
    names = {each.path for each in shown}
    result: list[ChangedFile] = []
    for each in found:
        if each.path not in names:
            result.append(replace(each, why=_not_shown(each)))
            continue
        paths = [each.old_path, each.path] if each.old_path else [each.path]
        said, is_whole = repository.read(*_DIFF, *options, _ALL_AROUND, "--", *paths, limit=_PATCH)
        result.append(replace(each, hunks=hunks(decoded(said))) if is_whole else replace(each, why="a long file"))
    return tuple(result)


def _not_shown(each: ChangedFile) -> str:
    """Why no line of the file is shown to a model; "" where they are."""
    if has_secret_name(each.path) or (each.old_path and has_secret_name(each.old_path)):
        return "it may hold secrets"
    if each.added is None:
        return "binary"
    name = each.path.rpartition("/")[2].lower()
    return "generated" if name in _GENERATED_NAMES or name.endswith(_GENERATED_ENDS) else ""


def _lines(each: ChangedFile) -> int:
    return (each.added or 0) + (each.removed or 0)


def _nothing(repository: git.Repository) -> str:
    """Why there is nothing: git may not know the new files yet."""
    said, _ = repository.read(
        "ls-files", "--others", "--exclude-per-directory=.gitignore", "-z", "--directory", limit=_LIST
    )
    new = [one_line(each) for each in os.fsdecode(said).split("\0") if each]
    if not new:
        return "nothing has changed since the last commit"
    more = f" and {len(new) - 1} more" if len(new) > 1 else ""
    return f"nothing is staged, and only new files are there ({new[0]}{more}): stage them first"


def _last_messages(repository: git.Repository) -> tuple[str, ...]:
    if not repository.head:
        return ()
    try:
        said, _ = repository.read(
            "log", f"--max-count={_LAST}", "--no-merges", "--format=%B%x00", repository.head, "--", limit=_MESSAGES
        )
    except git.Git:  # a clone that lacks its history
        return ()
    return tuple(message for each in decoded(said).split("\0") if (message := each.strip()))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
