from typing import Any

from hearth.lsp_server.hearth import Hearth
from hearth.lsp_server.params import ConversationParams, read


async def handle(ls: Hearth, params: Any) -> bool:
    """`{conversation}`: forget it, here and on the disk. Whether there was one."""
    return (await ls.chats()).delete(read(params, ConversationParams).conversation)
