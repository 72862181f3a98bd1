"""OpenAI-compatible servers as their clients see them; what each refuses is a row of `programs.PROGRAMS`."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

from tests.fakes.http import HttpServer, Reply, Request, Streamed
from tests.fakes.programs import PROGRAMS, is_templated, refused

QWEN_MARKS = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|repo_name|>", "<|file_sep|>")


@dataclass
class FakeOpenAI:
    kind: Literal["llama.cpp", "router", "vllm", "lmstudio", "ollama", "openai"] = "llama.cpp"
    models: Sequence[str] = ("qwen2.5-coder",)
    vocabulary: Sequence[str] = QWEN_MARKS  # the special tokens that llama-server's /tokenize knows
    can_tokenize: bool = True
    can_infill: bool = True
    pieces: Sequence[str] = ("value", " + ", "1")
    reasoning: Sequence[str] = ()  # thoughts, which come first and are tokens as well, of chats
    keeps_to_limit: bool = False  # true: a piece is a token, and max_tokens ends the answer
    always_thinks: bool = True  # false: `/no_think` in a question, or the program's own switch, keeps it from that
    raw_reasoning: bool = False  # true: thoughts are left in the text, between tags
    families: dict[str, Sequence[str]] = field(default_factory=dict)  # special tokens of each model, for a router
    templates: dict[str, str] = field(default_factory=dict)  # the same of chat templates
    remote: dict[str, str] = field(default_factory=dict)  # Ollama's models that run elsewhere, and where
    window: int = 4096
    chat_template: str = "{{ messages }}"
    finish_reason: str = "stop"
    answering: str = ""  # the model that answers; empty: the one that was asked for
    can_insert: bool = True  # whether Ollama's template of the model has a place for a suffix
    takes_system: bool = True  # whether the chat template takes a system role
    key: str = ""
    pause: float = 0.0  # before each piece
    loading: int = 0  # so many requests find the model still loading
    busy: int = 0  # so many requests for an answer are refused first
    refusal: tuple[int, Any] | None = None  # status and body of each answer
    error_after: int | None = None  # pieces, then an error inside the stream
    abort_after: int | None = None  # pieces, then the connection breaks
    http: HttpServer = field(init=False)

    def __post_init__(self) -> None:
        self.http = HttpServer(self._handle)

    async def _handle(self, request: Request) -> Reply | Streamed:
        if self.loading:
            self.loading -= 1
            return Reply(503, _error(503, "Loading model", "unavailable_error"))
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return Reply(401, _error(401, "Invalid API Key", "authentication_error"))
        program = PROGRAMS[self.kind]
        pages = ("/v1/models", "/props", "/health", "/api/version", "/api/v0/models")
        method = "GET" if request.path in pages else "POST"
        known = request.path in ("/v1/models", "/v1/completions", "/v1/chat/completions", *program.pages)
        if not known or request.method != method:
            return program.unknown(request.method, request.path)
        if request.path == "/v1/models":
            return Reply(200, {"object": "list", "data": [self._model(name) for name in self.models]})
        if request.path == "/health":
            return Reply(200, {"status": "ok"})
        if request.path == "/props":
            settings = {"n_ctx": self.window}
            props = {"default_generation_settings": settings, "total_slots": 1, "model_path": "m.gguf"}
            if self.kind == "router" and "model=" not in request.query:
                return Reply(200, {"role": "router", "default_generation_settings": {"params": None, "n_ctx": 0}})
            asked = parse_qs(request.query).get("model", [""])[0]
            return Reply(200, {**props, "chat_template": self.templates.get(asked, self.chat_template)})
        if request.path == "/api/version":
            return Reply(200, {"version": "0.13.5"})
        if request.path == "/api/v0/models":
            shared = {"object": "model", "type": "llm", "max_context_length": 131072}
            loaded = {"state": "loaded", "loaded_context_length": self.window}
            return Reply(200, {"data": [{"id": name, **shared, **loaded} for name in self.models]})
        if request.path == "/api/show":
            asked = request.body["model"]
            if asked not in self.models:
                return Reply(404, {"error": f"model '{asked}' not found"})
            elsewhere = {"remote_host": self.remote[asked], "remote_model": asked} if asked in self.remote else {}
            return Reply(200, {**elsewhere, "capabilities": ["completion"], "model_info": {}})
        if no := refused(program, request.path, request.body, tuple(self.models)):
            return no
        if request.path == "/tokenize":
            return self._tokenize(request.body)
        if request.path == "/v1/chat/completions":
            return self._answer(request.body, self._chat(request.body))
        if request.path == "/v1/completions":
            assert not is_templated(self.kind, request.body["prompt"]), "a raw prompt became a question"
            return self._answer(request.body, self._completion(request.body))
        if not self.can_infill:
            message = "Infill is not supported by this model: prefix token is missing. "
            return Reply(501, _error(501, message, "not_supported_error"))
        return self._answer(request.body, self._infill())

    def _answer(self, body: dict[str, Any], chunks: AsyncIterator[bytes]) -> Reply | Streamed:
        program = PROGRAMS[self.kind]
        if self.busy:
            self.busy -= 1
            return Reply(429, _error(429, "Too many requests", "rate_limit_error"))
        if self.refusal:
            return Reply(*self.refusal)
        if self.kind == "ollama" and body.get("suffix") and not self.can_insert:
            message = f"registry.ollama.ai/library/{body['model']}:latest does not support insert"
            return Reply(400, program.error(400, message, "invalid_request_error"))
        if not self.takes_system and any(each["role"] == "system" for each in body.get("messages", [])):
            return Reply(400, program.error(400, "System role not supported", "BadRequestError"))
        return Streamed("text/event-stream", chunks)

    def _model(self, name: str) -> dict[str, Any]:
        owner = PROGRAMS[self.kind].owner
        window = {"max_model_len": self.window} if self.kind == "vllm" else {}
        return {"id": name, "object": "model", "created": 1761991200, "owned_by": owner, **window}

    def _tokenize(self, body: dict[str, Any]) -> Reply:
        if not self.can_tokenize:
            return Reply(404, _error(404, "File Not Found", "not_found_error"))
        words = body["content"].split("\n")
        vocabulary = self.families.get(body.get("model", ""), self.vocabulary)
        pieces = [piece for word in words for piece in ([word] if word in vocabulary else [*word])]
        return Reply(200, {"tokens": [{"id": number, "piece": piece} for number, piece in enumerate(pieces)]})

    async def _chat(self, body: dict[str, Any]) -> AsyncIterator[bytes]:
        base = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1761991200,
            "model": self.answering or body["model"],
        }
        yield _event({**base, "choices": [_choice(delta={"role": "assistant", "content": None})]})
        thoughts = [] if self._is_kept_from_thinking(body) else [*self.reasoning]
        limit = body["max_tokens"] if self.keeps_to_limit else len(thoughts) + len(self.pieces)
        kind = "content" if self.raw_reasoning else "reasoning_content"
        if thoughts and self.raw_reasoning:
            thoughts = ["<think>\n", *thoughts, "\n</think>\n\n"]
        for thought in thoughts[:limit]:
            await asyncio.sleep(0)
            yield _event({**base, "choices": [_choice(delta={kind: thought})]})
        left = max(0, limit - len(thoughts))
        async for piece in self._spoken(left):
            yield (
                piece
                if isinstance(piece, bytes)
                else _event({**base, "choices": [_choice(delta={"content": piece})]})
            )
        if self.error_after is not None:
            return
        reason = "length" if left < len(self.pieces) else self.finish_reason
        yield _event({**base, "choices": [_choice(delta={}, finish_reason=reason)], **self._totals()})
        yield b"data: [DONE]\n\n"

    def _is_kept_from_thinking(self, body: dict[str, Any]) -> bool:
        if self.always_thinks:
            return False
        said = " ".join(message["content"] for message in body["messages"])
        switch = body.get("chat_template_kwargs", {}).get("enable_thinking")
        return "/no_think" in said or switch is False or body.get("reasoning_effort") == "none"

    async def _completion(self, body: dict[str, Any]) -> AsyncIterator[bytes]:
        base = {
            "id": "cmpl-1",
            "object": "text_completion",
            "created": 1761991200,
            "model": self.answering or body["model"],
        }
        async for piece in self._spoken():
            yield piece if isinstance(piece, bytes) else _event({**base, "choices": [_choice(text=piece)]})
        if self.error_after is not None:
            return
        yield _event({**base, "choices": [_choice(text="", finish_reason=self.finish_reason)], **self._totals()})
        yield b"data: [DONE]\n\n"

    async def _infill(self) -> AsyncIterator[bytes]:
        async for piece in self._spoken():
            message: dict[str, Any] = {"index": 0, "content": piece, "tokens": [], "stop": False, "id_slot": 0}
            yield piece if isinstance(piece, bytes) else _event(message)
        if self.error_after is not None:
            return
        stop_type = "limit" if self.finish_reason == "length" else "eos"
        last = {"content": "", "stop": True, "stop_type": stop_type, "stopping_word": "", "truncated": False}
        yield _event({**last, **self._totals()})

    async def _spoken(self, most: int | None = None) -> AsyncIterator[str | bytes]:
        """Pieces; bytes are an error event in the server's own form."""
        for number, piece in enumerate(self.pieces[:most]):
            if number == self.error_after:
                yield _event(_error(500, "context shift is disabled", "server_error"))
                return
            if number == self.abort_after:
                raise ConnectionAbortedError
            await asyncio.sleep(self.pause)
            yield piece

    def _totals(self) -> dict[str, Any]:
        if self.kind not in ("llama.cpp", "router"):
            counts = {"prompt_tokens": 30, "completion_tokens": len(self.pieces), "total_tokens": 33}
            return {"usage": counts}
        prompt = {"cache_n": 20, "prompt_n": 10, "prompt_ms": 50.0}
        return {"timings": {**prompt, "predicted_n": len(self.pieces), "predicted_ms": 60.0}}


def _choice(**fields: Any) -> dict[str, Any]:
    return {"index": 0, "finish_reason": None, "logprobs": None, **fields}


def _error(code: int, message: str, kind: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "type": kind}}


def _event(message: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(message)}\n\n".encode()
