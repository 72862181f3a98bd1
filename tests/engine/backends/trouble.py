"""What servers answer when something is wrong: one row of `TROUBLES` each, over every server that can do it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from hearth.engine.errors import BackendUnavailable, HearthError, PromptTooLong, RequestRefused
from tests.fakes.http import Reply, Request, Streamed

OLLAMA, LM_STUDIO, LLAMA_SERVER, VLLM = "Ollama", "LM Studio", "llama-server", "vLLM"
OPENAI = (LM_STUDIO, LLAMA_SERVER, VLLM)
ALL = (OLLAMA, *OPENAI)
# What each server wraps an error's text into.
SHAPES: dict[str, Callable[[int, str], Any]] = {
    OLLAMA: lambda status, text: {"error": text},
    LM_STUDIO: lambda status, text: {"error": text},
    LLAMA_SERVER: lambda status, text: {"error": {"code": status, "message": text, "type": "server_error"}},
    VLLM: lambda status, text: {"object": "error", "message": text, "type": "Error", "code": status},
}
# Where each server answers with text; all other requests are answered as ever.
ANSWERS = ("/api/generate", "/api/chat", "/v1/completions", "/v1/chat/completions", "/infill")


@dataclass(frozen=True, slots=True)
class Trouble:
    """`answer` makes the reply for a server; `error` and `says` (a pattern) are what the user learns."""

    name: str
    answer: Callable[[str], Reply | Streamed]
    error: type[HearthError]
    says: str
    servers: tuple[str, ...] = ALL


def _status(status: int, text: str, error: type[HearthError], says: str, **more: Any) -> Trouble:
    return Trouble(
        f"{status} {text}", lambda server: Reply(status, SHAPES[server](status, text)), error, says, **more
    )


def _body(name: str, status: int, body: Any, error: type[HearthError], says: str, **more: Any) -> Trouble:
    kind = {"content-type": "text/html"} if str(body).startswith("<") else {}
    return Trouble(name, lambda server: Reply(status, body, kind), error, says, **more)


def _stream(
    name: str,
    lines: Callable[[str], list[bytes]],
    error: type[HearthError],
    says: str,
    cut: bool = False,
    **more: Any,
) -> Trouble:
    def answer(server: str) -> Streamed:
        kind = "application/x-ndjson" if server == OLLAMA else "text/event-stream"
        return Streamed(kind, _chunks(lines(server), cut))

    return Trouble(name, answer, error, says, **more)


async def _chunks(lines: list[bytes], cut: bool) -> AsyncIterator[bytes]:
    for line in lines:
        yield line
        await asyncio.sleep(0)
    if cut:
        raise ConnectionAbortedError


def piece(server: str) -> bytes:
    """One good piece of an answer, in whatever form the request may have wanted."""
    if server == OLLAMA:
        return b'{"model":"m","response":"value","message":{"role":"assistant","content":"value"},"done":false}\n'
    choice = b'{"index":0,"text":"value","delta":{"content":"value"},"finish_reason":null}'
    return b'data: {"id":"1","object":"x","created":1,"model":"qwen2.5-coder","choices":[' + choice + b"]}\n\n"


def _said(server: str, line: bytes) -> bytes:
    return line + b"\n" if server == OLLAMA else b"data: " + line + b"\n\n"


PAGE = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
FASTAPI = {"detail": [{"loc": ["body", "prompt"], "msg": "field required", "input": {"prompt": "def secret():"}}]}

TROUBLES: list[Trouble] = [
    _status(400, "invalid options: num_ctx", RequestRefused, r"refused.*HTTP 400.*num_ctx"),
    _status(401, "Invalid API Key", RequestRefused, r"wants another key.*401.*api_key_env", servers=OPENAI),
    _status(401, "unauthorized", RequestRefused, r"wants another key.*401.*signin", servers=(OLLAMA,)),
    _status(403, "forbidden", RequestRefused, r"wants another key.*403"),
    _status(404, "File Not Found", RequestRefused, r"has nothing there.*404.*File Not Found", servers=(OLLAMA,)),
    _status(404, "The model `x` does not exist.", RequestRefused, r"does not exist.*It offers: ", servers=OPENAI),
    _status(405, "method not allowed", RequestRefused, r"HTTP 405"),
    _status(408, "request timeout", BackendUnavailable, r"took too long.*408.*try again"),
    _status(413, "request entity too large", PromptTooLong, r"does not fit.*413"),
    _status(422, "no such field", RequestRefused, r"HTTP 422.*no such field"),
    _status(429, "rate limit", BackendUnavailable, r"is not ready.*429.*rate limit"),
    _status(500, "llama runner process has terminated", BackendUnavailable, r"failed.*HTTP 500.*runner process"),
    _status(501, "not implemented", BackendUnavailable, r"failed.*HTTP 501"),
    _status(503, "server busy, please try again", BackendUnavailable, r"is not ready.*503.*server busy"),
    _status(504, "upstream timed out", BackendUnavailable, r"took too long.*504"),
    _body("FastAPI's 422 quotes the request", 422, FASTAPI, RequestRefused, r"HTTP 422\): field required$"),
    _body("an error without a body", 500, "", BackendUnavailable, r"HTTP 500\): no reason given"),
    _body("an error as a web page", 502, PAGE, BackendUnavailable, r"HTTP 502\): a web page, 502 Bad Gateway$"),
    _body("an error as bare JSON", 400, ["odd"], RequestRefused, r"odd", servers=OPENAI),
    _body("an error as bare JSON", 400, ["odd"], BackendUnavailable, "not Ollama's protocol", servers=(OLLAMA,)),
    _body("200 with an empty body", 200, "", BackendUnavailable, r"protocol|in the middle"),
    _body("200 with a web page", 200, PAGE, BackendUnavailable, r"sent something that is not .*protocol"),
    _body("200 with other JSON", 200, {"ok": True}, BackendUnavailable, r"protocol|in the middle"),
    Trouble(
        "a redirect",
        lambda server: Reply(307, "", {"location": "http://127.0.0.1:9/elsewhere"}),
        RequestRefused,
        r"sends its callers elsewhere \(HTTP 307\).*url",
    ),
    _stream(
        "broken JSON after a good piece",
        lambda server: [piece(server), _said(server, b'{"choi')],
        BackendUnavailable,
        r"not .*protocol",
    ),
    _stream(
        "a piece that is no object",
        lambda server: [piece(server), _said(server, b"[1]")],
        BackendUnavailable,
        r"not .*protocol",
    ),
    _stream("cut in the middle", lambda server: [piece(server)], BackendUnavailable, r"broke", cut=True),
    _stream("ended without its end", lambda server: [piece(server)], BackendUnavailable, r"in the middle"),
    _stream(
        "an error inside the stream",
        lambda server: [piece(server), _said(server, b'{"error":"CUDA error: out of memory"}')],
        RequestRefused,
        r"CUDA error: out of memory",
    ),
    _stream(
        "an error object inside the stream",
        lambda server: [
            piece(server),
            _said(server, b'{"error":{"code":500,"message":"context shift is disabled"}}'),
        ],
        RequestRefused,
        r"context shift is disabled",
        servers=OPENAI,
    ),
]

LOADS = _status(503, "Loading model", BackendUnavailable, "Loading model")


@dataclass
class Troubled:
    """Stands before a fake's own handler: while there is `trouble`, whoever wants an answer gets that."""

    server: str
    healthy: Callable[[Request], Any]
    trouble: Trouble | None = None
    seen: list[str] = field(default_factory=list)

    async def __call__(self, request: Request) -> Reply | Streamed:
        if self.trouble is not None and request.path in ANSWERS:
            self.seen.append(request.path)
            return self.trouble.answer(self.server)
        healthy: Reply | Streamed = await self.healthy(request)
        return healthy
