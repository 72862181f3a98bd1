"""Tells the client what the engine is doing: `hearth/status`, and a progress bar while the user has to wait."""

import itertools
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
        if status == self.current:
            return
        self.current = status
        self._server.protocol.notify("hearth/status", as_params(status))
        self._show_progress(status)
        if status.kind == "error":
            self._server.tell(status.message, lsp.MessageType.Error)
        elif status.kind == "downloading" and not status.percent:
            self._server.tell(f"downloading {status.message}, once", lsp.MessageType.Info)
        elif status.help:
            self._server.tell(status.help, lsp.MessageType.Info)

    def _show_progress(self, status: Status) -> None:
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress:
            return
        progress = self._server.work_done_progress
        if self._token is not None and status.kind != self._token_kind:
            progress.end(self._token, lsp.WorkDoneProgressEnd())
            self._token = None
        if status.kind not in _WAITING:
            return
        if self._token is None:
            self._token, self._token_kind = f"hearth-{next(_tokens)}", status.kind
            progress.create(self._token)
            title = f"{_WAITING[status.kind]} {status.message}"
            progress.begin(self._token, lsp.WorkDoneProgressBegin(title=title, percentage=status.percent or 0))
        else:
            progress.report(self._token, lsp.WorkDoneProgressReport(percentage=status.percent))


def as_params(status: Status) -> dict[str, Any]:
    """The parameters of `hearth/status`."""
    values = {"kind": status.kind, "message": status.message, "percent": status.percent, "help": status.help}
    return {name: value for name, value in values.items() if value not in (None, "") or name == "message"}
