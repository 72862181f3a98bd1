"""The way to an editor: whatever is said to one goes through here, and is made fit for it by `text`."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from hearth.engine.types import Status
from hearth.lsp_server.capabilities import Capabilities, resolve
from hearth.lsp_server.words import text

log = logging.getLogger("hearth.server")
Token = str | int
_MOST_REMEMBERED = 500  # messages, so that each is shown once


class Client:
    """The editor on the other end: its name, what it can do, and everything that is said to it."""

    def __init__(self, server: LanguageServer) -> None:
        self.name = ""
        self.can = Capabilities()
        self._server = server
        self._shown: set[str] = set()

    def introduce(self, params: lsp.InitializeParams) -> None:
        """Take what the client says of itself."""
        self.name = params.client_info.name if params.client_info else ""
        self.can = resolve(params.capabilities, self.name)

    @property
    def encoding(self) -> lsp.PositionEncodingKind | str:
        """What a column counts."""
        return self._server.workspace.position_encoding or lsp.PositionEncodingKind.Utf16

    @property
    def roots(self) -> tuple[str, ...]:
        """The paths of the workspace's folders."""
        folders = [to_fs_path(folder.uri) for folder in self._server.workspace.folders.values()]
        return tuple(folder for folder in folders if folder)

    # Messages.

    def show_message(self, message: str, kind: lsp.MessageType = lsp.MessageType.Warning) -> None:
        """Answer something that the user asked for, as often as it is asked for."""
        self._show(text.message(message), kind)

    def show_message_once(self, message: str, kind: lsp.MessageType = lsp.MessageType.Warning) -> None:
        """Show the user a message, each text once."""
        if (message := text.message(message)) and self._is_new(message):
            self._show(message, kind)

    def show_answer(self, answer: str) -> None:
        """The beginning of a model's answer, where it cannot be shown whole."""
        self._show(text.answer(answer) or "the model has no answer", lsp.MessageType.Info)

    async def ask(self, message: str, kind: lsp.MessageType, *buttons: str) -> str | None:
        """Show the user a message with buttons, each text once; the button that is pressed.

        Clients that would stop the user's typing until it is answered do not say `buttons`. They get a message
        without.
        """
        if not self.can.buttons:
            self.show_message_once(message, kind)
            return None
        if not self._is_new(message := text.message(message)):
            return None
        choices = [lsp.MessageActionItem(text.title(each)) for each in buttons]
        params = lsp.ShowMessageRequestParams(kind, f"Hearth: {message}", choices)
        pressed = await self._server.window_show_message_request_async(params)
        return pressed.title if pressed else None

    def allow_again(self, message: str) -> None:
        """Show this message once more when it comes again."""
        self._shown.discard(text.message(message))

    # Hearth's own notifications.

    def status(self, now: Status) -> None:
        """`hearth/status`."""
        message, help = text.message(now.message), text.message(now.help)
        values = {"kind": now.kind, "message": message, "percent": now.percent, "help": help}
        values["retry"] = now.retry or None
        told = {name: value for name, value in values.items() if value not in (None, "") or name == "message"}
        self._server.protocol.notify("hearth/status", told)

    def choose_model(self, rows: list[dict[str, Any]]) -> None:
        """`hearth/chooseModel`."""
        models = [
            {**row, "reason": text.title(row["reason"]), "licence": text.title(row["licence"])} for row in rows
        ]
        self._server.protocol.notify("hearth/chooseModel", {"models": models})

    def preview(self, uri: str, kind: str, **words: str) -> None:
        """`hearth/preview`, for clients that have it; a text comes through a `PlainStream`."""
        if self.can.preview:
            self._server.protocol.notify("hearth/preview", {"uri": uri, "kind": kind, **words})

    def completion_grew(self, uri: str, version: int, position: lsp.Position) -> None:
        """`hearth/completionGrew`."""
        place = {"line": position.line, "character": position.character}
        document = {"uri": uri, "version": version}
        self._server.protocol.notify("hearth/completionGrew", {"textDocument": document, "position": place})

    def chat_piece(self, token: Token, part: str, piece: str) -> None:
        """A piece of a chat answer, which comes through a `PlainStream`."""
        self._server.progress(lsp.ProgressParams(token, {"kind": part, "text": piece}))

    def commit_message(self, token: Token, message: str) -> None:
        """A commit message so far."""
        self._server.progress(lsp.ProgressParams(token, {"text": text.commit_message(message)}))

    # Requests.

    async def open_document(self, uri: str) -> bool:
        """Whether the client shows it."""
        return (
            await self._server.window_show_document_async(lsp.ShowDocumentParams(uri, take_focus=True))
        ).success

    async def apply(self, edit: lsp.WorkspaceEdit, title: str) -> lsp.ApplyWorkspaceEditResult:
        return await self._server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, text.title(title)))

    async def settings(self, section: str) -> Any:
        """`workspace/configuration` of one section; None where there is nothing."""
        params = lsp.ConfigurationParams([lsp.ConfigurationItem(section=section)])
        answer = await self._server.workspace_configuration_async(params)
        return answer[0] if answer else None

    async def text_of(self, uri: str) -> tuple[Any, Any]:
        """`hearth/documentText`: text and version as they came, None for what did not."""
        answer: Any = await self._server.protocol.send_request_async("hearth/documentText", {"uri": uri})
        return getattr(answer, "text", None), getattr(answer, "version", None)

    async def definitions(
        self, uri: str, version: int, positions: list[lsp.Position], of_types: list[lsp.Position]
    ) -> Any:
        """`hearth/definitions`, as it came: locations for each position."""

        def plain(places: list[lsp.Position]) -> list[dict[str, int]]:
            return [{"line": each.line, "character": each.character} for each in places]

        document = {"uri": uri, "version": version}
        asked = {"textDocument": document, "definitions": plain(positions), "types": plain(of_types)}
        return await self._server.protocol.send_request_async("hearth/definitions", asked)

    async def members(self, uri: str, version: int, position: lsp.Position) -> Any:
        """`hearth/members`, as it came: the names that may stand there."""
        place = {"line": position.line, "character": position.character}
        asked = {"textDocument": {"uri": uri, "version": version}, "position": place}
        return await self._server.protocol.send_request_async("hearth/members", asked)

    async def register(self, registration: lsp.Registration) -> None:
        await self._server.client_register_capability_async(lsp.RegistrationParams([registration]))

    def bar(self, token: Token) -> "Bar | None":
        """A progress bar that is not begun yet; None for clients without."""
        return Bar(self._server, token) if self.can.progress else None

    def _show(self, message: str, kind: lsp.MessageType) -> None:
        self._server.window_show_message(lsp.ShowMessageParams(kind, f"Hearth: {message}"))

    def _is_new(self, message: str) -> bool:
        """Whether it was not shown yet; from now on it was."""
        if message in self._shown:
            return False
        if len(self._shown) >= _MOST_REMEMBERED:
            self._shown.clear()
        self._shown.add(message)
        log.warning("told the user: %s", message)
        return True


