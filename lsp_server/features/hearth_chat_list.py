from typing import TYPE_CHECKING, Any

from lsp_server.hearth import Hearth

if TYPE_CHECKING:
    from engine.chats import Conversation

_SECONDS = 20.0  # for the disk


async def handle(ls: Hearth, params: Any) -> list[dict[str, Any]]:
    """The conversations that are kept on this disk, newest first; `started` in seconds since 1970."""
    from engine import aside, chats

    return [_as_result(each) for each in await aside.run(_SECONDS, chats.listed)]


def _as_result(kept: "Conversation") -> dict[str, Any]:
    turns = [{"question": _asked(turn.question), "answer": turn.answer} for turn in kept.turns]
    return {"conversation": kept.id, "title": _asked(kept.title), "started": kept.started, "turns": turns}


def _asked(question: str) -> str:
    """A question (or the beginning of one) as the user put it: `action: "explain"` is no words of theirs."""
    from engine.chat import EXPLAIN

    return "Explain the selection" if question and EXPLAIN.startswith(question) else question
