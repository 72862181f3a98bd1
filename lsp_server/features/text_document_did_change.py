import time
from collections.abc import Sequence

from lsprotocol import types as lsp

from hearth.lsp_server import convert
from hearth.lsp_server.documents import reason_to_doubt
from hearth.lsp_server.session import Server

_PIECE = 5  # characters; nobody presses so many keys between two notifications


def handle(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    """Apply the edits in order; each one's positions are those of the text after the edit before it."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return
    if why := reason_to_doubt(document, params, ls.client.encoding):
        ls.documents.mark_desynced(document.uri, why)
    piece = _inserted_in_one_piece(params.content_changes)
    cursor = None
    for change in params.content_changes:
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            start = convert.offset_at(document, change.range.start, ls.client.encoding)
            end = convert.offset_at(document, change.range.end, ls.client.encoding)
            ls.documents.history.note(document, start, max(start, end), change.text)
            document.apply(start, max(start, end), change.text)
            cursor = start + len(change.text)
            if not piece:
                ls.stats.edited(document, start, max(start, end), change.text)
            elif change is params.content_changes[-1]:
                ls.stats.edited(document, start + 1 - len(piece), start + 1 - len(piece), piece)
        else:
            old = len(document.text)
            document.replace(change.text)
            cursor = None
            ls.stats.edited(document, 0, old, change.text)
            ls.documents.history.forget(document.uri)
    document.version = params.text_document.version
    if cursor is not None:
        ls.look_for_members(document, cursor)
    ls.documents.changed_at = time.monotonic()


def _inserted_in_one_piece(changes: Sequence[lsp.TextDocumentContentChangeEvent]) -> str:
    """Neovim inserts an entry of its menu character by character: the entry; "" for changes of any other kind."""
    text = ""
    for change in changes if len(changes) >= _PIECE else ():
        if not isinstance(change, lsp.TextDocumentContentChangePartial) or len(change.text) != 1:
            return ""
        first = changes[0].range.start  # type: ignore[union-attr]  # it has passed that test
        here = lsp.Position(first.line, first.character + len(text))
        if (change.range.start, change.range.end) != (here, here) or not change.text.isascii():
            return ""
        text += change.text
    return text
