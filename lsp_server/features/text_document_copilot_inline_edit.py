import asyncio
from typing import Any

from hearth.lsp_server import next_editing
from hearth.lsp_server.params import InlineEditParams, read
from hearth.lsp_server.session import Server

_INVOKED = 1


async def handle(ls: Server, params: Any) -> dict[str, Any]:
    """The edit that follows from what the user has changed, or none. A newer request ends an older one."""
    asked = read(params, InlineEditParams)
    await ls.loaded()
    ls.next_edits.is_asked_for = True
    document = ls.documents.get(asked.text_document.uri)
    by_hand = asked.context is not None and asked.context.trigger_kind == _INVOKED
    if document is None or asked.text_document.version not in (None, document.version):
        return _nothing()
    if next_editing.is_off(ls, document, by_hand):
        return _nothing()
    offset = ls.documents.offset(document, asked.position.as_lsp())
    finding = asyncio.create_task(next_editing.find(ls, document, offset, by_hand, with_model=True))
    ls.next_edits.take_turn(finding.cancel)
    try:
        found = await finding
    except asyncio.CancelledError:
        if (handler := asyncio.current_task()) is not None and handler.cancelling():
            raise  # the client has cancelled the request
        return _nothing()
    item = next_editing.item(ls, found) if found is not None else None
    return {"edits": [item] if item is not None else []}


def _nothing() -> dict[str, Any]:
    return {"edits": []}
