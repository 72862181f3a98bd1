"""Tells the client what the engine is doing: `hearth/status`, and a progress bar while the user has to wait."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from engine.types import Status

if TYPE_CHECKING:
    from lsp_server.hearth import Hearth

_WAITING = {"downloading": "Downloading", "loading": "Loading"}
_tokens = itertools.count(1)


class StatusReporter:
    """Call it with every new status; the one that the client knows is `current`."""

    def __init__(self, server: "Hearth") -> None:
        self._server = server
        self._token: str | None = None
        self._token_kind = ""
        self._offers_retry = False
        self._model = Status("starting")  # what the backend said last, also while paused
        self.paused = False
        self.current = self._model

    def __call__(self, status: Status) -> None:
        if status.kind != "paused":
            self._model = status
        if not self.paused or status.kind in ("error", "downloading"):
            self._report(status)

    def pause(self) -> None:
        self.paused = True
        self._report(Status("paused"))

    def resume(self) -> Status:
        """Tell again how the model is, and return that."""
        self.paused = False
        self._report(self._model)
        return self._model

    def _report(self, status: Status) -> None:
        if status == self.current or _is_that_error(status, self.current):
            return
        self.current = status
        self._server.protocol.notify("hearth/status", as_params(status))
        self._show_progress(status)
        if status.kind == "error" and status.retry:
            self._server.in_background(self._offer_retry(status.message, status.help or "Retry"))
        elif status.kind == "error":
            self._server.tell(status.message, lsp.MessageType.Error)
        elif status.kind == "downloading" and not status.percent and not self._server.has_buttons:
            self._server.tell(f"downloading {status.message}, once", lsp.MessageType.Info)
        elif status.help:
            self._server.tell(status.help, lsp.MessageType.Info)

    async def _offer_retry(self, message: str, button: str) -> None:
        if self._offers_retry:
            return  # the message that is still there will do
        self._offers_retry = True
        try:
            pressed = await self._server.ask(message, lsp.MessageType.Warning, button)
        finally:
            self._offers_retry = False
        if pressed is not None:
            await self._server.fetch()

    def _show_progress(self, status: Status) -> None:
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress:
            return
        progress = self._server.work_done_progress
        if self._token is not None and status.kind != self._token_kind:
            progress.end(self._token, lsp.WorkDoneProgressEnd())
            progress.tokens.pop(self._token, None)
            self._token = None
        if status.kind not in _WAITING:
            return
        if self._token is None:
            self._token, self._token_kind = f"hearth-{next(_tokens)}", status.kind
            able = status.kind == "downloading"
            progress.create(self._token, self._stops_downloads(self._token) if able else None)
            title = f"{_WAITING[status.kind]} {status.message}"
            bar = lsp.WorkDoneProgressBegin(title=title, percentage=status.percent or 0, cancellable=able)
            progress.begin(self._token, bar)
        else:
            progress.report(self._token, lsp.WorkDoneProgressReport(percentage=status.percent))

    def _stops_downloads(self, token: str) -> Callable[..., None]:
        """What to do once the client has made the bar: see to it that cancelling it ends the download."""

        def on_created(*_: object) -> None:
            if (future := self._server.work_done_progress.tokens.get(token)) is not None:
                future.add_done_callback(lambda ended: self._server.stop_fetching())

        return on_created


def _is_that_error(status: Status, told: Status) -> bool:
    """Whether it is an error that has been told, perhaps by somebody who knew more about it."""
    return (status.kind, status.message) == (told.kind, told.message) and status.kind == "error"


def as_params(status: Status) -> dict[str, Any]:
    """The parameters of `hearth/status`."""
    values = {"kind": status.kind, "message": status.message, "percent": status.percent, "help": status.help}
    values["retry"] = status.retry or None
    return {name: value for name, value in values.items() if value not in (None, "") or name == "message"}
