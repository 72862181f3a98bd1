from typing import Any

from hearth.lsp_server.params import ConversationParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> bool:
    """`{conversation}`: take its deletion back, as long as this server runs. Whether there was one."""
    return (await ls.engine()).chats().restore(read(params, ConversationParams).conversation)
