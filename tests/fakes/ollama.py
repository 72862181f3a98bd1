"""Ollama as its clients see it: the shapes and messages of its documentation and source."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.http import HttpServer, Reply, Request, Streamed

QWEN_TEMPLATE = (
    "{{- if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>"
    "{{- else }}<|im_start|>user\n{{ .Prompt }}<|im_end|>\n{{- end }}"
)

_WEIGHTS, _TEMPLATE = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
PULL_STEPS: list[dict[str, Any]] = [
    {"status": "pulling aaaaaaaaaaaa", "digest": _WEIGHTS, "total": 900},
    *(
        {"status": "pulling aaaaaaaaaaaa", "digest": _WEIGHTS, "total": 900, "completed": n}
        for n in (300, 600, 900)
    ),
    {"status": "pulling bbbbbbbbbbbb", "digest": _TEMPLATE, "total": 100, "completed": 100},
    {"status": "verifying sha256 digest"},
    {"status": "writing manifest"},
]


# What /api/show tells of qwen2.5-coder:7b: 56 KiB of KV cache for each token.
QWEN_7B = {
    "general.architecture": "qwen2",
    "qwen2.context_length": 32768,
    "qwen2.block_count": 28,
    "qwen2.embedding_length": 3584,
    "qwen2.attention.head_count": 28,
    "qwen2.attention.head_count_kv": 4,
}


@dataclass
class FakeOllama:
    """`capabilities` per model that is there. `pieces` and `thinking` are what every model says.

    A token of a prompt is 3.3 characters. What its window cannot hold is cut at the front without a word (`seen`
    is what is left), unless the request says `truncate: false`.
    """

    capabilities: dict[str, list[str]] = field(default_factory=lambda: {"coder": ["completion", "insert"]})
    templates: dict[str, str] = field(default_factory=dict)
    pieces: Sequence[str] = ("value", " + ", "1")
    thinking: Sequence[str] = ()
    keeps_to_limit: bool = False  # true: a piece is a token, and num_predict ends the answer
    remote: dict[str, str] = field(default_factory=dict)  # models that run elsewhere, and where
    parameters: str = ""  # of every model's file
    info: dict[str, Any] = field(default_factory=lambda: dict(QWEN_7B))
    default_window: int = 4096  # OLLAMA_CONTEXT_LENGTH
    knows_truncate: bool = True  # older ones do not
    login: str = ""  # the Authorization that something in front of it wants
    seen: list[str] = field(default_factory=list)
    done_reason: str = "stop"
    pause: float = 0.0  # before each piece
    busy: int = 0  # so many requests are refused first
    error_after: int | None = None  # pieces, then an error inside the stream
    abort_after: int | None = None  # pieces, then the connection breaks
    end_after: int | None = None  # pieces, then the stream ends without a last message
    library: Sequence[str] = ()  # models that can be pulled
    pull_pause: float = 0.0  # before each step of a pull
    pull_error: str = ""  # in the middle of a pull, inside the stream
    pull_ends_after: int | None = None  # steps, then the stream of a pull ends
    http: HttpServer = field(init=False)

    def __post_init__(self) -> None:
        self.http = HttpServer(self._handle)

    async def _handle(self, request: Request) -> Reply | Streamed:
        if self.login and request.headers.get("authorization") != self.login:
            return Reply(401, "<html><title>401 Authorization Required</title></html>")
        routes = {"/api/show": self._show, "/api/generate": self._generate, "/api/chat": self._chat}
        if (request.method, request.path) == ("GET", "/api/tags"):
            rows = [{"name": name, "model": name, "size": 1, "digest": "0" * 64} for name in self.capabilities]
            return Reply(200, {"models": rows})
        if request.method != "POST" or request.path not in (*routes, "/api/pull"):
            return Reply(404, "404 page not found", {"content-type": "text/plain"})
        if wrong := _refused(request.body):
            return Reply(400, {"error": wrong})
        model = request.body.get("model", "")
        if request.path == "/api/pull":
            return Streamed("application/x-ndjson", self._pull(model))
        if model not in self.capabilities:
            return Reply(404, {"error": f"model '{model}' not found"})
        if self.busy and request.path != "/api/show":
            self.busy -= 1
            return Reply(503, {"error": "server busy, please try again.  maximum pending requests exceeded"})
        if request.path != "/api/show" and (model in self.remote or re.search(r":([^:]*-)?cloud$", model)):
            return Reply(401, {"error": "unauthorized", "signin_url": "https://ollama.com/connect?name=x&key=y"})
        return routes[request.path](model, request.body)

    def _show(self, model: str, body: dict[str, Any]) -> Reply:
        elsewhere = {"remote_host": self.remote[model], "remote_model": model} if model in self.remote else {}
        return Reply(
            200,
            {
                **elsewhere,
                "modelfile": "FROM /models/blobs/sha256-00\n",
                "parameters": self.parameters,
                "template": self.templates.get(model, "{{ .Prompt }}"),
                "details": {"format": "gguf", "family": "qwen2", "families": ["qwen2"]},
                "model_info": self.info,
                "capabilities": self.capabilities[model],
            },
        )

    def _generate(self, model: str, body: dict[str, Any]) -> Reply | Streamed:
        if body.get("suffix") and "insert" not in self.capabilities[model]:
            return Reply(400, {"error": f"registry.ollama.ai/library/{model}:latest does not support insert"})
        if body.get("raw") and (body.get("template") or body.get("system") or body.get("context")):
            return Reply(400, {"error": "raw mode does not support template, system, or context"})
        return self._streamed(model, body, "response")

    def _chat(self, model: str, body: dict[str, Any]) -> Reply | Streamed:
        return self._streamed(model, body, "message")

    def _streamed(self, model: str, body: dict[str, Any], key: str) -> Reply | Streamed:
        if body.get("think") and "thinking" not in self.capabilities[model]:
            return Reply(400, {"error": f'"{model}" does not support thinking'})
        options = body.get("options") or {}
        window = options.get("num_ctx") or self._own_window()
        prompt = body.get("prompt", "") + body.get("suffix", "")
        prompt += "".join(each["content"] for each in body.get("messages", []))
        if len(prompt) / 3.3 > window:
            if self.knows_truncate and body.get("truncate") is False:
                return Reply(400, {"error": "the prompt is longer than the context length currently available"})
            prompt = prompt[-int(window * 3.3 / 2) :]
        self.seen.append(prompt)
        limit = options.get("num_predict", -1)
        return Streamed("application/x-ndjson", self._lines(model, key, limit, body.get("think") is not False))

    def _own_window(self) -> int:
        written = re.search(r"num_ctx\s+(\d+)", self.parameters)
        return int(written[1]) if written else self.default_window

    async def _pull(self, model: str) -> AsyncIterator[bytes]:
        yield _line({"status": "pulling manifest"})
        if model not in self.library:
            yield _line({"error": "pull model manifest: file does not exist"})
            return
        for number, step in enumerate(PULL_STEPS):
            if number == self.pull_ends_after:
                return
            if self.pull_error and number == len(PULL_STEPS) // 2:
                yield _line({"error": self.pull_error})
                return
            await asyncio.sleep(self.pull_pause)
            yield _line(step)
        self.capabilities = {**self.capabilities, model: ["completion", "insert"]}
        yield _line({"status": "success"})

    async def _lines(self, model: str, key: str, limit: int, thinks: bool) -> AsyncIterator[bytes]:
        """Thoughts are tokens just as the answer is. A model without the ability "thinking" cannot be stopped."""
        base = {"model": model, "created_at": "2025-11-01T10:00:00.000000Z"}
        can_stop = "thinking" in self.capabilities[model] and not model.startswith("gpt-oss")
        thoughts = self.thinking if thinks or not can_stop else ()
        if limit < 0 or not self.keeps_to_limit:
            limit = len(thoughts) + len(self.pieces)
        for thought in thoughts[:limit]:
            yield _line({**base, **_content(key, "", thought), "done": False})
        for number, piece in enumerate(self.pieces[: max(0, limit - len(thoughts))]):
            if number == self.error_after:
                yield _line({"error": "an error was encountered while running the model: CUDA error"})
                return
            if number == self.abort_after:
                raise ConnectionAbortedError
            if number == self.end_after:
                return
            await asyncio.sleep(self.pause)
            yield _line({**base, **_content(key, piece, ""), "done": False})
        counts = {"prompt_eval_count": 26, "prompt_eval_duration": 325953000, "eval_duration": 4709213000}
        totals = {"total_duration": 10706818083, "load_duration": 6338219291, "eval_count": len(self.pieces)}
        is_cut = len(thoughts) + len(self.pieces) > limit
        last = {"done": True, "done_reason": "length" if is_cut else self.done_reason}
        yield _line({**base, **_content(key, "", ""), **last, **counts, **totals})


# What Go's decoder takes for each field, and what it calls that type.
_FIELDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "model": (str, "string"),
    "prompt": (str, "string"),
    "suffix": (str, "string"),
    "system": (str, "string"),
    "template": (str, "string"),
    "stream": (bool, "bool"),
    "raw": (bool, "bool"),
    "truncate": (bool, "bool"),
    "shift": (bool, "bool"),
    "messages": (list, "[]api.Message"),
    "options": (dict, "map[string]interface {}"),
}
_OPTIONS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "num_predict": (int, "integer"),
    "num_ctx": (int, "integer"),
    "temperature": ((int, float), "float32"),
    "stop": (list, "array"),
}


def _refused(body: Any) -> str:
    """What is wrong with the types of a body, in Ollama's words; "" where nothing is."""
    if not isinstance(body, dict):
        return "missing request body"
    for name, (kind, called) in _FIELDS.items():
        if body.get(name) is not None and not isinstance(body[name], kind):
            return f"json: cannot unmarshal into Go struct field GenerateRequest.{name} of type {called}"
    for name, (kind, called) in _OPTIONS.items():
        value = (body.get("options") or {}).get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            return f'option "{name}" must be of type {called}'
    if any(not isinstance(each, str) for each in (body.get("options") or {}).get("stop") or []):
        return 'option "stop" must be of an array of strings'
    think = body.get("think")
    if think is not None and not isinstance(think, bool) and think not in ("low", "medium", "high"):
        return f'invalid think value: "{think}" (must be "high", "medium", "low", true, or false)'
    kept = body.get("keep_alive")
    if kept is not None and not isinstance(kept, str | int | float):
        return "json: cannot unmarshal into Go struct field GenerateRequest.keep_alive of type api.Duration"
    if isinstance(kept, str) and not re.fullmatch(r"-?(\d+(\.\d*)?(ns|us|ms|s|m|h))+", kept):
        return f'time: missing unit in duration "{kept}"'
    return ""


def _content(key: str, text: str, thinking: str) -> dict[str, Any]:
    thought = {"thinking": thinking} if thinking else {}
    if key == "response":
        return {"response": text, **thought}
    return {"message": {"role": "assistant", "content": text, **thought}}


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"
