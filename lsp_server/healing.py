"""A document that we failed to open or to change: the client's text of it is still known, to open it again with.

What the client's text is after a notification follows from the text before and the notification alone. So nothing
has to be asked of the client, and whatever failed is tried again with the document's next change.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lsprotocol import types as lsp

from hearth.lsp_server import convert

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Text:
    """A document of the client's, as far as it takes to open it."""

    language: str
    version: int
    text: str

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.text))]


def after(before: Text | None, params: Any, encoding: convert.Encoding) -> Text | None:
    """The document after this notification; None for one that is not open then."""
    if isinstance(params, lsp.DidOpenTextDocumentParams):
        item = params.text_document
        return Text(str(item.language_id), item.version, item.text)
    if before is None or isinstance(params, lsp.DidCloseTextDocumentParams):
        return None
    if isinstance(params, lsp.DidChangeTextDocumentParams):
        text = _changed(before, params.content_changes, encoding)
        return Text(before.language, params.text_document.version, text)
    saved = getattr(params, "text", None)
    return Text(before.language, before.version, saved) if isinstance(saved, str) else before


def _changed(
    before: Text, changes: Sequence[lsp.TextDocumentContentChangeEvent], encoding: convert.Encoding
) -> str:
    now = before
    for change in changes:
        text = change.text
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            start = convert.offset_at(now, change.range.start, encoding)
            end = max(start, convert.offset_at(now, change.range.end, encoding))
            text = now.text[:start] + text + now.text[end:]
        now = Text(now.language, now.version, text)
    return now.text
