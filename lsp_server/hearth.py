"""The server's state: open documents, settings, the completer, and what the client can do."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from hearth.engine import aside, logs, paths, state
from hearth.engine.errors import HearthError
from hearth.engine.settings import Settings
from hearth.engine.types import Snapshot
from hearth.lsp_server import convert
from hearth.lsp_server import settings as raw_settings
from hearth.lsp_server.protocol import HearthProtocol
from hearth.lsp_server.settings import Layer
from hearth.lsp_server.status import StatusReporter
from hearth.lsp_server.usage import Usage
from hearth.lsp_server.words import client, text

if TYPE_CHECKING:  # loaded when they are needed, which is after `initialize` has been answered
    from hearth.engine.backends import Backend
    from hearth.engine.chat.answering import Chats
    from hearth.engine.completion.completer import Completer
    from hearth.engine.context import ContextQuery
    from hearth.engine.context.documents import Document
    from hearth.engine.context.ignore import Verdict
    from hearth.engine.context.recent import RecentEdits
    from hearth.lsp_server.healing import Text

log = logging.getLogger("hearth.server")
_MAX_CHARS = 8_000_000  # of a document; to apply a key to the text costs what all of it costs
_MOST_TOLD = 500  # messages that are remembered, so that each is told once
_JUDGE_SECONDS = 0.3  # for the disk to tell where a file leads; the event loop waits
_LATE_SECONDS = 60.0  # the same once nothing waits
_CONFIGURATION_SECONDS = 2.0  # a client that never answers must not keep the user waiting


class Hearth(LanguageServer):
    """One editor's server. All its methods run on the event loop."""

    def __init__(self) -> None:
        super().__init__("hearth", version("hearth-lsp"), protocol_cls=HearthProtocol)
        self.documents: dict[str, Document] = {}
        self.edits: RecentEdits | None = None
        self._secret: set[str] = set()
        self._judging: dict[str, asyncio.Task[None]] = {}
        self.doubted: set[str] = set()  # documents whose text may not be the client's
        self.broken: dict[str, Text] = {}  # documents that we failed to open or to change
        self.client_name = ""
        self.loading: asyncio.Task[None] | None = None  # of what a session imports once it has begun
        self.exit_code = 0  # of this process, once the client has sent `exit`
        self.settings = Settings()
        self.status = StatusReporter(self)
        self.usage = Usage(self)
        self._editor_settings: Layer | None = None
        self._configured = asyncio.Event()
        self._backends: dict[str, Backend] = {}
        self._completer: Completer | None = None
        self._chats: Chats | None = None
        self._told: set[str] = set()
        self._told_of_state = False
        self._background: set[asyncio.Task[None]] = set()

    # The client.

    @property
    def encoding(self) -> convert.Encoding:
        return self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16

    @property
    def has_inline_completion(self) -> bool:
        document = self.client_capabilities.text_document
        return document is not None and document.inline_completion is not None

    @property
    def has_lines_without_ends(self) -> bool:
        """Whether ghost text has to come with LF, whatever the document has.

        Neovim's own inline completion parts it there and leaves a CR in the line, which it then writes twice.
        Other clients insert it as it is, or turn line ends into the document's own.
        """
        return self.client_name == "Neovim"

    @property
    def creates_files(self) -> bool:
        """Whether an edit may create a file."""
        workspace = self.client_capabilities.workspace
        able = workspace.workspace_edit if workspace else None
        return bool(
            able and able.document_changes and lsp.ResourceOperationKind.Create in (able.resource_operations or ())
        )

    @property
    def previews(self) -> bool:
        """Whether the client shows a rewrite as it is written (`experimental.hearth.preview`)."""
        return self._is_able("preview")

    @property
    def has_buttons(self) -> bool:
        """Whether messages and progress come with buttons to press (`experimental.hearth.buttons`)."""
        return self._is_able("buttons")

    @property
    def hears_of_growth(self) -> bool:
        """Whether the client asks again when a suggestion has grown (`experimental.hearth.completionGrew`)."""
        return self._is_able("completionGrew")

    def _is_able(self, what: str) -> bool:
        experimental = self.client_capabilities.experimental
        ours = experimental.get("hearth") if isinstance(experimental, dict) else None
        return isinstance(ours, dict) and bool(ours.get(what))

    def say(self, message: str, kind: lsp.MessageType = lsp.MessageType.Warning) -> None:
        """Answer something that the user asked for, as often as it is asked for."""
        client.show(self, text.message(message), kind)

    def tell(self, message: str, kind: lsp.MessageType = lsp.MessageType.Warning) -> None:
        """Show the user a message, each text once."""
        if (message := text.message(message)) and self._is_news(message):
            client.show(self, message, kind)

    async def tell_what_is_not_kept(self) -> None:
        """Tell once in a session that nothing can be kept on this disk."""
        if not self._told_of_state and (said := await asyncio.to_thread(state.trouble)):
            self._told_of_state = True
            self.tell(said)

    async def ask(self, message: str, kind: lsp.MessageType, *buttons: str) -> str | None:
        """Show the user a message with buttons, each text once; the button that is pressed.

        Clients that would stop the user's typing until it is answered do not say `buttons`, and are told without.
        """
        if not self.has_buttons:
            self.tell(message, kind)
            return None
        if not self._is_news(message := text.message(message)):
            return None
        return await client.ask(self, message, kind, buttons)

    def _is_news(self, message: str) -> bool:
        """Whether it was not told yet; from now on it was."""
        if message in self._told:
            return False
        if len(self._told) >= _MOST_TOLD:
            self._told.clear()
        self._told.add(message)
        log.warning("told the user: %s", message)
        return True

    def in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something no request waits for; it must not raise what the user has to know."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._done_in_background)
        return task

    def _done_in_background(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("something failed in the background", exc_info=error)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What pygls itself could not handle goes to the log; its words may quote the user's code."""
        where = getattr(source, "__name__", source)
        log.error("%s: %s", where, repr(error) if logs.is_debug() else type(error).__name__)

    # Documents.

    def open(self, item: lsp.TextDocumentItem) -> "Document | None":
        """The document, kept from now on; None for one that is too long, which is then as good as not open."""
        from hearth.engine.context.documents import Document
        from hearth.engine.context.recent import RecentEdits

        self.edits = self.edits or RecentEdits()
        said: object = item.language_id  # nothing has checked it
        language = said if isinstance(said, str) else "plaintext"
        document = Document(item.uri, item.text, language, to_fs_path(item.uri), item.version)
        if len(document.text) > _MAX_CHARS:
            said = f"{document.path or item.uri} is left alone: it is longer than {_MAX_CHARS // 10**6} MB"
            self.tell(said, lsp.MessageType.Info)
            return None
        self._judge(document)
        self.documents[item.uri] = document  # not before it is known whether a model may see it
        return document

    def _judge(self, document: "Document") -> None:
        """Find out whether a file holds secrets or is ignored, and say in the status what follows from that."""
        from hearth.engine.context.ignore import Disk, verdict_of_path

        if not document.path:
            return
        path, roots = document.path, self.roots
        try:
            self._note_verdict(document, aside.wait(_JUDGE_SECONDS, lambda: verdict_of_path(path, roots, Disk())))
        except TimeoutError:
            # Nobody knows yet where it leads: until then no model sees it.
            self._secret.add(document.uri)
            judging = asyncio.ensure_future(self._judge_late(document, path, roots))
            self._judging[document.uri] = judging
            judging.add_done_callback(self._done_in_background)

    async def judged(self, uri: str) -> None:
        """Return once it is known whether a document may be shown to a model; which is at once, mostly."""
        if (judging := self._judging.get(uri)) is not None:
            await asyncio.wait({judging})
            if self._judging.get(uri) is judging:
                del self._judging[uri]

    async def _judge_late(self, document: "Document", path: str, roots: tuple[str, ...]) -> None:
        from hearth.engine.context.ignore import Disk, Verdict, verdict_of_path

        try:
            judged = await aside.run(_LATE_SECONDS, lambda: verdict_of_path(path, roots, Disk()))
        except TimeoutError:
            judged = Verdict(False, "its disk does not tell where it leads", secret=True)
        if self.documents.get(document.uri) is document:
            self._secret.discard(document.uri)
            self._note_verdict(document, judged)

    def _note_verdict(self, document: "Document", judged: "Verdict") -> None:
        if judged.allowed:
            return
        if judged.secret:
            self._secret.add(document.uri)
            said = f"{document.path} is not completed: {judged.reason}"
            self.tell(said, lsp.MessageType.Info)
        else:
            said = f"{document.path} is completed from itself alone: {judged.reason}"
        self.status(replace(self.status.current, message=said))

    @property
    def roots(self) -> tuple[str, ...]:
        """The paths of the workspace's folders."""
        folders = [to_fs_path(folder.uri) for folder in self.workspace.folders.values()]
        return tuple(folder for folder in folders if folder)

    def doubt(self, uri: str, why: str = "a change could not be read") -> None:
        """Our text of this document may not be the client's: ask for it, or wait for the next save."""
        if uri not in self.documents or uri in self.doubted:
            return
        self.doubted.add(uri)
        log.warning("a document may be out of step with the editor's: %s", why)
        if self._is_able("documentText"):
            from hearth.lsp_server import mirror

            self.in_background(mirror.ask_again(self, uri))

    def offset(self, document: "Document", position: lsp.Position) -> int:
        return convert.offset_at(document, position, self.encoding)

    def is_off(self, document: "Document") -> bool:
        """No completions here: paused, switched off, not for this language, or a file that holds secrets."""
        settings = self.settings.completion
        if self.status.paused or not settings.enabled or document.uri in self._secret:
            return True
        return document.language in settings.languages_off or len(document.text) > _MAX_CHARS

    def is_secret(self, document: "Document") -> bool:
        """No model may see it."""
        return document.uri in self._secret

    # Settings.

    def configure(self, editor: Any, source: str) -> None:
        """Take settings from the editor (None: it has none) and the files, and tell what is wrong with them."""
        if isinstance(editor, dict):
            self._editor_settings = Layer(source, editor.get("hearth", editor))
        layers, problems = self._file_layers()
        if self._editor_settings is not None:
            layers.append(self._editor_settings)
        settings, more = raw_settings.resolve(layers)
        for problem in problems + more:
            self.tell(problem)
        if settings != self.settings:
            self.settings = settings
            self._drop_backends()

    async def pull_settings(self) -> None:
        """`workspace/configuration`, section `hearth`, from clients that have it."""
        workspace = self.client_capabilities.workspace
        if workspace is None or not workspace.configuration:
            return
        request = lsp.ConfigurationParams([lsp.ConfigurationItem(section="hearth")])
        answer = await self.workspace_configuration_async(request)
        if answer and answer[0]:
            self.configure({"hearth": answer[0]}, "the editor's settings")

    def configured(self) -> None:
        """The first settings are complete: whoever waits for the backend may go on."""
        self._configured.set()

    async def completer(self) -> "Completer":
        """The completer of the current settings. Raises `SettingsError` for an unknown backend."""
        await self._settings_complete()
        from hearth.engine.completion.completer import Completer

        floor = await self.usage.floor()
        if self._completer is None:
            backend = self._backend(self.settings.completion.backend)
            settings = self.settings.completion
            if floor is not None:
                settings = replace(settings, min_confidence=floor)
            self._completer = Completer(backend, settings, self.surroundings)
        return self._completer

    async def chat_backend(self) -> "Backend":
        """What answers code actions. Raises `SettingsError` for an unknown backend."""
        await self._settings_complete()
        return self._backend(self.settings.chat.backend)

    async def chats(self) -> "Chats":
        """The conversations of the current settings. Raises `SettingsError` for an unknown backend."""
        backend = await self.chat_backend()
        from hearth.engine.chat.answering import Chats

        if self._chats is None:
            self._chats = Chats(backend, self.settings.chat)
        return self._chats

    async def fetch(self) -> None:
        """Get what model could not be had, now. The status tells where that ends, the user is told again too."""
        from hearth.engine.backends import Fetcher

        self._told.discard(text.message(self.status.current.message))
        for backend in list(self._backends.values()):
            if isinstance(backend, Fetcher):
                with suppress(HearthError):
                    await backend.fetch()

    def stop_fetching(self) -> None:
        """End every download of a model; it goes on when the user says so."""
        from hearth.engine.backends import Fetcher

        for backend in self._backends.values():
            if isinstance(backend, Fetcher):
                backend.stop_fetching()

    async def _settings_complete(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._configured.wait(), _CONFIGURATION_SECONDS)

    def surroundings(self, snapshot: Snapshot, offset: int, window: tuple[int, int]) -> "ContextQuery | None":
        """What else the model may be shown for a completion there; None when the user wants none of it."""
        from hearth.engine.context import ContextQuery

        if not self.settings.context.enabled:
            return None
        return ContextQuery(
            snapshot,
            offset,
            open_documents=tuple(self.documents.values()),
            workspace_roots=self.roots,
            recent_edits=self.edits.newest() if self.edits else (),
            settings=self.settings.context,
            window=window,
        )

    def forget(self, uri: str) -> None:
        self.documents.pop(uri, None)
        self.usage.closed(uri)
        if self.edits is not None:
            self.edits.forget(uri)
        self._secret.discard(uri)
        self._judging.pop(uri, None)
        self.doubted.discard(uri)
        if self._completer is not None:
            self._completer.forget(uri)

    async def close(self) -> None:
        await self.usage.close()
        for backend in self._backends.values():
            with suppress(HearthError, OSError):
                await backend.close()
        self._backends.clear()
        self._completer = self._chats = None

    def _backend(self, name: str) -> "Backend":
        from hearth.engine import backends

        if name not in self._backends:
            self._backends[name] = backends.create(name, self.settings, self.status)
        return self._backends[name]

    def _drop_backends(self) -> None:
        self._completer = self._chats = None
        old, self._backends = self._backends, {}
        for backend in old.values():
            self.in_background(backend.close())

    def _file_layers(self) -> tuple[list[Layer], list[str]]:
        layers: list[Layer] = []
        problems: list[str] = []
        files: list[tuple[Path, bool]] = []
        if reason := paths.config_trouble():
            problems.append(reason)
        else:
            files.append((paths.config_file(), True))
        for folder in self.workspace.folders.values():
            if path := to_fs_path(folder.uri):
                files.append((Path(path) / "hearth.toml", False))
        until = time.monotonic() + raw_settings.READ_SECONDS  # for all of them together
        for file, trusted in files:
            layer, wrong = raw_settings.read_toml(file, trusted, max(0.01, until - time.monotonic()))
            layers += [layer] if layer else []
            problems += wrong
        return layers, problems
