from typing import Any

from lsprotocol import types as lsp

from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: Any) -> None:
    """The cursor rests in this document, `{textDocument, position?}`: prepare for a completion there."""
    document = ls.documents.get(getattr(getattr(params, "textDocument", None), "uri", ""))
    if document is None or ls.is_off(document):
        return
    completer = await ls.completer()
    place = getattr(params, "position", None)
    if place is None:
        await completer.wake()
    else:
        position = lsp.Position(int(place.line), int(place.character))
        await completer.rest(document, ls.offset(document, position))
