"""An editor that takes code actions and chats: keeps its text, applies `WorkspaceEdit`s, notes what it is sent."""

import ast
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig

from tests.e2e.editor import MARK, SERVER, Editor, Encoding, patient


@dataclass
class ActingEditor(Editor):
    progress: list[Any] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    previews: list[Any] = field(default_factory=list)
    other_changes: list[Any] = field(default_factory=list)
    selection: tuple[int, int] = (0, 0)

    def show(self, marked: str, name: str = "sample.py", language: str = "python") -> None:
        """Open a document; one `‸` is a cursor, two are the ends of a selection."""
        first = marked.index(MARK)
        without = marked.replace(MARK, "", 1)
        second = without.find(MARK)
        self.open(marked if second < 0 else marked.replace(MARK, "", 1), name, language)
        self.selection = (first, first if second < 0 else second)

    async def actions(self, *problems: str, only: list[str] | None = None) -> dict[str, lsp.CodeAction]:
        """What is offered for the selection, by the last part of its kind."""
        diagnostics = [lsp.Diagnostic(self.range, message) for message in problems]
        answer = await self.client.text_document_code_action_async(
            lsp.CodeActionParams(
                lsp.TextDocumentIdentifier(self.uri), self.range, lsp.CodeActionContext(diagnostics, only)
            )
        )
        found = [_repaired(action) for action in answer or []]
        return {str(action.kind).rpartition(".")[2]: action for action in found}

    async def resolve(self, action: lsp.CodeAction) -> lsp.CodeAction:
        return await self.client.code_action_resolve_async(action)

    async def take(self, name: str, *problems: str) -> str:
        """Choose an action; the text with its edit."""
        resolved = await self.resolve((await self.actions(*problems))[name])
        assert resolved.edit is not None, self.messages
        self.apply(resolved.edit)
        return self.text

    def apply(self, edit: lsp.WorkspaceEdit) -> None:
        """As an editor does it: all positions are those of the text before."""
        edits: list[Any] = list((edit.changes or {}).get(self.uri, []))
        for change in edit.document_changes or []:
            if not isinstance(change, lsp.TextDocumentEdit) or change.text_document.uri != self.uri:
                self.other_changes.append(change)
                continue
            assert change.text_document.version == self.version
            edits += change.edits
        for each in sorted(edits, key=lambda each: self.offset(each.range.start), reverse=True):
            self.replace(self.offset(each.range.start), self.offset(each.range.end), each.new_text)

    async def run(self, command: str, *arguments: Any) -> Any:
        return await self.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(command, list(arguments))
        )

    def open_file(self, path: Path, marked: str) -> None:
        """The same for a file with a path of its own."""
        self.show(marked, name=path.name)
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(self.uri)))
        self.uri = path.as_uri()
        item = lsp.TextDocumentItem(self.uri, "python", self.version, self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    async def question(self, message: str, **more: Any) -> Any:
        params = {"message": message, "partialResultToken": "pieces", **more}
        return await self.client.protocol.send_request_async("hearth/chat", params)

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """What `hearth/chat` sent so far."""
        return [(each.kind, each.text) for each in self.progress if each.kind in ("text", "thinking")]

    @property
    def range(self) -> lsp.Range:
        return lsp.Range(self.at(self.selection[0]), self.at(self.selection[1]))

    @property
    def place(self) -> dict[str, Any]:
        """The selection as plain data."""
        start, end = self.range.start, self.range.end
        return {
            "uri": self.uri,
            "range": {
                "start": {"line": start.line, "character": start.character},
                "end": {"line": end.line, "character": end.character},
            },
        }


def _repaired(answer: lsp.CodeAction | lsp.Command) -> lsp.CodeAction:
    """The client's lsprotocol takes every code action that has a command for a mere command."""
    if isinstance(answer, lsp.CodeAction):
        return answer
    command = ast.literal_eval(answer.command)
    arguments = command["arguments"]
    kind = arguments[0].get("action") or command["command"]
    return lsp.CodeAction(
        answer.title,
        kind=f"x.{kind}".replace(".hearth", ""),
        command=lsp.Command(answer.title, command["command"], arguments=arguments),
    )


@asynccontextmanager
async def acting(
    script: str = "",
    *,
    settings: dict[str, Any] | None = None,
    home: Path | None = None,
    encoding: Encoding = Encoding.Utf16,
    resolves: bool = True,
    annotates: bool = True,
    shows_documents: bool = True,
    previews: bool = False,
    folders: tuple[Path, ...] = (),
    server: Sequence[str] | None = None,
    env: Mapping[str, str] | None = None,
    **chat: Any,
) -> AsyncIterator[ActingEditor]:
    """A running server. `script` is what the model answers (see `hearth.engine.backends.scripted`)."""
    where = {**os.environ, **({"HEARTH_HOME": str(home)} if home else {}), **(env or {})}
    client: Any = await ClientServerConfig(list(server or SERVER), server_env=where).start()
    editor = ActingEditor(client, encoding)
    _listen(client, editor)
    options = settings or {
        "completion": {"backend": "scripted", "model": ""},
        "chat": {"backend": "scripted", "model": script, **chat},
    }
    result = await client.initialize_session(
        lsp.InitializeParams(
            _capabilities(encoding, resolves, annotates, shows_documents, previews),
            initialization_options=patient(options),
            workspace_folders=[lsp.WorkspaceFolder(path.as_uri(), path.name) for path in folders],
        )
    )
    editor.capabilities = result.capabilities
    try:
        yield editor
    finally:
        await client.shutdown_session()
        await client.stop()


def _listen(client: Any, editor: ActingEditor) -> None:
    client.feature("hearth/status")(lambda params: editor.statuses.append(params))
    client.feature("hearth/preview")(lambda params: editor.previews.append(params))

    def on_apply(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        editor.apply(params.edit)
        return lsp.ApplyWorkspaceEditResult(applied=True)

    def on_show(params: lsp.ShowDocumentParams) -> lsp.ShowDocumentResult:
        editor.shown.append(params.uri)
        return lsp.ShowDocumentResult(success=True)

    def on_progress(params: lsp.ProgressParams) -> None:
        editor.progress.append(SimpleNamespace(**(params.value or {})))

    client.protocol.fm._features.pop(lsp.WINDOW_SHOW_DOCUMENT, None)
    client.protocol.fm._features.pop(lsp.PROGRESS, None)
    client.feature(lsp.WORKSPACE_APPLY_EDIT)(on_apply)
    client.feature(lsp.WINDOW_SHOW_DOCUMENT)(on_show)
    client.feature(lsp.PROGRESS)(on_progress)


def _capabilities(
    encoding: Encoding, resolves: bool, annotates: bool, shows_documents: bool, previews: bool
) -> lsp.ClientCapabilities:
    note = lsp.ChangeAnnotationsSupportOptions() if annotates else None
    return lsp.ClientCapabilities(
        general=lsp.GeneralClientCapabilities(position_encodings=[encoding]),
        window=lsp.WindowClientCapabilities(
            work_done_progress=True, show_document=lsp.ShowDocumentClientCapabilities(support=shows_documents)
        ),
        workspace=lsp.WorkspaceClientCapabilities(
            apply_edit=True,
            workspace_edit=lsp.WorkspaceEditClientCapabilities(
                document_changes=annotates,
                change_annotation_support=note,
                resource_operations=[lsp.ResourceOperationKind.Create] if annotates else None,
            ),
        ),
        text_document=lsp.TextDocumentClientCapabilities(
            inline_completion=lsp.InlineCompletionClientCapabilities(),
            code_action=lsp.CodeActionClientCapabilities(
                disabled_support=True,
                data_support=True,
                resolve_support=lsp.ClientCodeActionResolveOptions(["edit"]) if resolves else None,
            ),
        ),
        experimental={"hearth": {"preview": previews}},
    )
