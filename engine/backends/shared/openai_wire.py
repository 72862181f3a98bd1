"""The three ways to ask an OpenAI-compatible server, each as a stream of pieces.

Answers are read here and not by a client library: those build every object that a server cares to send, and join
what it sends byte by byte.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from hearth.engine.backends.shared import address, client, json_text, sse
from hearth.engine.backends.shared.address import Address
from hearth.engine.backends.shared.http import (
    Patience,
    Site,
    cut_off,
    error_text,
    no_protocol,
    refusal,
    unreachable,
)
from hearth.engine.backends.shared.openai_server import root_of
from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.errors import HearthError, RequestRefused
from hearth.engine.msgspec_types import register
from hearth.engine.settings import OpenAISettings
from hearth.engine.types import ChatMessage, ChatRequest, Finished, FinishReason, Piece, Usage

if TYPE_CHECKING:
    import httpx

_HINT = "Is the server running, and is openai_compatible.url right?"
_KEY_HINT = "Set api_key_env to the variable that holds it, or api_key_command to what asks your keyring for it."
_FEW, _A_TOKEN = 1000, 16  # events that any answer may have, and as many for each token that is asked for
_TOO_LONG = ("length", "limit")  # all other reasons are an end that the model chose


class InfillUnsupported(RequestRefused):
    """The server has no /infill, or its model has no FIM tokens, or no template for them, that it knows."""


class Said(msgspec.Struct, frozen=True):
    """`delta` of a chat's chunk, `message` of an answer in one piece. `reasoning*`: as vLLM and others name it."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class Choice(msgspec.Struct, frozen=True):
    text: str | None = None
    delta: Said | None = None
    message: Said | None = None
    finish_reason: str | None = None


class Chunk(msgspec.Struct, frozen=True):
    """One event of a stream. `content`, `stop` and `stop_type` are those of /infill."""

    object: str | None = None
    model: str | None = None
    choices: list[Choice] | None = None
    content: str | None = None
    stop: bool | None = None
    stop_type: str | None = None
    error: Any = None
    message: Any = None
    usage: Any = None
    timings: Any = None


register(Said, Choice, Chunk)
_CHUNK = msgspec.json.Decoder(Chunk)
_DONE = Chunk()


@dataclass
class Connection:
    """Raises `SettingsError` when it is made, for a CA file or a proxy that cannot be used."""

    options: OpenAISettings
    key: str = field(repr=False)
    patience: Patience
    url: str = field(init=False)  # of the API; the server may turn out to have it at "/v1"
    http: "httpx.AsyncClient" = field(init=False)
    models: tuple[str, ...] = ()  # what the server offers, as far as it is known
    answering: str = ""  # the model that the last answer named as its own

    def __post_init__(self) -> None:
        found = place(self.options)
        self.url = found.url
        self.http = client.new(found, self.patience, self.options.ca_file, self.key)

    @property
    def site(self) -> Site:
        return site(self.url)

    async def close(self) -> None:
        await self.http.aclose()

    def explained(self, error: Exception) -> HearthError:
        """What went wrong, for the user."""
        import httpx

        if isinstance(error, httpx.HTTPError):
            return unreachable(self.site, error, self.patience)
        return no_protocol(self.site, "the OpenAI protocol")

    def refused(self, status: int, body: object, model: str = "") -> HearthError:
        """`status` is 0 for an error that came as an answer. A wrong `model` is 404 at most, 400 at some."""
        text = error_text(body)
        is_unknown = status == 400 and "model" in text and model not in self.models
        if self.models and (status == 404 or is_unknown):
            offered = ", ".join(self.models[:8])
            more = "" if offered in text else f" It offers: {offered}."  # vLLM says so by itself
            return RequestRefused(f"{self.site.name} refused the request: {text}.{more}")
        if "does not support insert" in text:
            return InfillUnsupported(f"{self.site.name} refused the request: {text}")
        if status == 0 and "unexpected endpoint" in text.lower():  # LM Studio's way to say 404
            return RequestRefused(f"{self.site.name} has nothing there: {text}. Is {self.site.url_setting} right?")
        return refusal(self.site, status, body)


