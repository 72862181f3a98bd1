from typing import Any

from hearth.engine import logs
from hearth.engine.chat.answering import EXPLAIN
from hearth.engine.errors import HearthError
from hearth.engine.types import Piece
from hearth.lsp_server import attaching, chatting
from hearth.lsp_server.params import ChatParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> dict[str, Any]:
    """`{message | action, conversation?, textDocument?, range?, attachments?, …}` -> the whole answer.

    With a token the pieces come before that, as `$/progress` of `{kind: "text" | "thinking", text}`. A failure is
    an answer too: reason "error", with a `message` for the user and what there is of the text.
    """
    conversation = _conversation(params)
    try:
        asked = read(params, ChatParams)
        token = asked.partial_result_token

        def on_piece(piece: Piece) -> None:
            if token is not None:
                ls.client.chat_piece(token, piece.part, piece.text)

        if asked.action == "continue":
            rest = await chatting.rest(ls, conversation, on_piece)
            return {**chatting.as_result(rest), "leftOut": []}
        found = await attaching.along(ls, asked)
        question = asked.message or (EXPLAIN if asked.action == "explain" else "")
        answered = await chatting.answer(ls, question, found.passages, conversation, on_piece)
    except HearthError as error:
        return chatting.failed(conversation, str(error))
    ls.background.start(ls.disk.show())
    return {**chatting.as_result(answered), "leftOut": attaching.left_out(found)}


def broken(params: Any) -> dict[str, Any]:
    """The answer where we failed: a client waits for one it can show."""
    return chatting.failed(_conversation(params), f"an internal error was written to {logs.where()}")


def _conversation(params: Any) -> str:
    return str(getattr(params, "conversation", None) or "")
