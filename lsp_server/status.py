"""Tells the client what the engine is doing: `hearth/status`, and a progress bar while the user has to wait."""

import itertools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from lsprotocol import types as lsp

from hearth.engine.types import Status
from hearth.lsp_server.background import Background
from hearth.lsp_server.words.client import Bar, Client

_WAITING = {"downloading": "Downloading", "loading": "Loading"}
_tokens = itertools.count(1)


class StatusReporter:
    """Call it with every new status; the one that the client knows is `current`.

    `fetch` and `stop_fetching` are what the user can do about a download that failed, or that goes on; `choose`
    asks which model is wanted.
    """

    def __init__(
        self,
        client: Client,
        background: Background,
        fetch: Callable[[], Awaitable[None]],
        stop_fetching: Callable[[], None],
        choose: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._client = client
        self._background = background
        self._fetch = fetch
        self._stop_fetching = stop_fetching
        self._choose = choose
        self._has_asked = False  # for a model; one question is enough
        self._bar: Bar | None = None
        self._bar_kind = ""
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
        self._client.status(status)
        self._show_progress(status)
        if status.choose:
            self._ask_for_model()
        elif status.kind == "error" and status.retry:
            self._background.start(self._offer_retry(status.message, status.help or "Retry"))
        elif status.kind == "error":
            self._client.show_message_once(status.message, lsp.MessageType.Error)
        elif status.kind == "downloading" and not status.percent and not self._client.can.buttons:
            self._client.show_message_once(f"downloading {status.message}, once", lsp.MessageType.Info)
        elif status.help:
            self._client.show_message_once(status.help, lsp.MessageType.Info)

    def _ask_for_model(self) -> None:
        if not self._has_asked:
            self._has_asked = True
            self._background.start(self._choose())

    async def _offer_retry(self, message: str, button: str) -> None:
        if self._offers_retry:
            return  # the message that is still there will do
        self._offers_retry = True
        try:
            pressed = await self._client.ask(message, lsp.MessageType.Warning, button)
        finally:
            self._offers_retry = False
        if pressed is not None:
            await self._fetch()

    def _show_progress(self, status: Status) -> None:
        if self._bar is not None and status.kind != self._bar_kind:
            self._bar.end()
            self._bar = None
        if status.kind not in _WAITING:
            return
        if self._bar is not None:
            self._bar.report(status.detail, status.percent)
            return
        bar = self._bar = self._client.bar(f"hearth-{next(_tokens)}")
        if bar is None:
            return
        self._bar_kind, able = status.kind, status.kind == "downloading"
        bar.create(self._stops_downloads(bar) if able else None)
        bar.begin(f"{_WAITING[status.kind]} {status.message}", able, status.percent or 0)

    def _stops_downloads(self, bar: Bar) -> Callable[..., None]:
        """What to do once the client has made the bar: see to it that cancelling it ends the download."""

        def on_created(*_: object) -> None:
            if (future := bar.cancelled) is not None:
                future.add_done_callback(lambda ended: self._stop_fetching())

        return on_created


def _is_that_error(status: Status, told: Status) -> bool:
    """Whether it is an error that has been told, perhaps by somebody who knew more about it."""
    return (status.kind, status.message) == (told.kind, told.message) and status.kind == "error"
