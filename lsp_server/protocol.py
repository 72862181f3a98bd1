"""pygls's protocol, made so that a request gets exactly one answer whatever it looks like.

Documents: ours are `Server.documents`. pygls rebuilds every line of a file at each keystroke and splits lines at
characters (form feed, U+2028) that are no line ends in the protocol, which moves every position below them.

Messages: pygls gives up on one that it cannot type, and takes any object inside of it that has a key "jsonrpc"
for a message of its own. Here JSON stays JSON until the whole message is there.
"""

import logging
from collections.abc import Callable, Generator
from typing import Any, TypeGuard

from lsprotocol import types as lsp
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from hearth.lsp_server.watchdog import watch

log = logging.getLogger("hearth.server")
_BEFORE_INITIALIZE = (lsp.INITIALIZE, lsp.EXIT)


class HearthProtocol(LanguageServerProtocol):
    """Hands document notifications straight to the features, and answers what cannot be understood."""

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Generator[Any, Any, None]:
        yield from self._pass_on(lsp.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        yield from self._pass_on(lsp.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Generator[Any, Any, None]:
        yield from self._pass_on(lsp.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: Any) -> Generator[Any, Any, None]:
        yield from self._pass_on(lsp.NOTEBOOK_DOCUMENT_DID_OPEN, params)

    @lsp_method(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(self, params: Any) -> Generator[Any, Any, None]:
        yield from self._pass_on(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE, params)

    @lsp_method(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: Any) -> Generator[Any, Any, None]:
        yield from self._pass_on(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE, params)

    @lsp_method(lsp.INITIALIZE)
    def lsp_initialize(self, params: lsp.InitializeParams) -> Generator[Any, Any, lsp.InitializeResult]:
        """What the standard has no capability for goes where clients look for such things."""
        result: lsp.InitializeResult = yield from super().lsp_initialize(params)
        result.capabilities.experimental = {"hearth": {"nextEdit": True}}
        return result

    @lsp_method(lsp.SHUTDOWN)
    def lsp_shutdown(self, *arguments: Any) -> Generator[Any, Any, None]:
        """End what is still being answered. pygls does too, and stumbles over what ends at once."""
        for id, future in list(self._request_futures.items()):
            if id != self.msg_id:
                future.cancel()
        yield from super().lsp_shutdown(*arguments)

    @lsp_method(lsp.EXIT)
    def lsp_exit(self, *arguments: Any) -> Generator[Any, Any, None]:
        """Remember what the process has to end with: pygls's loop swallows it."""
        self._server.exit_code = 0 if self._shutdown else 1  # type: ignore[attr-defined]  # it is ours
        yield from super().lsp_exit(*arguments)

    def _execute_handler(
        self, msg_id: Any, handler: Any, callback: Callable[[Any], Any], args: Any = None, kwargs: Any = None
    ) -> None:
        """Pygls keeps the future of every notification, so of every keystroke, for ever."""

        def done(future: Any) -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, done, args, kwargs)

    def structure_message(self, data: dict[str, Any]) -> dict[str, Any]:
        """Called for every object of the JSON, the innermost first: only strings are looked at here."""
        for key, value in data.items():
            if isinstance(value, str):
                data[key] = well_formed(value)
            elif isinstance(value, list):
                data[key] = [well_formed(item) if isinstance(item, str) else item for item in value]
        return data

    def handle_message(self, message: Any) -> None:
        """Answer one message of the client. A request that is no sound one is answered with an error."""
        if not isinstance(message, dict):
            # A batch of JSON-RPC is no part of the LSP, and nothing in it has an id that could be answered.
            log.warning("something that is no message was ignored: %s", type(message).__name__)
            return
        id, method = message.get("id"), message.get("method")
        watch.doing = method if isinstance(method, str) and method in self.fm.features else "a message"
        asked = id if "method" in message and _is_id(id) else None
        if refusal := self._refusal(message, method):
            if asked is not None:
                self._send_response(asked, error=refusal)
            return
        if method == lsp.INITIALIZE:
            _read_as_meant(message.get("params"))
        try:
            structured = super().structure_message(message)
        except JsonRpcException as error:
            log.warning("a message that does not fit its type: %s", method)
            if asked is not None:
                self._send_response(asked, error=error.to_response_error())
            elif "method" not in message:
                self._fail(id, error)
            elif method == lsp.TEXT_DOCUMENT_DID_CHANGE:
                self._server.documents.mark_desynced(_uri(message))  # type: ignore[attr-defined]  # it is ours
            return
        super().handle_message(structured)

    def _refusal(self, message: dict[str, Any], method: Any) -> lsp.ResponseError | None:
        """Why this message is not for a handler; None when it is."""
        if message.get("jsonrpc") != self.VERSION or not ("method" in message or "id" in message):
            return _error(JsonRpcInvalidRequest, "not a JSON-RPC 2.0 message")
        if "method" not in message:
            return None
        if not isinstance(method, str):
            return _error(JsonRpcInvalidRequest, "a method is a text")
        if "id" in message and not _is_id(message["id"]):
            return _error(JsonRpcInvalidRequest, "an id is a number or a text")
        if self._shutdown and method != lsp.EXIT:
            return _error(JsonRpcInvalidRequest, "the server has been shut down")
        if self._workspace is None and method not in _BEFORE_INITIALIZE:
            return _error(JsonRpcServerNotInitialized, "`initialize` comes first")
        if self._workspace is not None and method == lsp.INITIALIZE:
            return _error(JsonRpcInvalidRequest, "`initialize` comes once")
        if method == lsp.CANCEL_REQUEST and not _names_request(message.get("params")):
            return _error(JsonRpcInvalidParams, "only a request can be cancelled")
        return _error(JsonRpcInvalidParams, "params must be an object") if _has_bad_params(message) else None

    def _fail(self, id: Any, error: JsonRpcException) -> None:
        """The client's answer to a request of ours makes no sense: whoever waits for it must not wait for ever."""
        waiting = self._request_futures.pop(id, None) if _is_id(id) else None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)

    def _pass_on(self, method: str, params: Any) -> Generator[Any, Any, None]:
        yield self.fm.features[method], (params,), None


def well_formed(text: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced: nothing else can encode them.

    JSON may hold them (an editor that cuts an emoji in two); the length in UTF-16 stays the same.
    """
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _is_id(id: Any) -> TypeGuard[str | int]:
    return isinstance(id, str | int) and not isinstance(id, bool)


def _read_as_meant(params: Any) -> None:
    """lsp-mode for Emacs writes its empty `inlineCompletion` as null, which says that it has none."""
    found = params
    for name in ("capabilities", "textDocument"):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, dict) and "inlineCompletion" in found and found["inlineCompletion"] is None:
        found["inlineCompletion"] = {}


def _names_request(params: Any) -> bool:
    return isinstance(params, dict) and _is_id(params.get("id"))


def _has_bad_params(message: dict[str, Any]) -> bool:
    return not isinstance(message.get("params"), dict | list | None)


def _error(kind: type[JsonRpcException], text: str) -> lsp.ResponseError:
    return kind(text).to_response_error()


def _uri(message: dict[str, Any]) -> str:
    """The document of a notification that could not be typed."""
    document = params.get("textDocument") if isinstance(params := message.get("params"), dict) else None
    uri = document.get("uri") if isinstance(document, dict) else None
    return uri if isinstance(uri, str) else ""
