from typing import Any

from lsprotocol import types as lsp

from engine.errors import HearthError
from engine.types import Piece
from lsp_server import chatting
from lsp_server.hearth import Hearth
from lsp_server.params import ChatParams, read


async def handle(ls: Hearth, params: Any) -> dict[str, Any]:
    """`{message | action, conversation?, textDocument?, range?, partialResultToken?}` -> the whole answer.

    With a token the pieces come before that, as `$/progress` of `{kind: "text" | "thinking", text}`. A failure is
    an answer too: reason "error", with a `message` for the user.
    """
    conversation = str(getattr(params, "conversation", None) or "")
    from engine.chat import EXPLAIN

    try:
        asked = read(params, ChatParams)
        token = asked.partial_result_token

        def on_piece(piece: Piece) -> None:
            if token is not None:
                ls.progress(lsp.ProgressParams(token, {"kind": piece.part, "text": piece.text}))

        range = asked.range.as_lsp() if asked.range else None
        about = asked.text_document
        passages = await chatting.passages(ls, about.uri, range) if about else ()
        question = asked.message or (EXPLAIN if asked.action == "explain" else "")
        return chatting.as_result(await chatting.answer(ls, question, passages, conversation, on_piece))
    except HearthError as error:
        return {
            "conversation": conversation,
            "text": "",
            "thinking": "",
            "used": [],
            "reason": "error",
            "message": str(error),
        }
