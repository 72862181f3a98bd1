"""One editor's session: the server, which holds the parts that each know one thing about it."""

import asyncio
import logging
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from hearth.engine import logs
from hearth.engine.settings import Settings
from hearth.lsp_server.background import Background
from hearth.lsp_server.configuration import Configuration
from hearth.lsp_server.disk import DiskNotice
from hearth.lsp_server.protocol import HearthProtocol
from hearth.lsp_server.status import StatusReporter
from hearth.lsp_server.words.client import Client

if TYPE_CHECKING:  # the parts that are imported when they are needed, which is after `initialize` was answered
    from hearth.engine.context.documents import Document
    from hearth.engine.next_edit.predictor import NextEdits
    from hearth.lsp_server.documents import Documents
    from hearth.lsp_server.engine_session import EngineSession
    from hearth.lsp_server.indexing import Indexing
    from hearth.lsp_server.notebooks import Notebooks
    from hearth.lsp_server.stats import Statistics

log = logging.getLogger("hearth.server")
_NOTEBOOKS = lsp.NotebookDocumentSyncOptions([lsp.NotebookDocumentFilterWithNotebook("*")])


class Server(LanguageServer):
    """One editor's server. All its methods run on the event loop."""

    def __init__(self) -> None:
        super().__init__(
            "hearth", version("hearth-lsp"), notebook_document_sync=_NOTEBOOKS, protocol_cls=HearthProtocol
        )
        self.exit_code = 0  # of this process, once the client has sent `exit`
        self.loading: asyncio.Task[None] | None = None  # of what a session imports once it has begun
        self.client = Client(self)
        self.background = Background()
        self.disk = DiskNotice(self.client)
        self.status = StatusReporter(self.client, self.background, self._fetch, self._stop_fetching, self._choose)
        self.configuration = Configuration(self.client, self._settings_changed)
        self._engine: EngineSession | None = None

    @property
    def settings(self) -> Settings:
        """The current ones."""
        return self.configuration.settings

    @cached_property
    def documents(self) -> "Documents":
        from hearth.lsp_server.documents import Documents

        return Documents(self.client, self.status, self.background, self._forget)

    @cached_property
    def notebooks(self) -> "Notebooks":
        from hearth.lsp_server.notebooks import Notebooks

        return Notebooks(self.documents)

    @cached_property
    def stats(self) -> "Statistics":
        from hearth.lsp_server.stats import Statistics

        return Statistics(self.configuration, self.documents, self.disk)

    @cached_property
    def indexing(self) -> "Indexing":
        from hearth.lsp_server.indexing import Indexing

        return Indexing(self.client, self.configuration, self.documents, self.background)

    @cached_property
    def next_edits(self) -> "NextEdits":
        from hearth.engine.next_edit.predictor import NextEdits

        return NextEdits(self.documents.history)

    async def engine(self) -> "EngineSession":
        """What answers, once the first settings are complete."""
        await self.configuration.completed()
        await self.loaded()
        if self._engine is None:
            from hearth.lsp_server.engine_session import EngineSession

            self._engine = EngineSession(
                self.configuration, self.client, self.documents, self.status, self.stats, self.background
            )
        return self._engine

    async def loaded(self) -> None:
        """Return once the imports behind `initialized` are done: all of them in one step would take too long."""
        if self.loading is not None:
            await asyncio.wait({self.loading})

    def is_off(self, document: "Document") -> bool:
        """Nothing is done here unasked: paused, or switched off for this language or at all."""
        paused = self.status.paused or document.language in self.settings.completion.languages_off
        return paused or self.is_refused(document)

    def is_refused(self, document: "Document") -> bool:
        """No completions here, not even by hand: switched off, a file that holds secrets, or too long a file."""
        is_secret = self.documents.is_secret(document)
        return is_secret or not self.settings.completion.enabled or self.documents.is_too_long(document)

    def pass_on(self, method: str, params: Any) -> None:
        """Have a document followed as if the client had sent this about it."""
        self.protocol.fm.features[method](params)

    def files_changed(self, uris: list[str]) -> None:
        """On the disk: what other language servers said of them may be old."""
        if self._engine is not None:
            self._engine.language_servers.changed(uris)

    def look_for_members(self, document: "Document", offset: int) -> None:
        """Find out what may stand at `offset`, where the cursor is, if that is behind a dot; nothing waits."""
        if self._engine is not None and self.settings.context.enabled and not self.is_off(document):
            self._engine.members.look(document, offset)

    async def close(self) -> None:
        """End what was begun; the host stays for other windows."""
        if "stats" in self.__dict__:
            await self.stats.close()
        if "indexing" in self.__dict__:
            self.indexing.close()
        if self._engine is not None:
            await self._engine.close()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What pygls itself could not handle goes to the log; its words may quote the user's code."""
        where = getattr(source, "__name__", source)
        log.error("%s: %s", where, repr(error) if logs.is_debug() else type(error).__name__)

    def _forget(self, uri: str) -> None:
        self.stats.closed(uri)
        if self._engine is not None:
            self._engine.forget(uri)

    def _settings_changed(self) -> None:
        logs.debug(self.settings.debug)
        if self._engine is not None:
            self._engine.drop_backends()

    async def _fetch(self) -> None:
        if self._engine is not None:
            await self._engine.fetch()

    async def _choose(self) -> None:
        from hearth.lsp_server import first_model

        await first_model.ask(self.client)

    def _stop_fetching(self) -> None:
        if self._engine is not None:
            self._engine.stop_fetching()
