from typing import Any

from hearth.engine.errors import HearthError
from hearth.lsp_server import attaching
from hearth.lsp_server.params import ChatParams, read
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text


async def handle(ls: Server, params: Any) -> dict[str, Any]:
    """What would go along with this question, `{used, found, leftOut, tokens, room}`; the model is not asked.

    Clients ask while the user types. What forbids the question is in `leftOut` alone, and told when it is asked.
    """
    asked = read(params, ChatParams)
    try:
        return attaching.as_result(await attaching.along(ls, asked))
    except HearthError as error:
        left_out = [{"name": "", "reason": text.message(str(error))}]
        return {"used": [], "found": 0, "leftOut": left_out, "tokens": 0, "room": 0}
