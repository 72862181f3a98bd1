from typing import Any

from hearth.lsp_server.hearth import Hearth
from hearth.lsp_server.params import ConversationParams, read


async def handle(ls: Hearth, params: Any) -> bool:
    """`{conversation}`: end its answer, which is then complete with reason "stopped". Whether there was one."""
    return (await ls.chats()).stop(read(params, ConversationParams).conversation)
