from typing import Any

from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: Any) -> list[dict[str, Any]]:
    """The conversations that are kept on this disk, newest first; `started` in seconds since 1970."""
    from engine import chats

    return [
        {
            "conversation": each.id,
            "title": each.title,
            "started": each.started,
            "turns": [{"question": turn.question, "answer": turn.answer} for turn in each.turns],
        }
        for each in chats.listed()
    ]
