from typing import Any

from hearth.engine.completion.inspection import inspect
from hearth.engine.errors import RequestForbidden
from hearth.lsp_server import next_editing
from hearth.lsp_server.params import InspectParams, read
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text


async def handle(ls: Server, params: Any) -> dict[str, Any] | None:
    """`{textDocument, position}` -> what a completion there would send: prompt, pieces, what was left out."""
    place = read(params, InspectParams)
    document = ls.documents.get(place.text_document.uri)
    if document is None:
        return None
    if ls.documents.is_secret(document):
        raise RequestForbidden(f"nothing is sent from {document.path}: its name suggests that it contains secrets")
    if ls.is_refused(document):
        raise RequestForbidden("nothing is sent from here: completion is switched off, or the file is too long")
    offset = ls.documents.offset(document, place.position.as_lsp())
    found = (await inspect(await (await ls.engine()).completer(), document, offset)).as_json()
    for each in (*found["pieces"], *found["left_out"]):
        each["path"], each["reason"] = text.title(each["path"]), text.message(each["reason"])
    if asked := await next_editing.inspected(ls, document, offset):
        found["next_edit"] = asked
    return found
