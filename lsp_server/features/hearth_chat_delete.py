from typing import Any

from hearth.lsp_server.params import ConversationParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> bool:
    """`{conversation}`: forget it, here and on the disk. Whether there was one."""
    return (await ls.engine()).chats().delete(read(params, ConversationParams).conversation)
