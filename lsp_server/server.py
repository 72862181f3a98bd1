"""Builds the server: what it answers, one row per method, each handled by the module named after it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp

from hearth.lsp_server.boundary import guarded, guarded_command, guarded_start, guarded_sync
from hearth.lsp_server.features import (
    code_action_resolve,
    hearth_chat,
    hearth_chat_delete,
    hearth_chat_list,
    hearth_chat_stop,
    hearth_did_reject_completion,
    hearth_digest,
    hearth_inspect,
    hearth_models,
    initialize,
    initialized,
    shutdown,
    text_document_code_action,
    text_document_completion,
    text_document_did_change,
    text_document_did_close,
    text_document_did_focus,
    text_document_did_open,
    text_document_did_partially_accept_completion,
    text_document_did_save,
    text_document_did_show_completion,
    text_document_inline_completion,
    workspace_did_change_configuration,
    workspace_did_change_watched_files,
)
from hearth.lsp_server.features.workspace_execute_command import COMMANDS, EMPTY
from hearth.lsp_server.session import Server


@dataclass(frozen=True, slots=True)
class Feature:
    """`when` says for which clients the method is offered.

    `empty` is the answer when something went wrong, or a function that makes it of the parameters.
    """

    method: str
    handler: Callable[[Server, Any], Any]
    options: Any = None
    empty: Any = None
    when: Callable[[Server], bool] = lambda ls: True


# Documents are kept in step by plain functions, in the order of arrival; everything that waits is a coroutine.
DOCUMENTS = (
    Feature(lsp.TEXT_DOCUMENT_DID_OPEN, text_document_did_open.handle),
    Feature(lsp.TEXT_DOCUMENT_DID_CHANGE, text_document_did_change.handle),
    Feature(lsp.TEXT_DOCUMENT_DID_CLOSE, text_document_did_close.handle),
    Feature(lsp.TEXT_DOCUMENT_DID_SAVE, text_document_did_save.handle, text_document_did_save.OPTIONS),
)

FEATURES = (
    Feature(lsp.INITIALIZED, initialized.handle),
    Feature(lsp.SHUTDOWN, shutdown.handle),
    Feature("textDocument/didFocus", text_document_did_focus.handle),
    Feature("textDocument/didShowCompletion", text_document_did_show_completion.handle),
    Feature("textDocument/didPartiallyAcceptCompletion", text_document_did_partially_accept_completion.handle),
    Feature("hearth/didRejectCompletion", hearth_did_reject_completion.handle),
    Feature(
        lsp.TEXT_DOCUMENT_INLINE_COMPLETION,
        text_document_inline_completion.handle,
        lsp.InlineCompletionOptions(),
        text_document_inline_completion.NOTHING,
        lambda ls: ls.client.can.inline_completion,
    ),
    Feature(
        lsp.TEXT_DOCUMENT_COMPLETION,
        text_document_completion.handle,
        lsp.CompletionOptions(trigger_characters=list(".( =")),
        text_document_completion.NOTHING,
        lambda ls: not ls.client.can.inline_completion,  # never the same answer twice at once
    ),
    Feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, text_document_code_action.handle, text_document_code_action.OPTIONS, []
    ),
    Feature(lsp.CODE_ACTION_RESOLVE, code_action_resolve.handle, empty=code_action_resolve.unchanged),
    Feature("hearth/chat", hearth_chat.handle, empty=hearth_chat.broken),
    Feature("hearth/chat/stop", hearth_chat_stop.handle, empty=False),
    Feature("hearth/chat/list", hearth_chat_list.handle, empty=[]),
    Feature("hearth/chat/delete", hearth_chat_delete.handle, empty=False),
    Feature("hearth/inspect", hearth_inspect.handle),
    Feature("hearth/digest", hearth_digest.handle),
    Feature("hearth/models", hearth_models.handle, empty={"models": [], "current": {}}),
    Feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, workspace_did_change_configuration.handle),
    Feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, workspace_did_change_watched_files.handle),
)


def build() -> Server:
    """A server that is ready to be started on a stream."""
    server = Server()

    def on_initialize(ls: Server, params: lsp.InitializeParams) -> None:
        guarded_start(initialize.handle)(ls, params)
        for feature in FEATURES:
            if feature.when(ls):
                _register(ls, feature.method, guarded(feature.handler, feature.empty), feature.options)

    _register(server, lsp.INITIALIZE, on_initialize)
    for feature in DOCUMENTS:
        _register(server, feature.method, guarded_sync(feature.handler), feature.options)
    for name, command in COMMANDS.items():
        server.command(name)(guarded_command(command, EMPTY.get(name)))
    return server


def _register(server: Server, method: str, handler: Callable[..., Any], options: Any = None) -> None:
    server.feature(method, options)(handler)
