from typing import Any

from hearth.lsp_server.params import RenameParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> bool:
    """`{conversation, title}`: what the user calls it from now on. Whether there is one."""
    asked = read(params, RenameParams)
    return (await ls.engine()).chats().rename(asked.conversation, asked.title)
