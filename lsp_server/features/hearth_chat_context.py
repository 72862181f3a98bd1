from typing import Any

from hearth.lsp_server import attaching
from hearth.lsp_server.params import ChatParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> dict[str, Any]:
    """What would go along with this question, `{used, leftOut, tokens, room}`; the model is not asked."""
    return attaching.as_result(await attaching.along(ls, read(params, ChatParams)))