def note(title: str, needs_confirmation: bool, description: str) -> lsp.ChangeAnnotation:
    """What is said of an edit."""
    return lsp.ChangeAnnotation(
        text.title(title), needs_confirmation=needs_confirmation, description=text.title(description)
    )


class Bar:
    """A progress bar of the server's own making."""

    def __init__(self, server: LanguageServer, token: Token) -> None:
        self._bars, self._token = server.work_done_progress, token

    def create(self, on_created: Callable[..., None] | None) -> None:
        """Ask for it; nobody waits for the answer."""
        self._bars.create(self._token, on_created)

    async def create_async(self) -> None:
        await self._bars.create_async(self._token)

    @property
    def cancelled(self) -> Future[Any] | None:
        """Is cancelled when the user cancels the bar; None for a client that did not make it."""
        return self._bars.tokens.get(self._token)

    def begin(self, title: str, cancellable: bool, percentage: int | None = None) -> None:
        params = lsp.WorkDoneProgressBegin(title=text.title(title), cancellable=cancellable, percentage=percentage)
        self._bars.begin(self._token, params)

    def report(self, message: str | None = None, percentage: int | None = None) -> None:
        said = text.title(message) if message else None
        self._bars.report(self._token, lsp.WorkDoneProgressReport(message=said, percentage=percentage))

    def end(self) -> None:
        self._bars.end(self._token, lsp.WorkDoneProgressEnd())
        self._bars.tokens.pop(self._token, None)
