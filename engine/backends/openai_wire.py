"""The three ways to ask an OpenAI-compatible server, each as a stream of pieces."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.backends import address
from engine.backends.http import (
    Patience,
    Site,
    client_options,
    cut_off,
    error_text,
    no_protocol,
    refusal,
    unreachable,
)
from engine.backends.openai_server import root_of
from engine.backends.streaming import Stream
from engine.errors import HearthError, RequestRefused
from engine.types import ChatRequest, Finished, Piece, Usage

if TYPE_CHECKING:
    import httpx

_HINT = "Is the server running, and is openai_compatible.url right?"
_KEY_HINT = "Set api_key_env to the variable that holds it, or api_key_command to what asks your keyring for it."
_REASONS = {"length": "limit", "limit": "limit"}  # all others are an end that the model chose


class InfillUnsupported(RequestRefused):
    """The server has no /infill, or its model has no FIM tokens that it knows."""


@dataclass
class Connection:
    """`http` is used for what is not OpenAI's, and by the OpenAI client for the rest."""

    url: str
    key: str = field(repr=False)
    patience: Patience
    http: "httpx.AsyncClient" = field(init=False)
    openai: Any = field(init=False)
    headers: dict[str, Any] = field(init=False, repr=False)  # of each of the OpenAI client's requests
    models: tuple[str, ...] = ()  # what the server offers, as far as it is known
    answering: str = ""  # the model that the last answer named as its own

    def __post_init__(self) -> None:
        import httpx
        import openai

        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        self.http = httpx.AsyncClient(headers=headers, **client_options(self.url, self.patience))
        # Which HTTP library the client's annotations name depends on its version; this one works with all.
        options: dict[str, Any] = {"http_client": self.http, "timeout": self.http.timeout, "max_retries": 0}
        self.openai = openai.AsyncOpenAI(base_url=self.url, api_key=self.key or "none", **options)
        # Without a key of its own the client would take OPENAI_API_KEY, which is meant for someone else.
        self.headers = {} if self.key else {"Authorization": openai.Omit()}

    @property
    def site(self) -> Site:
        where = address.shown(self.url)
        setting = "openai_compatible.url"
        if not self.url.rstrip("/").endswith("/v1"):
            setting += " (most servers want /v1 at its end)"
        return Site(where, where, setting, _HINT, _KEY_HINT)

    async def close(self) -> None:
        await self.http.aclose()

    def explained(self, error: Exception) -> HearthError:
        """What went wrong, for the user."""
        import httpx
        import openai

        if isinstance(error, openai.APIStatusError):
            return self.refused(error.status_code, error.response.text)
        if isinstance(error, openai.APITimeoutError | openai.APIConnectionError) and error.__cause__:
            error = error.__cause__ if isinstance(error.__cause__, Exception) else error
        if isinstance(error, httpx.HTTPError):
            return unreachable(self.site, error, self.patience)
        if isinstance(error, openai.APIError):
            return refusal(self.site, 0, error.body or error.message)
        return no_protocol(self.site, "the OpenAI protocol")

    def refused(self, status: int, body: object) -> HearthError:
        if status == 404 and self.models:
            offered = ", ".join(self.models[:8])
            return RequestRefused(
                f"{self.site.name} refused the request: {error_text(body)}. It offers: {offered}."
            )
        return refusal(self.site, status, body)


def completions(connection: Connection, fields: Mapping[str, Any]) -> Stream:
    """POST /completions; `fields` are those of the API."""

    async def ask() -> Any:
        return await connection.openai.completions.create(
            **fields, temperature=0.0, stream=True, extra_headers=connection.headers
        )

    return _events(connection, ask, lambda choice: (choice.text or "", ""))


