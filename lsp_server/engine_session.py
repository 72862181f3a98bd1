"""The engine as one editor uses it: the backends, the completer and the conversations of the current settings."""

from contextlib import suppress
from dataclasses import replace

from hearth.engine import backends
from hearth.engine.backends import Backend, Fetcher, Predicting
from hearth.engine.chat.answering import Chats
from hearth.engine.code_actions.chosen import settings_for
from hearth.engine.completion.completer import Completer
from hearth.engine.context.query import ContextQuery
from hearth.engine.errors import HearthError
from hearth.engine.settings import Settings
from hearth.engine.types import Snapshot
from hearth.lsp_server.background import Background
from hearth.lsp_server.configuration import Configuration
from hearth.lsp_server.documents import Documents
from hearth.lsp_server.language_servers import LanguageServers
from hearth.lsp_server.members import KnownMembers
from hearth.lsp_server.stats import Statistics
from hearth.lsp_server.status import StatusReporter
from hearth.lsp_server.words.client import Client


class EngineSession:
    """All methods run on the event loop."""

    def __init__(
        self,
        configuration: Configuration,
        client: Client,
        documents: Documents,
        status: StatusReporter,
        stats: Statistics,
        background: Background,
    ) -> None:
        self.language_servers = LanguageServers(client, background)
        self.members = KnownMembers(client, documents, background)
        self._configuration = configuration
        self._client = client
        self._documents = documents
        self._status = status
        self._stats = stats
        self._background = background
        self._backends: dict[str, Backend] = {}
        self._completer: Completer | None = None
        self._chats: Chats | None = None
        self._may_fetch = not client.can.choose_model  # else the user is asked for a model first

    async def completer(self) -> Completer:
        """The completer of the current settings. Raises `SettingsError` for an unknown backend."""
        min_confidence = await self._stats.advised_min_confidence()
        if self._completer is None:
            settings = self._configuration.settings.completion
            backend = self._backend(settings.backend)
            if min_confidence is not None:
                settings = replace(settings, min_confidence=min_confidence)
            self._completer = Completer(backend, settings, self.surroundings, self.members.known)
        return self._completer

    def chat_backend(self) -> Backend:
        """What answers in the chat. Raises `SettingsError` for an unknown backend."""
        return self._backend(self._configuration.settings.chat.backend)

    def action_backend(self, action: str) -> Backend:
        """What answers that code action. Raises `SettingsError` for an unknown backend."""
        settings = settings_for(self._configuration.settings, action)
        return self._backend(settings.chat.backend, settings)

    def predictor(self) -> Backend:
        """What runs a model that was trained to predict edits: the local backend, whatever completes."""
        usual = self._backend(self._configuration.settings.completion.backend)
        return usual if isinstance(usual, Predicting) else self._backend("local")

    def chats(self) -> Chats:
        """The conversations of the current settings. Raises `SettingsError` for an unknown backend."""
        backend = self.chat_backend()
        if self._chats is None:
            workspace = next(iter(self._client.roots), "")
            self._chats = Chats(backend, self._configuration.settings.chat, workspace)
        return self._chats

    def surroundings(self, snapshot: Snapshot, offset: int, window: tuple[int, int]) -> ContextQuery | None:
        """What else the model may be shown for a completion there; None when the user wants none of it."""
        settings = self._configuration.settings.context
        if not settings.enabled:
            return None
        return ContextQuery(
            snapshot,
            offset,
            open_documents=self._documents.all(),
            workspace_roots=self._client.roots,
            recent_edits=self._documents.recent_edits.newest(),
            settings=settings,
            window=window,
            places=self.language_servers.places(snapshot.uri),
        )

    async def fetch(self) -> None:
        """Get what model could not be had, now. The status tells where that ends, the user is told again too."""
        self._may_fetch = True
        self._client.allow_again(self._status.current.message)
        self._backend(self._configuration.settings.completion.backend)  # what was chosen may be a new one
        for backend in list(self._backends.values()):
            if isinstance(backend, Fetcher):
                with suppress(HearthError):
                    await backend.fetch()

    def stop_fetching(self) -> None:
        """End every download of a model; it goes on when the user says so."""
        for backend in self._backends.values():
            if isinstance(backend, Fetcher):
                backend.stop_fetching()

    def forget(self, uri: str) -> None:
        self.language_servers.forget(uri)
        self.members.forget(uri)
        if self._completer is not None:
            self._completer.forget(uri)

    def drop_backends(self) -> None:
        """The settings have changed: end what was made of the old ones. It is made again when it is needed."""
        self._completer = self._chats = None
        old, self._backends = self._backends, {}
        for backend in old.values():
            self._background.start(backend.close())

    async def close(self) -> None:
        for backend in self._backends.values():
            with suppress(HearthError, OSError):
                await backend.close()
        self._backends.clear()
        self._completer = self._chats = None

    def _backend(self, name: str, settings: Settings | None = None) -> Backend:
        """One for each backend, and one more for each other model that answers in its chat."""
        settings = settings or self._configuration.settings
        is_usual = settings.chat.model == self._configuration.settings.chat.model
        key = name if is_usual else f"{name} {settings.chat.model}"
        if key not in self._backends:
            made = self._backends[key] = backends.create(name, settings, self._status)
            if isinstance(made, Fetcher) and not self._may_fetch:
                made.wait_for_fetch()
        return self._backends[key]
