"""Notes what becomes of suggestions (`hearth.engine.stats`) without anybody waiting for it, least of all a key."""

import asyncio
import logging
import time

from hearth.engine.context.documents import Document
from hearth.engine.stats import advice, records
from hearth.engine.stats.tracker import Offer, Tracker
from hearth.engine.types import Completion
from hearth.lsp_server.configuration import Configuration
from hearth.lsp_server.disk import DiskNotice
from hearth.lsp_server.documents import Documents

log = logging.getLogger("hearth.server")
_WRITE_SECONDS = 10.0
_LAST_WRITE_SECONDS = 2.0  # an editor that closes does not wait longer
_MAX_UNWRITTEN = 1000


class Statistics:
    """The suggestions of this session. All methods run on the event loop; the disk is another thread's."""

    def __init__(self, configuration: Configuration, documents: Documents, disk: DiskNotice) -> None:
        self._configuration = configuration
        self._documents = documents
        self._disk = disk
        self._unwritten: list[records.SuggestionRecord] = []
        self._writing: asyncio.Task[None] | None = None
        self._advised: float | None = None
        self._asked = False
        self.tracker = Tracker()

    def offered(
        self,
        document: Document,
        completion: Completion,
        seconds: float,
        automatic: bool,
        min_confidence: float,
        given: int = 0,
    ) -> str:
        """A completion with text goes out, `seconds` after it was asked for; its id in later events.

        The first `given` characters of it were not ours.
        """
        offer = Offer(
            uri=document.uri,
            start=completion.start,
            text=completion.text,
            language=document.language,
            model=_short(self._configuration.settings.completion.model),
            confidence=completion.confidence,
            latency_ms=seconds * 1000,
            automatic=automatic,
            min_confidence=min_confidence,
            given=given,
        )
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_now_and_then())
        return self.tracker.offer(offer, document.text)

    def also_offered(self, id: str, completion: Completion) -> str:
        """Another completion goes out with the one that has this id; its own id in later events."""
        return self.tracker.also(id, completion.start, completion.text)

    def edited(self, document: Document, start: int, end: int, inserted: str) -> None:
        self.tracker.edited(document.uri, start, end, inserted, document.text)

    def closed(self, uri: str) -> None:
        self.tracker.closed(uri)

    async def advised_min_confidence(self) -> float | None:
        """The `min_confidence` that the statistics advise; None without an advice, or when it is not wanted."""
        if not self._configuration.settings.stats.tune:
            return None
        if not self._asked:
            self._advised, self._asked = await asyncio.to_thread(_advised), True
        return self._advised

    async def close(self) -> None:
        """Write what is known; a disk that does not answer does not hold up the end."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        self.tracker.finish()
        try:
            await asyncio.wait_for(self._write(), _LAST_WRITE_SECONDS)
        except TimeoutError:
            log.warning("the statistics could not be written in time")

    async def _write_now_and_then(self) -> None:
        while self.tracker.is_busy or self._unwritten:
            await asyncio.sleep(_WRITE_SECONDS)
            self.tracker.settle(self._text_of)
            await self._write()

    async def _write(self) -> None:
        self._unwritten += self.tracker.take()
        if not self._configuration.settings.stats.enabled:
            self._unwritten.clear()
        batch = self._unwritten[-_MAX_UNWRITTEN:]
        self._unwritten = []
        if not batch:
            return
        try:
            await asyncio.to_thread(records.append, batch)
        except OSError as error:
            self._unwritten = batch  # perhaps there is room the next time
            log.info("the statistics cannot be written: %s", error)
            await self._disk.show()

    def _text_of(self, uri: str) -> str | None:
        document = self._documents.get(uri)
        return document.text if document else None


def _short(model: str) -> str:
    """A model's name; of a path only the end, as folders may tell names."""
    return model.replace("\\", "/").rpartition("/")[2]


def _advised() -> float | None:
    found = advice.advise(records.load(time.time() - advice.DAYS * 86400))
    return found.min_confidence if found else None
