from typing import Any

from lsprotocol import types as lsp

from engine.errors import HearthError
from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: Any) -> dict[str, Any] | None:
    """`{textDocument, position}` -> what a completion there would send: prompt, pieces, what was left out."""
    from engine.inspection import inspect

    document = ls.documents.get(params.textDocument.uri)
    if document is None:
        return None
    if ls.is_off(document):
        raise HearthError("nothing is sent from here: completion is paused or switched off for this file")
    position = lsp.Position(int(params.position.line), int(params.position.character))
    return (await inspect(await ls.completer(), document, ls.offset(document, position))).as_json()
