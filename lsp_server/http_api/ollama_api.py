"""Ollama's API: generate, chat, and what clients ask before them, whole or a line of JSON for each piece."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import msgspec

from hearth.engine.raw_fim import place
from hearth.engine.types import ChatMessage, Piece, Usage
from hearth.lsp_server.http_api import bodies, listed, streams
from hearth.lsp_server.http_api.answering import Answering, Completed, Limits
from hearth.lsp_server.http_api.bodies import Extras, Message
from hearth.lsp_server.http_api.listed import Listed
from hearth.lsp_server.http_api.messages import Answer, as_json
from hearth.lsp_server.http_api.streams import End, Wanted

VERSION = "0.12.0"  # of the API that this follows; clients look whether it is new enough for them
_LINES = "application/x-ndjson"


class Options(msgspec.Struct):
    num_predict: int | None = None
    temperature: float | None = None
    stop: str | list[str] | None = None


class GenerateBody(msgspec.Struct):
    """What is not named here is accepted and has no effect. `raw`: the prompt has the model's own marks."""

    model: str = ""
    prompt: str = ""
    suffix: str | None = None
    system: str | None = None
    raw: bool | None = False
    stream: bool | None = True
    think: bool | str | None = None
    images: list[str] | None = None
    options: Options | None = None
    hearth: Extras | None = None


class ChatBody(msgspec.Struct):
    """The same for a chat."""

    model: str = ""
    messages: list[Message] = []
    stream: bool | None = True
    think: bool | str | None = None
    options: Options | None = None
    hearth: Extras | None = None


_generate_decoder = msgspec.json.Decoder(GenerateBody)
_chat_decoder = msgspec.json.Decoder(ChatBody)


async def running(answering: Answering, body: bytes) -> Answer:
    """What clients look for to see whether somebody is there."""
    return Answer(200, b"Ollama is running", "text/plain; charset=utf-8")


async def version(answering: Answering, body: bytes) -> Answer:
    return as_json({"version": VERSION})


async def tags(answering: Answering, body: bytes) -> Answer:
    """The models of the settings; any name is taken for the one that fits what is asked."""
    rows = [
        {
            "name": model.name,
            "model": model.name,
            "modified_at": "1970-01-01T00:00:00Z",
            "size": model.bytes,
            "digest": model.sha256,
            "details": _details(model),
        }
        for model in listed.models(answering.settings)
    ]
    return as_json({"models": rows})


async def show(answering: Answering, body: bytes) -> Answer:
    """What the model of that name can do; of an unknown name, what the model of completions can."""
    asked = await bodies.decoded(_generate_decoder, body)
    known = listed.models(answering.settings)
    model = next((each for each in known if each.name == asked.model), known[0])
    info = {"general.architecture": "hearth", "hearth.context_length": model.context or 4096}
    return as_json(
        {
            "license": "",
            "modelfile": "",
            "parameters": "",
            "template": "{{ .Prompt }}{{ .Suffix }}",
            "details": _details(model),
            "model_info": info,
            "capabilities": ["completion", "insert"],
        }
    )


async def generate(answering: Answering, body: bytes) -> Answer:
    """A place in code, where the prompt is one or has a suffix; else the answer to a question."""
    began = time.monotonic_ns()
    asked = await bodies.decoded(_generate_decoder, body)
    options, extras = asked.options or Options(), asked.hearth or Extras()
    limits = Limits(bodies.tokens(options.num_predict), bodies.stops(options.stop))
    if not asked.prompt and not asked.suffix:
        await answering.wake()
        return as_json({**_head(answering), "response": "", "done": True, "done_reason": "load"})
    where = await bodies.place_of(asked.prompt, asked.suffix, extras, anywhere=bool(asked.raw))
    if where is None and asked.raw:
        where = bodies.named(place(asked.prompt, ""), extras)
    if where is not None:
        return _generated(
            answering, await answering.complete(where, limits, extras.invoked), bool(asked.stream), began
        )
    said = [Message("system", asked.system)] if asked.system else []
    messages = bodies.conversation([*said, Message("user", asked.prompt, asked.images)])
    return await _chat(answering, messages, asked, limits, _response, began)


