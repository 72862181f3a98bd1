"""The index of a workspace's symbols: what each file defines, as of the last look at it."""

import hashlib
import os
from collections.abc import Callable, Sequence
from threading import Lock

from hearth.engine.context.ignore import Disk
from hearth.engine.files import SOURCE, decoded, read_bytes
from hearth.engine.index import kept
from hearth.engine.index.entries import Contents, Entry, contents_of
from hearth.engine.index.walk import Found, source_file, source_files

MAX_SYMBOLS = 200_000  # of one workspace folder


class SymbolIndex:
    """Of one set of workspace folders. Any thread may ask it; one at a time brings it up to date."""

    def __init__(self, roots: Sequence[str]) -> None:
        self.roots = tuple(roots)
        self.read = 0  # files that were read and parsed, for tests and for the log
        self._entries: dict[str, Entry] = {}  # by path; replaced as a whole, so that who iterates is not disturbed
        self._unfit: dict[str, tuple[int, int]] = {}  # files that no model may see, and that are not kept
        self._is_loaded = False
        self._updating = Lock()
        self._closed = False

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries.values())

    def update(self, breathe: Callable[[], None] = lambda: None) -> None:
        """Look at all files, and read those that changed. `breathe` is called between files, and may wait.

        Where a large workspace is seen for the first time this takes minutes: work for a thread of its own.
        """
        with self._updating:
            if not self._is_loaded:
                self._load(breathe)
            changed = False
            for root in self.roots:
                changed |= self._update_folder(Disk().real_folder(root), breathe)
                if self._closed:
                    return
            if changed:
                self._save()

    def look_at(self, paths: Sequence[str]) -> None:
        """Look at these files, which have changed, are new or are gone."""
        with self._updating:
            entries = dict(self._entries)
            for path in {os.path.realpath(path) for path in paths}:
                found = next(filter(None, (source_file(path, root) for root in self.roots)), None)
                entry = self._entry(found, entries, {}) if found is not None else None
                if entry is not None:
                    entries[path] = entry
                else:
                    entries.pop(path, None)
            self._entries = entries

    def close(self) -> None:
        """An update that runs ends soon."""
        self._closed = True

    def _load(self, breathe: Callable[[], None]) -> None:
        entries: dict[str, Entry] = {}
        for root in self.roots:
            top = Disk().real_folder(root)
            for entry in kept.load(top):
                if entry.path.startswith(top.rstrip(os.sep) + os.sep):
                    entries[entry.path] = entry
                breathe()
        self._entries = entries
        self._is_loaded = True

    def _update_folder(self, top: str, breathe: Callable[[], None]) -> bool:
        """Whether anything is other than before."""
        before = self._entries
        same = {entry.digest: entry.contents for entry in before.values()}
        there: dict[str, Entry] = {}
        room = MAX_SYMBOLS
        for found in source_files(top):
            breathe()
            if self._closed:
                return False
            if found is None:
                self._entries = {**before, **there}  # who asks meanwhile gets what there is
            elif (entry := self._entry(found, before, same)) is not None:
                room -= len(entry.symbols)
                if room < 0:
                    break
                there[entry.path] = entry
        inside = top.rstrip(os.sep) + os.sep
        others = {path: entry for path, entry in before.items() if not path.startswith(inside)}
        changed = there != {path: entry for path, entry in before.items() if path.startswith(inside)}
        self._entries = {**others, **there}
        return changed

    def _entry(self, found: Found, known: dict[str, Entry], same: dict[str, Contents]) -> Entry | None:
        """What is known of a file, if it is unchanged; else what it is now. None for what no model may see."""
        stamp = (found.modified, found.size)
        entry = known.get(found.path)
        if entry is not None and (entry.modified, entry.size) == stamp:
            return entry
        if self._unfit.get(found.path) == stamp:
            return None
        try:
            data = read_bytes(found.path, SOURCE)
        except OSError:
            return None
        digest = hashlib.sha256(data).hexdigest()[:32]
        if entry is not None and entry.digest == digest:
            contents: Contents | None = entry.contents
        elif digest in same:  # moved, or back from another branch
            contents = same[digest]
        else:
            self.read += 1
            contents = contents_of(decoded(data), found.language, found.path)
        if contents is None:
            self._unfit[found.path] = stamp
            return None
        return Entry(found.path, found.shown, *stamp, digest, *contents)

    def _save(self) -> None:
        for root in self.roots:
            top = Disk().real_folder(root)
            inside = top.rstrip(os.sep) + os.sep
            kept.save(top, (entry for path, entry in self._entries.items() if path.startswith(inside)))
