from typing import Any

from hearth.lsp_server.params import RejectedEditParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> None:
    """`{item, reason}`: a next edit was not accepted: turned down, passed over, or another one took its place."""
    rejected = read(params, RejectedEditParams)
    ls.next_edits.declined(rejected.item.id, rejected.reason)
