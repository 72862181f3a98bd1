from typing import Any

from hearth.lsp_server.hearth import Hearth
from hearth.lsp_server.params import ItemParams, read


async def handle(ls: Hearth, params: Any) -> None:
    """`{item}`: a suggestion came on the screen."""
    ls.usage.tracker.shown(read(params, ItemParams).item.id)
