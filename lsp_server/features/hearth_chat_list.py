from collections.abc import Sequence
from typing import Any

from hearth.engine import aside
from hearth.engine.characters import plain
from hearth.engine.chat import history
from hearth.engine.chat.answering import EXPLAIN
from hearth.engine.chat.history import Conversation, Source, Turn
from hearth.lsp_server import chatting
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text

_SECONDS = 20.0  # for the disk


async def handle(ls: Server, params: Any) -> list[dict[str, Any]]:
    """The conversations that are kept on this disk, newest first; `started` in seconds since 1970."""
    return [_as_result(each) for each in await aside.run(_SECONDS, history.listed)]


def _as_result(kept: Conversation) -> dict[str, Any]:
    turns = [_turn(turn) for turn in kept.turns]
    used = kept.turns[0].used if kept.turns else ()
    title = text.title(_asked(kept.title, used))
    about = {"conversation": kept.id, "title": title, "started": kept.started}
    return {**about, "workspace": plain(kept.workspace), "turns": turns}


def _turn(turn: Turn) -> dict[str, Any]:
    used = [chatting.as_used(source) for source in turn.used]
    return {"question": _asked(turn.question, turn.used), "answer": plain(turn.answer), "used": used}


def _asked(question: str, used: Sequence[Source]) -> str:
    """A question (or the beginning of one) as the user put it: `action: "explain"` is no words of theirs."""
    if not question or not EXPLAIN.startswith(question):
        return plain(question)
    about = used[0] if used else None
    if about is None or about.first is None or about.last is None:
        return "Explain the selection"
    last = f"–{about.last + 1}" if about.last > about.first else ""
    return f"Explain {plain(about.path).rpartition('/')[2]}:{about.first + 1}{last}"
