import asyncio
from typing import Any

from hearth.engine.code_actions import placing
from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.placing import Placed
from hearth.engine.context.documents import Document
from hearth.lsp_server import convert
from hearth.lsp_server.params import FitParams, read
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text


async def handle(ls: Server, params: Any) -> dict[str, Any] | None:
    """`{textDocument, code, range?, how?}`: the edits that bring code of an answer into a document, as it fits."""
    asked = read(params, FitParams)
    document = ls.documents.get(asked.text_document.uri)
    if document is None or not asked.code.strip():
        return None
    given = asked.range.as_lsp() if asked.range else None
    ends = (given.start, given.end) if given else ()
    start, end = sorted(ls.documents.offset(document, each) for each in ends) if ends else (0, 0)
    before = document.text
    placed = await asyncio.to_thread(_placed, document, asked, start, end)
    if placed is None or document.text != before:
        return None
    return {"edits": [_as_result(ls, document, edit) for edit in placed.edits], "what": text.title(placed.what)}


def _as_result(ls: Server, document: Document, edit: Edit) -> dict[str, Any]:
    found = convert.range_at(document, edit.start, edit.end, ls.client.encoding)
    ends = {"start": found.start, "end": found.end}
    range = {name: {"line": end.line, "character": end.character} for name, end in ends.items()}
    return {"range": range, "newText": edit.text}


def _placed(document: Document, asked: FitParams, start: int, end: int) -> Placed | None:
    code = document.code
    if asked.how == "cursor":
        return placing.at_cursor(code, asked.code, end)
    if asked.how == "file":
        return placing.whole_file(code, asked.code)
    if asked.how == "selection":
        return placing.in_selection(code, asked.code, start, end)
    if start < end:
        return placing.in_selection(code, asked.code, start, end)
    return placing.by_name(code, asked.code, end)