def chat(connection: Connection, model: str, request: ChatRequest, extra: Mapping[str, Any]) -> Stream:
    """POST /chat/completions; `extra` are fields beyond the API's."""

    async def ask() -> Any:
        return await connection.openai.chat.completions.create(
            model=model,
            messages=[{"role": message.role, "content": message.content} for message in request.messages],
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            stream=True,
            extra_body=dict(extra),
            extra_headers=connection.headers,
        )

    def read(choice: Any) -> tuple[str, str]:
        beyond = choice.delta.model_extra or {}
        return choice.delta.content or "", beyond.get("reasoning_content") or beyond.get("reasoning") or ""

    return _events(connection, ask, read)


async def infill(connection: Connection, fields: Mapping[str, Any]) -> Stream:
    """POST /infill of llama-server; `fields` are those of its README."""
    import httpx

    url = f"{root_of(connection.url)}/infill"
    body = {**fields, "temperature": 0.0, "stream": True}
    try:
        async with connection.http.stream("POST", url, json=body) as response:
            if not response.is_success:
                await response.aread()
                error = connection.refused(response.status_code, response.text)
                raise InfillUnsupported(str(error)) if response.status_code in (404, 501) else error
            async with aclosing(_server_sent(response.aiter_lines())) as messages:
                async for message in messages:
                    if "error" in message:
                        raise connection.refused(0, message)
                    if message.get("content"):
                        yield Piece(message["content"])
                    if message.get("stop"):
                        reason = _REASONS.get(message.get("stop_type", ""), "eog")
                        yield Finished(reason, _usage(None, message.get("timings")))
                        return
    except (httpx.HTTPError, ValueError) as error:
        raise connection.explained(error) from error
    raise cut_off(connection.site)


async def _events(
    connection: Connection, ask: Callable[[], Any], read: Callable[[Any], tuple[str, str]]
) -> Stream:
    """What the OpenAI client streams. `read` gives the text and the reasoning of one choice."""
    import httpx
    import openai

    began, reason, usage, timings = False, "", None, None
    try:
        async with aclosing(await ask()) as chunks:
            async for chunk in chunks:
                began, connection.answering = True, str(chunk.model or "")
                usage = chunk.usage or usage
                timings = (chunk.model_extra or {}).get("timings") or timings
                for choice in chunk.choices[:1]:
                    text, thinking = read(choice)
                    if thinking:
                        yield Piece(thinking, "thinking")
                    if text:
                        yield Piece(text)
                    reason = choice.finish_reason or reason
    except (openai.OpenAIError, httpx.HTTPError, ValueError, AttributeError, TypeError) as error:
        raise connection.explained(error) from error
    if not began:
        raise no_protocol(connection.site, "a stream of the OpenAI protocol")
    if not reason:
        raise cut_off(connection.site)
    yield Finished(_REASONS.get(reason, "eog"), _usage(usage, timings))


async def _server_sent(lines: AsyncIterator[str]) -> AsyncGenerator[dict[str, Any], None]:
    """The JSON objects of server-sent events, each on one "data:" line as llama-server writes them."""
    async for line in lines:
        if line.startswith("data:"):
            message = json.loads(line.removeprefix("data:"))
            if not isinstance(message, dict):
                raise ValueError(f"not an object: {line[:80]}")
            yield message


def _usage(usage: Any, timings: Any) -> Usage:
    """`timings` is llama-server's and says more than `usage`, which any server may send."""
    if isinstance(timings, dict):
        cached, evaluated = timings.get("cache_n") or 0, timings.get("prompt_n") or 0
        return Usage(
            prompt_tokens=cached + evaluated,
            cached_tokens=cached,
            evaluated_tokens=evaluated,
            generated_tokens=timings.get("predicted_n") or 0,
            prefill_ms=timings.get("prompt_ms") or 0.0,
            decode_ms=timings.get("predicted_ms") or 0.0,
        )
    if usage is None:
        return Usage()
    details = getattr(usage, "prompt_tokens_details", None)
    cached = (details.cached_tokens or 0) if details else 0
    prompt = usage.prompt_tokens or 0
    return Usage(prompt, cached, prompt - cached, usage.completion_tokens or 0)
