"""Our copy of an open document against the editor's: noticing that they differ, and getting in step again.

The protocol has no way to ask a client for its text. So: every save brings the text, which is compared; and a
client that answers `hearth/documentText` (`experimental.hearth.documentText`) is asked as soon as there is doubt.
"""

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from hearth.lsp_server import convert

if TYPE_CHECKING:
    from hearth.engine.context.documents import Document
    from hearth.lsp_server.hearth import Hearth

log = logging.getLogger("hearth.server")
_TRIES = 3


def reason_to_doubt(
    document: "Document", params: lsp.DidChangeTextDocumentParams, encoding: convert.Encoding
) -> str:
    """Why this change cannot have been made to the text that we have; "" when it can. Ask before it is applied.

    Columns past the end of a line and the line after the last one are allowed and mean the nearest place.
    """
    version = params.text_document.version
    if document.version and 0 < version <= document.version:
        return f"version {version} came after version {document.version}"
    if not params.content_changes:
        return ""
    change = params.content_changes[0]  # the positions of the others are those of a text that is not there yet
    if not isinstance(change, lsp.TextDocumentContentChangePartial):
        return ""
    start, end = change.range.start, change.range.end
    if max(start.line, end.line) > len(document.line_starts):
        return f"a change in line {max(start.line, end.line)} of {len(document.line_starts)}"
    if (end.line, end.character) < (start.line, start.character):
        return "a change that ends before it starts"
    if change.range_length is not None:
        replaced = document.text[
            convert.offset_at(document, start, encoding) : convert.offset_at(document, end, encoding)
        ]
        if change.range_length not in convert.lengths(replaced):
            return f"a change of {change.range_length} characters where there are {len(replaced)}"
    return ""


async def ask_again(ls: "Hearth", uri: str) -> None:
    """Take the client's own text, from a client that can be asked for it."""
    for _ in range(_TRIES):
        document = ls.documents.get(uri)
        if document is None:
            return
        answer: Any = await ls.protocol.send_request_async("hearth/documentText", {"uri": uri})
        text, version = getattr(answer, "text", None), getattr(answer, "version", None)
        if ls.documents.get(uri) is not document or not isinstance(text, str):
            return
        # A change that came after the answer was read, or one on its way, makes it the text of another version.
        if version in (None, document.version):
            agree(ls, document, text)
            return
    log.warning("the client's text did not come for the version that we have")


def agree(ls: "Hearth", document: "Document", text: str) -> None:
    """The editor's text is `text`: take it where ours is another."""
    ls.doubted.discard(document.uri)
    if document.text == text:
        return
    log.warning("a document had come out of step with the editor's and was put right")
    document.replace(text)
    if ls.edits is not None:
        ls.edits.forget(document.uri)
