from typing import Any

from hearth.lsp_server.params import ItemParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> None:
    """`{item}`: a next edit came on the screen."""
    ls.next_edits.shown(read(params, ItemParams).item.id)
