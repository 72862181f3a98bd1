from typing import Any

from hearth.lsp_server import chatting
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text


async def handle(ls: Server, params: Any) -> list[dict[str, str]]:
    """The prompts that a question may call by `/name`: the user's own, and those of trusted projects."""
    found = (await chatting.prompts(ls)).values()
    return [{"name": each.name, "summary": text.title(each.summary), "uri": each.path.as_uri()} for each in found]
