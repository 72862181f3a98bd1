from typing import Any

from hearth.lsp_server.params import ItemParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> None:
    """`{item}`: a suggestion came on the screen."""
    ls.stats.tracker.shown(read(params, ItemParams).item.id)
