"""Builds the server: what it answers, one row per method, each handled by the module named after it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp

from hearth.lsp_server.boundary import guarded, guarded_command, guarded_notice, guarded_sync
from hearth.lsp_server.features import Later
from hearth.lsp_server.session import Server


@dataclass(frozen=True, slots=True)
class Feature:
    """A method and the module in `features/` that handles it. `when` says for which clients it is offered.

    `empty` is the answer when something went wrong, or a function that makes it of the parameters.
    """

    method: str
    module: str
    options: Any = None
    empty: Any = None
    when: Callable[[Server], bool] = lambda ls: True


@dataclass(frozen=True, slots=True)
class Command:
    """A function in `features/workspace_execute_command.py`; `empty` is its result when something went wrong."""

    function: str
    empty: Any = None


# Documents are kept in step by plain functions, in the order of arrival; everything that waits is a coroutine.
DOCUMENTS = (
    Feature(lsp.TEXT_DOCUMENT_DID_OPEN, "text_document_did_open"),
    Feature(lsp.TEXT_DOCUMENT_DID_CHANGE, "text_document_did_change"),
    Feature(lsp.TEXT_DOCUMENT_DID_CLOSE, "text_document_did_close"),
    Feature(lsp.TEXT_DOCUMENT_DID_SAVE, "text_document_did_save", lsp.SaveOptions(include_text=True)),
)

# What these tell about cells goes to the functions above.
NOTEBOOKS = (
    Feature(lsp.NOTEBOOK_DOCUMENT_DID_OPEN, "notebook_document_did_open"),
    Feature(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE, "notebook_document_did_change"),
    Feature(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE, "notebook_document_did_close"),
)

FEATURES = (
    Feature(lsp.INITIALIZED, "initialized"),
    Feature(lsp.SHUTDOWN, "shutdown"),
    Feature("textDocument/didFocus", "text_document_did_focus"),
    Feature("textDocument/didShowCompletion", "text_document_did_show_completion"),
    Feature("textDocument/didPartiallyAcceptCompletion", "text_document_did_partially_accept_completion"),
    Feature("hearth/didRejectCompletion", "hearth_did_reject_completion"),
    Feature(
        lsp.TEXT_DOCUMENT_INLINE_COMPLETION,
        "text_document_inline_completion",
        lsp.InlineCompletionOptions(),
        lsp.InlineCompletionList(items=[]),
        lambda ls: ls.client.can.inline_completion,
    ),
    Feature(
        lsp.TEXT_DOCUMENT_COMPLETION,
        "text_document_completion",
        lsp.CompletionOptions(trigger_characters=list(".( =")),
        lsp.CompletionList(is_incomplete=True, items=[]),
        lambda ls: not ls.client.can.inline_completion,  # never the same answer twice at once
    ),
    Feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        "text_document_code_action",
        lsp.CodeActionOptions(
            code_action_kinds=[
                lsp.CodeActionKind.QuickFix,
                lsp.CodeActionKind.Refactor,
                lsp.CodeActionKind.RefactorRewrite,
            ],
            resolve_provider=True,
        ),
        [],
    ),
    Feature(lsp.CODE_ACTION_RESOLVE, "code_action_resolve", empty=Later("code_action_resolve", "unchanged")),
    Feature("textDocument/copilotInlineEdit", "text_document_copilot_inline_edit", empty={"edits": []}),
    Feature("textDocument/didShowInlineEdit", "text_document_did_show_inline_edit"),
    Feature("hearth/didRejectInlineEdit", "hearth_did_reject_inline_edit"),
    Feature("hearth/chat", "hearth_chat", empty=Later("hearth_chat", "broken")),
    Feature("hearth/chat/context", "hearth_chat_context"),
    Feature("hearth/chat/stop", "hearth_chat_stop", empty=False),
    Feature("hearth/chat/list", "hearth_chat_list", empty=[]),
    Feature("hearth/chat/delete", "hearth_chat_delete", empty=False),
    Feature("hearth/commitMessage", "hearth_commit_message", empty=Later("hearth_commit_message", "broken")),
    Feature("hearth/prompts", "hearth_prompts", empty=[]),
    Feature("hearth/chat/fit", "hearth_chat_fit"),
    Feature("hearth/chat/restore", "hearth_chat_restore", empty=False),
    Feature("hearth/chat/rename", "hearth_chat_rename", empty=False),
    Feature("hearth/inspect", "hearth_inspect"),
    Feature("hearth/digest", "hearth_digest"),
    Feature(
        "hearth/models", "hearth_models", empty={"models": [], "current": {}, "backends": {}, "message": None}
    ),
    Feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, "workspace_did_change_configuration"),
    Feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, "workspace_did_change_watched_files"),
)

COMMANDS = {
    "hearth.pause": Command("pause"),
    "hearth.resume": Command("resume"),
    "hearth.fetch": Command("fetch"),
    "hearth.stopFetching": Command("stop_fetching"),
    "hearth.didAcceptCompletion": Command("did_accept_completion"),
    "hearth.didAcceptNextEdit": Command("did_accept_next_edit"),
    "hearth.act": Command("act", empty=False),
    "hearth.explain": Command("explain"),
    "hearth.chat": Command("chat"),
}


def build() -> Server:
    """A server that is ready to be started on a stream."""
    server = Server()

    def on_initialize(ls: Server, params: lsp.InitializeParams) -> None:
        guarded_notice(Later("initialize"))(ls, params)
        for feature in FEATURES:
            if feature.when(ls):
                _register(ls, feature.method, guarded(Later(feature.module), feature.empty), feature.options)

    _register(server, lsp.INITIALIZE, on_initialize)
    for feature in DOCUMENTS:
        _register(server, feature.method, guarded_sync(Later(feature.module)), feature.options)
    for feature in NOTEBOOKS:
        _register(server, feature.method, guarded_notice(Later(feature.module)))
    for name, command in COMMANDS.items():
        function = Later("workspace_execute_command", command.function)
        server.command(name)(guarded_command(function, command.empty))
    return server


def _register(server: Server, method: str, handler: Callable[..., Any], options: Any = None) -> None:
    server.feature(method, options)(handler)
