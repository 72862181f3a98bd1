"""The source files of a workspace that may be shown to a model, as far as their paths tell."""

# Of tens of thousands of files, and a `Path` costs more than all else.
# ruff: noqa: PTH118, PTH119, PTH120

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from hearth.engine import languages
from hearth.engine.context.ignore import Disk, verdict_of_folder, verdict_of_path
from hearth.engine.files import SOURCE
from hearth.engine.languages import Language

MAX_FILES = 20_000  # of one workspace folder; those nearest to its root count first
MAX_FOLDERS = 20_000
MAX_NAMES = 10_000  # in one folder
# Packages of others, which projects without an ignore file have lying in them.
_OF_OTHERS = frozenset({"node_modules", "bower_components", "__pycache__", "site-packages"})
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it is on the disk now. `path` has no links in it, `shown` is relative to the workspace folder."""

    path: str
    shown: str
    language: Language
    modified: int  # nanoseconds
    size: int  # bytes


def source_files(root: str) -> Iterator[Found | None]:
    """The files with a grammar below a workspace folder, outermost first; None after each folder, to breathe.

    Links are not followed: what they lead to lies elsewhere in the workspace, or outside of it.
    """
    disk = Disk()
    top = disk.real_folder(root)
    if not is_workspace(top):
        return
    waiting, files, folders = deque([top]), 0, 1
    while waiting and files < MAX_FILES:
        folder = waiting.popleft()
        disk.spent = 0.0  # each folder is a question of its own
        for entry in _listed(folder):
            if _is_folder(entry):
                if folders < MAX_FOLDERS and _is_wanted(entry.path, top, disk):
                    folders += 1
                    waiting.append(entry.path)
            elif (found := _of_entry(entry, top, disk)) is not None and files < MAX_FILES:
                files += 1
                yield found
        yield None


def is_workspace(root: str) -> bool:
    """A home folder or the whole disk, opened as a workspace, is none."""
    home = os.path.realpath(Path.home()) if os.environ.get("HOME") or os.name == "nt" else ""
    return os.path.dirname(root) != root and root != home


def source_file(path: str, root: str) -> Found | None:
    """That file of a workspace folder as it is now; None if it is none of those that `source_files` lists."""
    disk = Disk()
    top = disk.real_folder(root)
    if not path.startswith(top.rstrip(os.sep) + os.sep) or not is_workspace(top):
        return None
    folder = os.path.dirname(path)
    while len(folder) > len(top):
        if not _is_wanted(folder, top, disk):
            return None
        folder = os.path.dirname(folder)
    try:
        return _source(path, os.lstat(path), top, disk)
    except (OSError, ValueError):
        return None


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(islice(entries, MAX_NAMES), key=lambda entry: entry.name)
    except (OSError, ValueError):
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_wanted(folder: str, top: str, disk: Disk) -> bool:
    name = os.path.basename(folder)
    if name.startswith(".") or name in _OF_OTHERS or os.path.lexists(os.path.join(folder, _VIRTUAL_ENVIRONMENT)):
        return False
    return verdict_of_folder(folder, top, disk).allowed


def _of_entry(entry: os.DirEntry[str], top: str, disk: Disk) -> Found | None:
    try:
        return _source(entry.path, entry.stat(follow_symlinks=False), top, disk)
    except OSError:
        return None


def _source(path: str, found: os.stat_result, top: str, disk: Disk) -> Found | None:
    language = languages.language_of("", path)
    if language is None or not language.grammar or not stat.S_ISREG(found.st_mode) or found.st_size > SOURCE:
        return None
    if not verdict_of_path(path, (top,), disk).allowed:
        return None
    shown = path[len(top) :].replace("\\", "/").lstrip("/")
    return Found(path, shown, language, found.st_mtime_ns, found.st_size)
