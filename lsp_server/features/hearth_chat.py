from typing import Any

from lsprotocol import types as lsp

from engine.errors import HearthError
from engine.types import Piece
from lsp_server import chatting
from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: Any) -> dict[str, Any]:
    """`{message, conversation?, textDocument?, range?, partialResultToken?}` -> the whole answer.

    With a token the pieces come before that, as `$/progress` of `{kind: "text" | "thinking", text}`. A failure is
    an answer too: reason "error", with a `message` for the user.
    """
    token = getattr(params, "partialResultToken", None)
    conversation = str(getattr(params, "conversation", None) or "")

    def on_piece(piece: Piece) -> None:
        if token is not None:
            ls.progress(lsp.ProgressParams(token, {"kind": piece.part, "text": piece.text}))

    try:
        uri = str(getattr(getattr(params, "textDocument", None), "uri", ""))
        passages = chatting.passages(ls, uri, _range(getattr(params, "range", None))) if uri else ()
        question = str(getattr(params, "message", ""))
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


def _range(value: Any) -> lsp.Range | None:
    if value is None:
        return None
    start, end = value.start, value.end
    return lsp.Range(
        lsp.Position(int(start.line), int(start.character)), lsp.Position(int(end.line), int(end.character))
    )
