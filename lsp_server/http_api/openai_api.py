"""OpenAI's API: completions, chat and models, whole or as server-sent events."""

import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec

from hearth.engine.errors import InvalidRequest
from hearth.engine.raw_fim import place
from hearth.engine.types import Piece, Usage
from hearth.lsp_server.http_api import bodies, listed, streams
from hearth.lsp_server.http_api.answering import Answering, Limits
from hearth.lsp_server.http_api.bodies import Extras, Message
from hearth.lsp_server.http_api.messages import Answer, as_json
from hearth.lsp_server.http_api.streams import End, Wanted

_EVENTS = "text/event-stream; charset=utf-8"
_DONE = b"data: [DONE]\n\n"


class StreamOptions(msgspec.Struct):
    include_usage: bool | None = False


class CompletionBody(msgspec.Struct):
    """What is not named here is accepted and has no effect."""

    prompt: str | list[str] = ""
    suffix: str | None = None
    max_tokens: int | None = None
    stop: str | list[str] | None = None
    n: int | None = 1
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    hearth: Extras | None = None


class ChatBody(msgspec.Struct):
    """The same for a chat."""

    messages: list[Message]
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    stop: str | list[str] | None = None
    n: int | None = 1
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    hearth: Extras | None = None


_completion_decoder = msgspec.json.Decoder(CompletionBody)
_chat_decoder = msgspec.json.Decoder(ChatBody)


async def models(answering: Answering, body: bytes) -> Answer:
    """The models of the settings; any name is taken for the one that fits what is asked."""
    rows = [
        {"id": model.name, "object": "model", "created": 0, "owned_by": "hearth"}
        for model in listed.models(answering.settings)
    ]
    return as_json({"object": "list", "data": rows})


async def completions(answering: Answering, body: bytes) -> Answer:
    """What belongs at the cursor that a prompt, with or without a suffix, leaves between two texts."""
    asked = await bodies.decoded(_completion_decoder, body)
    _only_one(asked.n)
    prompts = [asked.prompt] if isinstance(asked.prompt, str) else asked.prompt
    if len(prompts) != 1:
        raise InvalidRequest("prompt must be one text: one answer is given")
    extras = asked.hearth or Extras()
    where = await bodies.place_of(prompts[0], asked.suffix, extras)
    if where is None:
        where = bodies.named(place(prompts[0], ""), extras)
    limits = Limits(bodies.tokens(asked.max_tokens), bodies.stops(asked.stop))
    found = await answering.complete(where, limits, extras.invoked)
    head = _head("cmpl", "text_completion", listed.completion_name(answering.settings))
    reason = "length" if found.is_cut else "stop"
    whole = {"index": 0, "text": found.text, "logprobs": None, "finish_reason": reason}
    if not asked.stream:
        return as_json({**head, "choices": [whole], "usage": _usage(found.usage)})
    events = [_event({**head, "choices": [{**whole, "finish_reason": None}]})] if found.text else []
    events.append(_event({**head, "choices": [{**whole, "text": ""}]}))
    if asked.stream_options and asked.stream_options.include_usage:
        events.append(_event({**head, "choices": [], "usage": _usage(found.usage)}))
    return Answer(200, b"".join(events) + _DONE, _EVENTS)


async def chat_completions(answering: Answering, body: bytes) -> Answer:
    """An answer to a conversation; a message that is a raw prompt for a cursor is answered as one."""
    asked = await bodies.decoded(_chat_decoder, body)
    _only_one(asked.n)
    messages = bodies.conversation(asked.messages)
    stop, most = bodies.stops(asked.stop), bodies.tokens(asked.max_completion_tokens, asked.max_tokens)
    end, wanted = End(), Wanted(most, stop, asked.temperature, extras=asked.hearth or Extras())
    pieces = streams.answer(answering, messages, wanted, end)
    head = _head("chatcmpl", "chat.completion", listed.chat_name(answering.settings))
    if not asked.stream:
        text, thinking = await streams.whole(pieces)
        message = {"role": "assistant", "content": text}
        if thinking:
            message["reasoning_content"] = thinking
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(end)}
        return as_json({**head, "choices": [choice], "usage": _usage(end.usage)})
    head["object"] = "chat.completion.chunk"
    wants_usage = bool(asked.stream_options and asked.stream_options.include_usage)
    return await streams.streamed(pieces, lambda all: _chat_events(head, all, end, wants_usage), _EVENTS)


def wrong(status: int, why: str) -> dict[str, Any]:
    """An error as this API tells it."""
    kinds = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": why, "type": kind, "param": None, "code": status}}


async def _chat_events(
    head: dict[str, Any], pieces: AsyncGenerator[Piece | str, None], end: End, wants_usage: bool
) -> AsyncGenerator[bytes, None]:
    role: dict[str, str] = {"role": "assistant"}
    async with aclosing(pieces):
        async for event in pieces:
            if isinstance(event, str):
                yield _event(wrong(503, event))
                return
            name = "reasoning_content" if event.part == "thinking" else "content"
            delta, role = {**role, name: event.text}, {}
            yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": role, "finish_reason": _reason(end)}]})
    if wants_usage:
        yield _event({**head, "choices": [], "usage": _usage(end.usage)})
    yield _DONE


def _head(prefix: str, kind: str, model: str) -> dict[str, Any]:
    return {"id": f"{prefix}-{secrets.token_hex(12)}", "object": kind, "created": int(time.time()), "model": model}


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.generated_tokens,
        "total_tokens": usage.prompt_tokens + usage.generated_tokens,
    }


def _reason(end: End) -> str:
    return "length" if end.is_cut else "stop"


def _only_one(n: int | None) -> None:
    if n is not None and n > 1:
        raise InvalidRequest("n must be 1: one answer is given")
