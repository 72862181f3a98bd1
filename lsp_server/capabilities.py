"""What the client can do, read once from its `initialize`."""

from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Of a client that says nothing, none."""

    inline_completion: bool = False
    configuration: bool = False  # answers `workspace/configuration`
    watched_files: bool = False  # can be asked to tell of files that change on the disk
    progress: bool = False  # shows progress bars of the server's own making
    documents_shown: bool = False  # `window/showDocument`
    menu_markdown: bool = False  # in the documentation of menu entries
    disabled_actions: bool = False
    resolved_edits: bool = False  # asks for a code action's edit once it is chosen
    small_edits: bool = False  # of any range; else of whole lines, as the client may count columns in bytes
    versioned_edits: bool = False
    annotated_edits: bool = False
    created_files: bool = False  # an edit may create a file
    # `experimental.hearth`
    preview: bool = False  # shows a rewrite as it is written
    buttons: bool = False  # messages and progress come with buttons, and typing goes on meanwhile
    completion_grew: bool = False  # asks again when a suggestion has grown
    choose_model: bool = False  # asks the user for a model before the first one is downloaded
    document_text: bool = False  # can be asked for the text of a document
    definitions: bool = False  # can be asked what other language servers know
    members: bool = False  # can be asked what other language servers know behind a dot
    next_edit: bool = False  # shows next edits in a way of its own
    other_files: bool = False  # also those of another open document
    # Neovim's own inline completion parts a text at LF and leaves a CR in the line, which it then writes twice.
    # Other clients insert a text as it is, or turn line ends into the document's own.
    needs_lf: bool = False  # in ghost text, whatever the document has


def resolve(able: lsp.ClientCapabilities, client_name: str) -> Capabilities:
    workspace = able.workspace or lsp.WorkspaceClientCapabilities()
    document = able.text_document or lsp.TextDocumentClientCapabilities()
    window = able.window or lsp.WindowClientCapabilities()
    edit, watched = workspace.workspace_edit, workspace.did_change_watched_files
    action = document.code_action or lsp.CodeActionClientCapabilities()
    versioned = edit is not None and bool(edit.document_changes)
    ours = _ours(able.experimental)
    next_edit = ours.get("nextEdit")
    return Capabilities(
        inline_completion=document.inline_completion is not None,
        configuration=bool(workspace.configuration),
        watched_files=watched is not None and bool(watched.dynamic_registration),
        progress=bool(window.work_done_progress),
        documents_shown=window.show_document is not None and window.show_document.support,
        menu_markdown=_reads_markdown(document.completion),
        disabled_actions=bool(action.disabled_support),
        resolved_edits=action.resolve_support is not None and "edit" in action.resolve_support.properties,
        small_edits=edit is not None,
        versioned_edits=versioned,
        annotated_edits=versioned and edit is not None and edit.change_annotation_support is not None,
        created_files=versioned
        and edit is not None
        and lsp.ResourceOperationKind.Create in (edit.resource_operations or ()),
        preview=bool(ours.get("preview")),
        buttons=bool(ours.get("buttons")),
        completion_grew=bool(ours.get("completionGrew")),
        choose_model=bool(ours.get("chooseModel")),
        document_text=bool(ours.get("documentText")),
        definitions=bool(ours.get("definitions")),
        members=bool(ours.get("members")),
        next_edit=next_edit is not None and next_edit is not False,
        other_files=isinstance(next_edit, dict) and bool(next_edit.get("otherFiles")),
        needs_lf=client_name == "Neovim",
    )


def _ours(experimental: Any) -> dict[str, Any]:
    ours = experimental.get("hearth") if isinstance(experimental, dict) else None
    return ours if isinstance(ours, dict) else {}


def _reads_markdown(menu: lsp.CompletionClientCapabilities | None) -> bool:
    item = menu.completion_item if menu else None
    return item is not None and lsp.MarkupKind.Markdown in (item.documentation_format or ())
