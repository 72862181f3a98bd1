"""The index of the workspace's symbols as one editor uses it: built in idle time, fresh for each question."""

import asyncio
import logging
import threading
import time
from collections.abc import Iterable

from hearth.engine import aside
from hearth.engine.chat.retrieval import SOURCE_NAME
from hearth.engine.index.entries import Entry
from hearth.engine.index.symbols import SymbolIndex
from hearth.lsp_server.background import Background
from hearth.lsp_server.configuration import Configuration
from hearth.lsp_server.documents import Documents
from hearth.lsp_server.words.client import Client

log = logging.getLogger("hearth.server")
_BEGIN = 5.0  # seconds after the first document was opened, which somebody is waiting for
_SLICE = 0.01  # seconds of work between two rests
_REST = 3  # times the work before it: three quarters of the time belong to others
_TYPING = 2.0  # seconds after a key in which nothing is done
_WAIT = 3.0  # seconds that a question waits for an index that is being built; then it has what there is
_FRESH = 60.0  # seconds; a client that does not tell of changed files has them looked for at each question
_MANY = 200  # changed files, beyond which all are looked at
_LONGEST = 3600.0  # seconds for one look at a workspace, on a disk that may hang


class Indexing:
    """All methods run on the event loop; the work is done in a thread that holds up no exit."""

    def __init__(
        self, client: Client, configuration: Configuration, documents: Documents, background: Background
    ) -> None:
        self._client = client
        self._configuration = configuration
        self._documents = documents
        self._background = background
        self._index: SymbolIndex | None = None
        self._work: asyncio.Task[None] | None = None
        self._changed: set[str] = set()
        self._is_due = False  # all files are to be looked at
        self._updated = 0.0
        self._questions = 0  # that wait
        self._has_begun = False
        self._closing = threading.Event()
        self._slice = 0.0

    def begin(self) -> None:
        """A document is open: build the index soon, once."""
        if not self._has_begun and self._client.roots:
            self._has_begun = True
            self._background.start(self._begin_later())

    async def entries(self) -> tuple[Entry, ...]:
        """What is known of the workspace's files; empty where the user wants none of it."""
        index = self._current()
        if index is None:
            return ()
        self._questions += 1
        try:
            if not self._client.can.watched_files or time.monotonic() - self._updated > _FRESH:
                self._is_due = True
            self._start(index)
            if self._work is not None:
                await asyncio.wait({self._work}, timeout=_WAIT)
        finally:
            self._questions -= 1
        return index.entries()

    def known(self) -> tuple[Entry, ...]:
        """The same, as far as it is there now."""
        index = self._current()
        return index.entries() if index is not None else ()

    def changed(self, paths: Iterable[str]) -> None:
        """These files are new, other than before, or gone."""
        if self._index is not None:
            self._changed.update(paths)
            self._start(self._index)

    def close(self) -> None:
        self._closing.set()
        if self._index is not None:
            self._index.close()

    async def _begin_later(self) -> None:
        await asyncio.sleep(_BEGIN)
        await self._configuration.completed()
        if (index := self._current()) is not None and not self._updated:
            self._is_due = True
            self._start(index)

    def _current(self) -> SymbolIndex | None:
        settings = self._configuration.settings.context
        roots = self._client.roots
        if not settings.enabled or SOURCE_NAME in settings.off or not roots or self._closing.is_set():
            return None
        if self._index is None or self._index.roots != roots:
            if self._index is not None:
                self._index.close()
            self._index, self._work, self._updated = SymbolIndex(roots), None, 0.0
        return self._index

    def _start(self, index: SymbolIndex) -> None:
        if (self._work is None or self._work.done()) and (self._is_due or self._changed):
            self._work = self._background.start(self._bring_up_to_date(index))

    async def _bring_up_to_date(self, index: SymbolIndex) -> None:
        while index is self._index and (self._is_due or self._changed) and not self._closing.is_set():
            changed, self._changed = sorted(self._changed), set()
            is_due, self._is_due = self._is_due or len(changed) > _MANY, False
            try:
                if is_due:
                    await aside.run(_LONGEST, lambda: index.update(self._breathe))
                    self._updated = time.monotonic()
                else:
                    await aside.run(_LONGEST, lambda: index.look_at(changed))  # noqa: B023  # it is awaited here
            except TimeoutError:
                log.warning("the disk does not answer: the index of symbols stays as it is")
                return

    def _breathe(self) -> None:
        """In the thread, between two files: let others work, and above all the user's keys."""
        worked = time.thread_time() - self._slice
        if self._questions or 0 <= worked < _SLICE:
            return
        self._closing.wait(_REST * max(0.0, min(worked, 1.0)))
        while self._is_in_the_way() and not self._closing.wait(_TYPING / 10):
            pass
        self._slice = time.thread_time()

    def _is_in_the_way(self) -> bool:
        """The user types, and no question waits."""
        return time.monotonic() - self._documents.changed_at < _TYPING and not self._questions
