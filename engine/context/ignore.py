"""What is never shown to the model: secrets, what the user ignores, and what is no text of the workspace."""

# These questions are asked of fifty open files at once, and a `Path` costs more than most of them.
# ruff: noqa: PTH114, PTH116, PTH118

import os
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath

from hearth.engine.context import globs
from hearth.engine.files import IGNORE_RULES, SOURCE, UnfitFile, read_text
from hearth.engine.secrets.files import has_secret_name
from hearth.engine.secrets.hiding import kind_in

MAX_BYTES = SOURCE
HEARTH_IGNORE = ".hearthignore"
IGNORE_FILES = (".gitignore", HEARTH_IGNORE)
_MAX_PATH = 4_096  # characters
_MAX_DEPTH = 200  # folders
_MAX_RULES = 5_000  # of one file
_PATIENCE = 0.5  # seconds of processor time that one question may cost; a project brings its rules along


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a file may be context for another one, and why not.

    A file that is not allowed may still be completed from its own text, unless it is `secret`: then not at all.
    """

    allowed: bool
    reason: str = ""
    secret: bool = False


ALLOWED = Verdict(True)


@dataclass(slots=True)
class Disk:
    """Where paths really lead and what is ignored, looked up once for one question about many files."""

    _real: dict[str, str] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)
    _rules: dict[str, "Rules | None"] = field(default_factory=dict)
    spent: float = 0.0  # seconds of processor time on ignore files

    def real(self, path: str) -> str:
        """The path without links; of its folder only the first question asks the disk."""
        if path not in self._real:
            self._real[path] = self._resolved(path)
        return self._real[path]

    def real_folder(self, path: str) -> str:
        """The same of a folder."""
        if "\0" in path:
            return path
        if path not in self._folders:
            self._folders[path] = os.path.realpath(path)
        return self._folders[path]

    def rules(self, file: str) -> "Rules | None":
        if file not in self._rules:
            self._rules[file] = _rules_in(file)
        return self._rules[file]

    def _resolved(self, path: str) -> str:
        folder, name = os.path.split(path)
        if "\0" in path:
            return path
        if not name or name == "..":
            return os.path.realpath(path)
        place = os.path.join(self.real_folder(folder), name)
        return os.path.realpath(place) if os.path.islink(place) else place


def verdict(
    path: str, workspace_roots: Sequence[str] = (), text: str | None = None, disk: Disk | None = None
) -> Verdict:
    """Judge a file by its path and, where given, its text. Without roots nothing is outside of the workspace."""
    disk = disk or Disk()
    judged = verdict_of_path(path, workspace_roots, disk)
    if not judged.allowed:
        return judged
    return _by_size(disk.real(path)) if text is None else verdict_of_text(text)


def verdict_of_path(path: str, workspace_roots: Sequence[str], disk: Disk) -> Verdict:
    """Judge a file by where it is and what it is called; it is not read."""
    if has_secret_name(path):
        return Verdict(False, "its name suggests that it contains secrets", secret=True)
    real = disk.real(path)
    if has_secret_name(real):
        return Verdict(False, "it leads to a file whose name suggests that it contains secrets", secret=True)
    if not workspace_roots:
        return ALLOWED
    root = _innermost(real, workspace_roots, disk)
    if root is None:
        return Verdict(False, "it is outside the workspace")
    if ignoring := _ignored_by(real, root, disk):
        return Verdict(False, f"it is ignored by {ignoring}")
    return ALLOWED


def verdict_of_folder(real: str, root: str, disk: Disk) -> Verdict:
    """Whether a file in this folder below a workspace root can be allowed at all; both are paths without links."""
    ignoring = _ignored_by(real, root, disk, is_folder=True)
    return Verdict(False, f"it is ignored by {ignoring}") if ignoring else ALLOWED


def verdict_of_installed(path: str, library: str, workspace_roots: Sequence[str], disk: Disk) -> Verdict:
    """Judge a file of an installed package: git mostly ignores those, so only `.hearthignore` counts."""
    real, folder = disk.real(path), disk.real(library)
    if has_secret_name(path) or has_secret_name(real):
        return Verdict(False, "its name suggests that it contains secrets", secret=True)
    root = _innermost(real, workspace_roots, disk)
    if root is None and not real.startswith(folder.rstrip(os.sep) + os.sep):
        return Verdict(False, "it leads out of the folder of installed packages")
    if root is not None and (ignoring := _ignored_by(real, root, disk, (HEARTH_IGNORE,))):
        return Verdict(False, f"it is ignored by {ignoring}")
    return _by_size(real)


def verdict_of_chosen(path: str, workspace_roots: Sequence[str], disk: Disk) -> Verdict:
    """Judge a file that the user names, anywhere, ignored by git or not: secrets and `.hearthignore` count."""
    real = disk.real(path)
    if has_secret_name(path) or has_secret_name(real):
        return Verdict(False, "its name suggests that it contains secrets", secret=True)
    root = _innermost(real, workspace_roots, disk)
    if root is not None and (ignoring := _ignored_by(real, root, disk, (HEARTH_IGNORE,))):
        return Verdict(False, f"it is ignored by {ignoring}")
    return _by_size(real)


def verdict_of_text(text: str) -> Verdict:
    if len(text) > MAX_BYTES:
        return Verdict(False, f"it is larger than {MAX_BYTES // 1024} KB")
    if "\0" in text:
        return Verdict(False, "it is binary")
    if secret := kind_in(text):
        return Verdict(False, f"it contains what looks like {secret}")
    return ALLOWED


def root_of(path: str, workspace_roots: Sequence[str], disk: Disk | None = None) -> Path | None:
    """The innermost workspace root that holds the path."""
    disk = disk or Disk()
    root = _innermost(disk.real(path), workspace_roots, disk)
    return None if root is None else Path(root)


def _innermost(real: str, workspace_roots: Sequence[str], disk: Disk) -> str | None:
    # A root as a whole: its own last part may be a junction, or spelt in another letter case than on the disk.
    roots = [disk.real_folder(root) for root in workspace_roots]
    place = os.path.normcase(real)
    holding = [
        root for root in roots if f"{place}{os.sep}".startswith(os.path.normcase(root).rstrip(os.sep) + os.sep)
    ]
    return max(holding, key=len, default=None)


def _by_size(path: str) -> Verdict:
    try:
        size = Path(path).stat().st_size
    except OSError:
        return Verdict(False, "it cannot be read")
    if size > MAX_BYTES:
        return Verdict(False, f"it is larger than {MAX_BYTES // 1024} KB")
    return ALLOWED


def _ignored_by(
    file: str, root: str, disk: Disk, names: tuple[str, ...] = IGNORE_FILES, is_folder: bool = False
) -> str | None:
    """The ignore file that excludes the file or a folder around it, as git would decide.

    Where that cannot be found out the file counts as ignored: it is then only no company for others.
    """
    parts = PurePath(file[len(root) :].lstrip(os.sep)).parts
    if ".git" in parts:
        return "git itself"
    if len(file) > _MAX_PATH or len(parts) > _MAX_DEPTH:
        return "Hearth: its folders are nested too deeply"
    began = time.thread_time()
    try:
        return _excluding(parts, root, disk, began, names, is_folder)
    finally:
        disk.spent += time.thread_time() - began


def _excluding(
    parts: tuple[str, ...], root: str, disk: Disk, began: float, names: tuple[str, ...], is_folder: bool
) -> str | None:
    there: list[tuple[int, str, Rules]] = []  # the ignore files on the way, and how deep each is
    for above in range(len(parts)):
        folder = os.path.join(root, *parts[:above])
        for name in names:
            if (rules := disk.rules(os.path.join(folder, name))) is not None:
                there.append((above, name, rules))
    for depth in range(1, len(parts) + 1):
        # A folder that is excluded cannot be brought back by a rule for something inside it.
        excluded: str | None = None
        for above, name, rules in there:
            if above >= depth:
                break
            inside = "/".join(parts[above:depth]) + ("/" if is_folder or depth < len(parts) else "")
            if disk.spent + time.thread_time() - began > _PATIENCE:
                return f"{name}, which takes too long to apply"
            try:
                matched = _match(rules, inside)
            except OSError as error:
                return f"{name}, which cannot be read ({error.strerror})"
            if matched is not None:
                excluded = name if matched else None
        if excluded:
            return excluded
    return None


@dataclass(frozen=True, slots=True)
class Rules:
    """An ignore file as it was at one time."""

    file: str
    modified: int
    size: int


def _rules_in(file: str) -> Rules | None:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return None if stat.S_ISDIR(found.st_mode) else Rules(file, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=16_384)
def _match(rules: Rules, inside: str) -> bool | None:
    """Whether the rules exclude a path below their folder; None when they do not say. Raises `OSError`."""
    parts = inside.removesuffix("/").split("/")
    is_folder = inside.endswith("/")
    # The last rule that is about a path decides.
    found = next((rule for rule in reversed(_read_rules(rules)) if rule.matches(parts, is_folder)), None)
    return None if found is None else not found.brings_back


@lru_cache(maxsize=64)
def _read_rules(rules: Rules) -> tuple[globs.Rule, ...]:
    """Raises `OSError` for what is no regular file, or too long for one."""
    found: list[globs.Rule] = []
    for line in read_text(rules.file, IGNORE_RULES).split("\n"):
        try:
            rule = globs.rule(line)
        except globs.Unreadable:
            continue
        if rule is not None:
            found.append(rule)
    if len(found) > _MAX_RULES:
        raise UnfitFile(rules.file, f"it has more than {_MAX_RULES:,} rules")
    return tuple(found)
