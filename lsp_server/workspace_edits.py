"""The engine's edits as `WorkspaceEdit`s, as exact as the client can take them."""

from pathlib import Path

from lsprotocol import types as lsp

from hearth.engine.code_actions.edits import Edit, applied, minimal
from hearth.engine.code_actions.moved import moved
from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests import Plan, plan
from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import root_of
from hearth.engine.errors import EditRefused
from hearth.engine.files import DOCUMENT, read_bytes
from hearth.engine.text import start_of_line
from hearth.lsp_server import convert
from hearth.lsp_server.session import Server

_ANNOTATION = "hearth"


def of_document(
    ls: Server, document: Document, version: int, edits: tuple[Edit, ...], note: lsp.ChangeAnnotation
) -> lsp.WorkspaceEdit:
    """Edits of an open document at a version; with the note, by which clients ask first, if they can."""
    if not ls.client.can.small_edits and edits:
        edits = (_whole_lines(document.text, edits),)
    ranges = [(convert.range_at(document, each.start, each.end, ls.client.encoding), each.text) for each in edits]
    plain = [lsp.TextEdit(range, text) for range, text in ranges]
    if not ls.client.can.versioned_edits:
        return lsp.WorkspaceEdit(changes={document.uri: plain})
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(document.uri, version)
    if not ls.client.can.annotated_edits:
        return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(identifier, plain)])
    annotated = [lsp.AnnotatedTextEdit(_ANNOTATION, range, text) for range, text in ranges]
    changes = [lsp.TextDocumentEdit(identifier, annotated)]
    return lsp.WorkspaceEdit(document_changes=changes, change_annotations={_ANNOTATION: note})


def test_plan(ls: Server, document: Document, target: Target) -> Plan:
    """Where the target's tests go. Raises `EditRefused` when that needs a file and the client cannot make one."""
    root = root_of(document.path, ls.client.roots) if document.path else None
    found = plan(target, document.path, str(root) if root else None, lambda path: _text_of(ls, path))
    if found.old_text is None and not ls.client.can.created_files:
        raise EditRefused(
            f"this editor cannot create {found.path.name} by itself: make an empty file of that name"
        )
    return found


def of_file(ls: Server, plan: Plan, text: str) -> lsp.WorkspaceEdit:
    """Make the planned file, or change it, so that it has this text.

    Raises `EditRefused` when somebody typed meanwhile where the tests go.
    """
    open_one = ls.documents.at(plan.path)
    uri, old = open_one.uri if open_one else plan.path.as_uri(), plan.old_text or ""
    now = open_one.text if open_one else old
    changes = minimal(old, 0, len(old), text)
    if changes:
        changes = moved(changes, old, now, changes[0].start, changes[0].start)
    document = Document(uri, now)
    edits = [
        lsp.TextEdit(convert.range_at(document, each.start, each.end, ls.client.encoding), each.text)
        for each in changes
    ]
    if not ls.client.can.created_files:
        return lsp.WorkspaceEdit(changes={uri: edits})
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri, open_one.version if open_one else None)
    change = lsp.TextDocumentEdit(identifier, edits)
    if plan.old_text is not None:
        return lsp.WorkspaceEdit(document_changes=[change])
    create = lsp.CreateFile(uri, options=lsp.CreateFileOptions(ignore_if_exists=True))
    return lsp.WorkspaceEdit(document_changes=[create, change])


def _whole_lines(text: str, edits: tuple[Edit, ...]) -> Edit:
    """The edits as one, of whole lines: clients this plain may count columns in bytes (Vim's ALE does)."""
    start = start_of_line(text, min(each.start for each in edits))
    end = text.find("\n", max(each.end for each in edits)) + 1 or len(text)
    inside = tuple(Edit(each.start - start, each.end - start, each.text) for each in edits)
    return Edit(start, end, applied(text[start:end], inside))


def _text_of(ls: Server, path: Path) -> str | None:
    """As it is open in the editor, else as it lies on the disk."""
    if (open_one := ls.documents.at(path)) is not None:
        return open_one.text
    try:
        return read_bytes(path, DOCUMENT).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
