"""llama-server's `/infill`, which llama.vim and llama.vscode ask for ghost text."""

import msgspec

from hearth.engine.raw_fim import Place
from hearth.engine.types import ContextFile
from hearth.lsp_server.http_api import bodies, listed
from hearth.lsp_server.http_api.answering import Answering, Limits
from hearth.lsp_server.http_api.bodies import Extras
from hearth.lsp_server.http_api.messages import Answer, as_json

_MOST_FILES = 64


class Extra(msgspec.Struct):
    """A passage of another file."""

    text: str = ""
    filename: str = ""


class InfillBody(msgspec.Struct):
    """What is not named here is accepted and has no effect. `prompt` stands behind the prefix, left of the cursor.

    `n_predict` 0: the client only wants the prompt to be known.
    """

    input_prefix: str = ""
    input_suffix: str = ""
    prompt: str = ""
    input_extra: list[Extra] = []
    n_predict: int | None = None
    stop: str | list[str] | None = None
    stream: bool | None = False
    hearth: Extras | None = None


_decoder = msgspec.json.Decoder(InfillBody)


async def infill(answering: Answering, body: bytes) -> Answer:
    """What belongs at the cursor."""
    asked = await bodies.decoded(_decoder, body)
    passages = enumerate(asked.input_extra[:_MOST_FILES])
    files = tuple(ContextFile(each.filename or f"passage {number}", each.text) for number, each in passages)
    limits, text = Limits(bodies.tokens(asked.n_predict), bodies.stops(asked.stop)), ""
    if asked.n_predict != 0:
        extras = asked.hearth or Extras()
        where = bodies.named(Place(asked.input_prefix + asked.prompt, asked.input_suffix, "", files), extras)
        text = (await answering.complete(where, limits, extras.invoked)).text
    said = {"content": text, "stop": True, "model": listed.completion_name(answering.settings)}
    if not asked.stream:
        return as_json(said)
    return Answer(200, b"data: " + msgspec.json.encode(said) + b"\n\n", "text/event-stream; charset=utf-8")