def place(options: OpenAISettings) -> Address:
    """The API's address, also when that of one of its pages was copied. Raises `SettingsError` for none."""
    found = address.read(options.url)
    for page in ("/chat/completions", "/completions", "/models"):
        found = replace(found, url=found.url.removesuffix(page))
    return found


def site(url: str) -> Site:
    where = address.shown(url)
    setting = "openai_compatible.url"
    if not url.endswith("/v1"):
        setting += " (most servers want /v1 at its end)"
    return Site(where, where, setting, _HINT, _KEY_HINT)


def completions(connection: Connection, fields: Mapping[str, Any], temperature: float = 0.0) -> Stream:
    """POST /completions; `fields` are those of the API."""
    asked = {**fields, "temperature": temperature}
    return _answer(connection, "completions", asked, lambda choice: (choice.text or "", ""), fields["max_tokens"])


def chat(
    connection: Connection,
    model: str,
    request: ChatRequest,
    extra: Mapping[str, Any],
    unknown: Collection[str] = (),
) -> Stream:
    """POST /chat/completions; `extra` are fields beyond the API's, `unknown` those that the server refuses.

    OpenAI's own reasoning models call the limit by another name.
    """
    fields: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in request.prompt.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        **extra,
    }
    limit = request.max_tokens
    fields = {name: value for name, value in fields.items() if name not in unknown}
    if "max_tokens" in unknown:
        fields["max_completion_tokens"] = limit

    def read(choice: Choice) -> tuple[str, str]:
        said = choice.delta or choice.message or Said()
        return said.content or "", said.reasoning_content or said.reasoning or ""

    return _answer(connection, "chat/completions", fields, read, limit)


def refuses_field(error: RequestRefused, name: str) -> bool:
    """Whether a request was refused because the server, or its model, does not know that field."""
    said = str(error)
    if name not in re.findall(r"\w+", said):
        return False
    return bool(re.search(r"unsupported|not support|unrecogni|unknown|extra|unexpected", said.lower()))


def failures() -> tuple[type[Exception], ...]:
    """What a connection raises when it is used directly; `explained` puts that into words."""
    import httpx

    return (httpx.HTTPError, httpx.InvalidURL, ValueError)


def refuses_system(error: RequestRefused) -> bool:
    """Whether a chat was refused for its system message, as the templates of Gemma and Mistral do."""
    return bool(re.search(r"system role|user and assistant roles|roles must alternate", str(error), re.IGNORECASE))


