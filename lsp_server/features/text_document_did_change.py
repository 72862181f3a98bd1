from lsprotocol import types as lsp

from lsp_server import convert, mirror
from lsp_server.hearth import Hearth


def handle(ls: Hearth, params: lsp.DidChangeTextDocumentParams) -> None:
    """Apply the edits in order; each one's positions are those of the text after the edit before it."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return
    if why := mirror.reason_to_doubt(document, params, ls.encoding):
        ls.doubt(document.uri, why)
    for change in params.content_changes:
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            start = convert.offset_at(document, change.range.start, ls.encoding)
            end = convert.offset_at(document, change.range.end, ls.encoding)
            document.apply(start, max(start, end), change.text)
            ls.usage.edited(document, start, max(start, end), change.text)
            if ls.edits is not None:
                ls.edits.note(document, start, max(start, end), change.text)
        else:
            old = len(document.text)
            document.replace(change.text)
            ls.usage.edited(document, 0, old, change.text)
            if ls.edits is not None:
                ls.edits.forget(document.uri)
    document.version = params.text_document.version
