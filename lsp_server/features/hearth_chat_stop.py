from typing import Any

from hearth.lsp_server.params import ConversationParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> bool:
    """`{conversation}`: end its answer, which is then complete with reason "stopped". Whether there was one."""
    return (await ls.engine()).chats().stop(read(params, ConversationParams).conversation)
