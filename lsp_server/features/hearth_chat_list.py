from typing import TYPE_CHECKING, Any

from engine.characters import plain
from lsp_server.hearth import Hearth
from lsp_server.words import text

if TYPE_CHECKING:
    from engine.chats import Conversation

_SECONDS = 20.0  # for the disk


async def handle(ls: Hearth, params: Any) -> list[dict[str, Any]]:
    """The conversations that are kept on this disk, newest first; `started` in seconds since 1970."""
    from engine import aside, chats

    return [_as_result(each) for each in await aside.run(_SECONDS, chats.listed)]


def _as_result(kept: "Conversation") -> dict[str, Any]:
    turns = [{"question": _asked(turn.question), "answer": plain(turn.answer)} for turn in kept.turns]
    title = text.title(_asked(kept.title))
    return {"conversation": kept.id, "title": title, "started": kept.started, "turns": turns}


def _asked(question: str) -> str:
    """A question (or the beginning of one) as the user put it: `action: "explain"` is no words of theirs."""
    from engine.chat import EXPLAIN

    return "Explain the selection" if question and EXPLAIN.startswith(question) else plain(question)