async def chat(answering: Answering, body: bytes) -> Answer:
    """An answer to a conversation; a message that is a raw prompt for a cursor is answered as one."""
    began = time.monotonic_ns()
    asked = await bodies.decoded(_chat_decoder, body)
    if not asked.messages:
        await answering.wake()
        empty = {"role": "assistant", "content": ""}
        return as_json({**_head(answering), "message": empty, "done": True, "done_reason": "load"})
    options = asked.options or Options()
    limits = Limits(bodies.tokens(options.num_predict), bodies.stops(options.stop))
    return await _chat(answering, bodies.conversation(asked.messages), asked, limits, _message, began)


def wrong(why: str) -> dict[str, Any]:
    """An error as this API tells it."""
    return {"error": why}


async def _chat(
    answering: Answering,
    messages: tuple[ChatMessage, ...],
    asked: GenerateBody | ChatBody,
    limits: Limits,
    shaped: Any,
    began: int,
) -> Answer:
    """`shaped` makes the part of a line that tells a text and a thought."""
    options = asked.options or Options()
    think = bool(asked.think) if asked.think is not None else None
    end = End()
    wanted = Wanted(limits.tokens, limits.stop, options.temperature, think, asked.hearth or Extras())
    pieces = streams.answer(answering, messages, wanted, end)
    if asked.stream is False:
        return as_json({**_head(answering, chat=True), **shaped(*await streams.whole(pieces)), **_end(end, began)})
    return await streams.streamed(pieces, lambda all: _lines(answering, all, end, shaped, began), _LINES)


async def _lines(
    answering: Answering, pieces: AsyncGenerator[Piece | str, None], end: End, shaped: Any, began: int
) -> AsyncGenerator[bytes, None]:
    async with aclosing(pieces):
        async for event in pieces:
            if isinstance(event, str):
                yield _line(wrong(event))
                return
            text, thought = ("", event.text) if event.part == "thinking" else (event.text, "")
            yield _line({**_head(answering, chat=True), **shaped(text, thought), "done": False})
    yield _line({**_head(answering, chat=True), **shaped("", ""), **_end(end, began)})


def _generated(answering: Answering, found: Completed, is_streamed: bool, began: int) -> Answer:
    last = _end(End(found.is_cut, found.usage), began)
    if not is_streamed:
        return as_json({**_head(answering), "response": found.text, **last})
    lines = _line({**_head(answering), "response": found.text, "done": False}) if found.text else b""
    return Answer(200, lines + _line({**_head(answering), "response": "", **last}), _LINES)


def _response(text: str, thought: str) -> dict[str, Any]:
    return {"response": text, **({"thinking": thought} if thought else {})}


def _message(text: str, thought: str) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text, **({"thinking": thought} if thought else {})}}


def _head(answering: Answering, chat: bool = False) -> dict[str, Any]:
    name = listed.chat_name if chat else listed.completion_name
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"model": name(answering.settings), "created_at": now}


def _end(end: End, began: int) -> dict[str, Any]:
    """The last line's own part; durations are in nanoseconds."""
    usage: Usage = end.usage
    return {
        "done": True,
        "done_reason": "length" if end.is_cut else "stop",
        "total_duration": time.monotonic_ns() - began,
        "load_duration": 0,
        "prompt_eval_count": usage.prompt_tokens,
        "prompt_eval_duration": int(usage.prefill_ms * 1e6),
        "eval_count": usage.generated_tokens,
        "eval_duration": int(usage.decode_ms * 1e6),
    }


def _details(model: Listed) -> dict[str, Any]:
    return {
        "parent_model": "",
        "format": "gguf",
        "family": model.family,
        "families": [model.family] if model.family else [],
        "parameter_size": f"{model.params:g}B" if model.params else "",
        "quantization_level": "",
    }


def _line(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value) + b"\n"
