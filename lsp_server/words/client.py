"""The way to an editor: whatever is said to one goes through here, and is made fit for it by `text`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from hearth.lsp_server.words import text

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pygls.lsp.server import LanguageServer

    from hearth.engine.types import Status

Token = str | int


def show(ls: "LanguageServer", message: str, kind: lsp.MessageType) -> None:
    """A message; it is made fit already (`text.message`, `text.answer`)."""
    ls.window_show_message(lsp.ShowMessageParams(kind, f"Hearth: {message}"))


async def ask(ls: "LanguageServer", message: str, kind: lsp.MessageType, buttons: tuple[str, ...]) -> str | None:
    """The same with buttons; the one that is pressed."""
    choices = [lsp.MessageActionItem(text.title(each)) for each in buttons]
    params = lsp.ShowMessageRequestParams(kind, f"Hearth: {message}", choices)
    pressed = await ls.window_show_message_request_async(params)
    return pressed.title if pressed else None


def status(ls: "LanguageServer", now: "Status") -> None:
    """`hearth/status`."""
    message, help = text.message(now.message), text.message(now.help)
    values = {"kind": now.kind, "message": message, "percent": now.percent, "help": help}
    values["retry"] = now.retry or None
    told = {name: value for name, value in values.items() if value not in (None, "") or name == "message"}
    ls.protocol.notify("hearth/status", told)


def preview(ls: "LanguageServer", uri: str, kind: str, **words: str) -> None:
    """`hearth/preview`; a text comes through a `PlainStream`."""
    ls.protocol.notify("hearth/preview", {"uri": uri, "kind": kind, **words})


def completion_grew(ls: "LanguageServer", uri: str, version: int, position: lsp.Position) -> None:
    place = {"line": position.line, "character": position.character}
    ls.protocol.notify(
        "hearth/completionGrew", {"textDocument": {"uri": uri, "version": version}, "position": place}
    )


def chat_piece(ls: "LanguageServer", token: Token, part: str, piece: str) -> None:
    """A piece of a chat answer, which comes through a `PlainStream`."""
    ls.progress(lsp.ProgressParams(token, {"kind": part, "text": piece}))


async def open_document(ls: "LanguageServer", uri: str) -> bool:
    """Whether the client shows it."""
    return (await ls.window_show_document_async(lsp.ShowDocumentParams(uri, take_focus=True))).success


async def apply(ls: "LanguageServer", edit: lsp.WorkspaceEdit, title: str) -> lsp.ApplyWorkspaceEditResult:
    return await ls.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, text.title(title)))


def note(title: str, needs_confirmation: bool, description: str) -> lsp.ChangeAnnotation:
    """What is said of an edit."""
    return lsp.ChangeAnnotation(
        text.title(title), needs_confirmation=needs_confirmation, description=text.title(description)
    )


class Bar:
    """A progress bar of the server's own making."""

    def __init__(self, ls: "LanguageServer", token: Token) -> None:
        self._bars, self._token = ls.work_done_progress, token

    @staticmethod
    def is_shown_by(ls: "LanguageServer") -> bool:
        """Whether the client has such bars."""
        window = ls.client_capabilities.window
        return window is not None and bool(window.work_done_progress)

    def create(self, on_created: Callable[..., None] | None) -> None:
        """Ask for it; nobody waits for the answer."""
        self._bars.create(self._token, on_created)

    async def create_async(self) -> None:
        await self._bars.create_async(self._token)

    @property
    def cancelled(self) -> "Future[Any] | None":
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