def without_system(messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    """The system's words in front of the first question instead."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    others = [message for message in messages if message.role != "system"]
    if system and others:
        others[0] = replace(others[0], content=f"{system}\n\n{others[0].content}")
    return tuple(others)


async def infill(connection: Connection, fields: Mapping[str, Any]) -> Stream:
    """POST /infill of llama-server; `fields` are those of its README."""
    url = f"{root_of(connection.url)}/infill"
    async with aclosing(_chunks(connection, url, {**fields, "temperature": 0.0}, is_infill=True)) as chunks:
        async for chunk in chunks:
            if chunk.content:
                yield Piece(chunk.content)
            if chunk.stop:
                yield Finished(_finish(chunk.stop_type or ""), _usage(chunk) or Usage())
                return
    raise cut_off(connection.site)


async def _answer(
    connection: Connection,
    path: str,
    fields: Mapping[str, Any],
    read: Callable[[Choice], tuple[str, str]],
    limit: int,
) -> Stream:
    """What the server streams, of at most `limit` tokens. `read` gives text and reasoning of one choice."""
    began, reason, usage = False, "", Usage()
    left = _FEW + _A_TOKEN * limit
    url = f"{connection.url}/{path}"
    async with aclosing(_chunks(connection, url, fields)) as chunks:
        while True:
            try:  # behind the end of the answer only figures may come: nobody waits for them for long
                async with asyncio.timeout(connection.patience.figures if reason else None):
                    chunk = await anext(chunks, None)
            except TimeoutError:
                break
            if chunk is None or chunk is _DONE:
                reason = reason or ("stop" if chunk else "")
                break
            left -= 1
            if left <= 0:
                reason = "limit"
                break
            began, connection.answering = True, json_text.name(chunk.model or connection.answering)
            usage = _usage(chunk) or usage
            if chunk.content and not reason:  # llama-server's own form, where its address lacks "/v1"
                yield Piece(chunk.content)
            if chunk.stop:
                reason = reason or chunk.stop_type or "stop"
            for choice in (chunk.choices or [])[:1]:
                text, thinking = ("", "") if reason else read(choice)
                if thinking:
                    yield Piece(thinking, "thinking")
                if text:
                    yield Piece(text)
                reason = reason or choice.finish_reason or ""
    if not began:
        raise no_protocol(connection.site, "a stream of the OpenAI protocol")
    if not reason:
        raise cut_off(connection.site)
    yield Finished(_finish(reason), usage)


def _finish(reason: str) -> FinishReason:
    return FinishReason.LENGTH if reason in _TOO_LONG else FinishReason.EOG


async def _chunks(
    connection: Connection, url: str, fields: Mapping[str, Any], is_infill: bool = False
) -> AsyncGenerator[Chunk, None]:
    """The events of what the server streams, `_DONE` for "[DONE]"; an answer in one piece is one event."""
    import httpx

    body = json.dumps({**fields, "stream": True}, ensure_ascii=False).encode("utf-8", "replace")
    headers = {"Content-Type": "application/json"}
    try:
        async with connection.http.stream("POST", url, content=body, headers=headers) as response:
            if not response.is_success:
                said = await response.aread()
                error = connection.refused(response.status_code, said, str(fields.get("model", "")))
                raise InfillUnsupported(str(error)) if is_infill and response.status_code in (404, 501) else error
            async with aclosing(_events(response)) as events:
                async for event in events:
                    if event.error or event.object == "error":
                        raise connection.refused(0, {"error": event.error or event.message})
                    yield event
    except (httpx.HTTPError, ValueError) as failure:
        raise connection.explained(failure) from failure


async def _events(response: "httpx.Response") -> AsyncGenerator[Chunk, None]:
    if response.headers.get("content-type", "").startswith("application/json"):
        yield _decoded(await response.aread())
        return
    async with aclosing(sse.events(response.aiter_bytes(), _decoded)) as events:
        async for event in events:
            yield event or _DONE


def _decoded(data: bytes) -> Chunk:
    """Raises `ValueError`. What strict JSON refuses (NaN, halves of characters) is read with a substitute."""
    try:
        return _CHUNK.decode(data)
    except (ValueError, RecursionError):
        return msgspec.convert(json_text.loaded(data), Chunk)


def _usage(chunk: Chunk) -> Usage | None:
    """`timings` is llama-server's and says more than `usage`, which any server may send."""
    if isinstance(chunk.timings, dict):
        timings = chunk.timings
        cached, evaluated = json_text.count(timings.get("cache_n")), json_text.count(timings.get("prompt_n"))
        return Usage(
            prompt_tokens=cached + evaluated,
            cached_tokens=cached,
            evaluated_tokens=evaluated,
            generated_tokens=json_text.count(timings.get("predicted_n")),
            prefill_ms=json_text.number(timings.get("prompt_ms")),
            decode_ms=json_text.number(timings.get("predicted_ms")),
        )
    if not isinstance(chunk.usage, dict):
        return None
    details = chunk.usage.get("prompt_tokens_details")
    cached = json_text.count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    prompt = json_text.count(chunk.usage.get("prompt_tokens"))
    return Usage(prompt, cached, max(0, prompt - cached), json_text.count(chunk.usage.get("completion_tokens")))
