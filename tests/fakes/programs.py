"""What each OpenAI-compatible program refuses, and in which words: one row of `PROGRAMS` each.

Sources: llama-server b11669 of Debian, plain and as a router, asked over HTTP; vLLM 0.32, asked over HTTP and
read; the reviews of LM Studio and Ollama. Where it is not known what a program does, it takes what it is sent.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.http import Reply

Body = dict[str, Any]
Check = Callable[[str, Any], str]  # the name of a field and its value -> what is wrong with it, or ""


@dataclass(frozen=True, slots=True)
class Program:
    """`models`: "any" name is answered to, only those "listed", or "routed": as listed, and a name is needed.

    `stops`: so many stop strings at most. `suffix`: "ignored", "refused" or "taken". `fields`: what is checked of
    the body. `pages`: paths beyond those of the API. `error` wraps a refusal; `unknown` answers what is not there.
    """

    owner: str
    models: str
    error: Callable[[int, str, str], Body]
    unknown: Callable[[str, str], Reply]
    fields: dict[str, Check]
    wrong_model: tuple[int, str] = (404, "")
    stops: int | None = None
    suffix: str = "ignored"
    pages: tuple[str, ...] = ()


def refused(program: Program, path: str, body: Any, models: tuple[str, ...]) -> Reply | None:
    """The program's refusal of that request, or None where it takes it."""
    if not isinstance(body, dict):
        return Reply(400, program.error(400, "the body is no JSON object", "invalid_request_error"))
    model = body.get("model")
    named = isinstance(model, str) and bool(model)
    if program.models == "routed" and not named:
        text = "model name is missing from the request"
        return Reply(400, program.error(400, text, "invalid_request_error"))
    for name, value in body.items():
        if wrong := program.fields.get(name, _anything)(name, value):
            return Reply(400, program.error(400, wrong, "invalid_request_error"))
    stops = body.get("stop")
    if program.stops is not None and isinstance(stops, list) and len(stops) > program.stops:
        return Reply(400, program.error(400, _STOPS, "Bad Request"))
    if program.models != "any" and named and model not in models:
        status, text = program.wrong_model
        return Reply(status, program.error(status, text.format(model, ", ".join(models)), "not_found_error"))
    needed = {"/v1/completions": "prompt", "/v1/chat/completions": "messages", "/infill": "input_suffix"}.get(path)
    if needed and needed not in body:
        return Reply(400, program.error(400, f"'{needed}' is required", "invalid_request_error"))
    if program.suffix == "refused" and body.get("suffix") is not None:
        text = "suffix is only supported for models with FIM completion rendering"
        return Reply(400, program.error(400, text, "BadRequestError"))
    return None


_STOPS = (
    "2 validation errors:\n  {'type': 'string_type', 'loc': 'body.stop', 'msg': 'Input should be a valid string', "
    "'input': '<list of 5 items>'}\n  {'type': 'too_long', 'loc': 'body.stop', 'msg': 'List should have at most 4 "
    "items after validation, not 5', 'input': '<list of 5 items>'}"
)


def _anything(name: str, value: Any) -> str:
    return ""


def _empty(said: str, check: Check) -> Check:
    return lambda name, value: check(name, value) or ("" if value else said.format(name))


def _number(low: float, said: str) -> Check:
    """As pydantic reads it: a number in words is one too."""

    def check(name: str, value: Any) -> str:
        try:
            number = float(value)
        except (TypeError, ValueError):
            return _VLLM.format(name, "")
        return "" if number >= low else said.format(name, value)

    return check


def _of(kind: type | tuple[type, ...], said: str) -> Check:
    def check(name: str, value: Any) -> str:
        is_bool = isinstance(value, bool) and kind is not bool
        return "" if isinstance(value, kind) and not is_bool else said.format(name, type(value).__name__)

    return check


def _strings(said: str) -> Check:
    def check(name: str, value: Any) -> str:
        values = value if isinstance(value, list) else []
        return "" if all(isinstance(each, str) for each in values) else said.format(name, "number")

    return check


def _between(low: float, high: float, check: Check, said: str) -> Check:
    return lambda name, value: check(name, value) or ("" if low <= value <= high else said.format(name, value))


_LLAMA = "Field '{0}': [json.exception.type_error.302] type must be {1}, but is "
_LLAMA_NUMBER = _of((int, float), _LLAMA.format("{0}", "number") + "{1}")
_LLAMA_FIELDS = {
    "max_tokens": _between(
        -1, 2**31 - 1, _LLAMA_NUMBER, "Field '{0}': Value must be between -1 <= value, but got {1}"
    ),
    "n_predict": _LLAMA_NUMBER,
    "temperature": _LLAMA_NUMBER,
    "n": _between(1, 1, _LLAMA_NUMBER, "Field '{0}': Value must be between 1 <= value <= 1, but got {1}"),
    "stream": _of(bool, _LLAMA.format("{0}", "boolean") + "{1}"),
    "stop": _strings(_LLAMA.format("{0}", "string") + "{1}"),
    "prompt": _of((str, list), '"{0}" elements must be a string, a list of tokens, or a list of mixed strings'),
    "input_extra": _of(list, '"{0}" must be an array of {{"filename": string, "text": string}}'),
    "messages": _of(list, "Expected '{0}' to be an array"),
}
_VLLM = "1 validation error: {{'type': 'string_type', 'loc': 'body.{0}', 'msg': 'Input should be a valid value'}}"
_VLLM_FIELDS = {
    "model": _of((str, type(None)), _VLLM),
    "max_tokens": _number(1, "{0} must be at least 1, got {1}. (parameter={0}, value={1})"),
    "temperature": _number(0, "{0} must be non-negative, got {1}. (parameter={0}, value={1})"),
    "n": _between(1, 1, _of(int, _VLLM), "{0} must be 1 when using greedy sampling, got {1}."),
    "stop": _strings(_VLLM),
    "prompt": _empty("Either {0} or prompt_embeds must be provided and non-empty.", _of((str, list), _VLLM)),
    "suffix": _of((str, type(None)), _VLLM),
    "messages": _empty("Cannot apply chat template to an empty conversation.", _of(list, _VLLM)),
    "skip_special_tokens": _of(bool, _VLLM),
    "stop_token_ids": _of(list, _VLLM),
    "chat_template_kwargs": _of(dict, _VLLM),
}
_EFFORTS = ("high", "medium", "low", "none")
_GO = "json: cannot unmarshal {1} into Go struct field CompletionRequest.{0}"
_GO_FIELDS = {
    "model": _of(str, _GO),
    "prompt": _of(str, _GO),
    "suffix": _of(str, _GO),
    "max_tokens": _of(int, _GO),
    "temperature": _of((int, float), _GO),
    "stream": _of(bool, _GO),
    "stop": _strings("invalid type for 'stop' field: float64"),
    "messages": _of(list, _GO),
    "reasoning_effort": lambda name, value: "" if value in _EFFORTS else f"invalid reasoning value: '{value}'",
}
_LM_FIELDS = {
    "prompt": _of((str, list), "'{0}' field is required"),
    "messages": _of(list, "'{0}' field is required"),
}


def _openai_error(status: int, text: str, kind: str) -> Body:
    return {"error": {"code": status, "message": text, "type": kind}}


def _vllm_error(status: int, text: str, kind: str) -> Body:
    return {"error": {"message": text, "type": kind, "param": None, "code": status}}


def _ollama_error(status: int, text: str, kind: str) -> Body:
    return {"error": {"message": text, "type": kind, "param": None, "code": None}}


def _lmstudio_unknown(method: str, path: str) -> Reply:
    """LM Studio says 200 to whatever it does not know."""
    return Reply(200, {"error": f"Unexpected endpoint or method. ({method} {path})"})


_LLAMA_PAGES = ("/props", "/tokenize", "/infill", "/health")
_NO_FILE = Reply(404, _openai_error(404, "File Not Found", "not_found_error"))

PROGRAMS: dict[str, Program] = {
    "llama.cpp": Program(
        owner="llamacpp",
        models="any",
        error=_openai_error,
        unknown=lambda method, path: _NO_FILE,
        fields=_LLAMA_FIELDS,
        pages=_LLAMA_PAGES,
    ),
    "router": Program(
        owner="llamacpp",
        models="routed",
        error=_openai_error,
        unknown=lambda method, path: _NO_FILE,
        fields=_LLAMA_FIELDS,
        wrong_model=(400, "model '{}' not found"),
        pages=_LLAMA_PAGES,
    ),
    "vllm": Program(
        owner="vllm",
        models="listed",
        error=_vllm_error,
        unknown=lambda method, path: Reply(404, {"detail": "Not Found"}),
        fields=_VLLM_FIELDS,
        wrong_model=(404, "The model `{0}` does not exist. Valid aliases: {1}."),
        stops=4,
        suffix="refused",
    ),
    "lmstudio": Program(
        owner="organization_owner",
        models="any",
        error=lambda status, text, kind: {"error": text},
        unknown=_lmstudio_unknown,
        fields=_LM_FIELDS,
        suffix="taken",
        pages=("/api/v0/models",),
    ),
    # OpenAI's own API and those that are as strict.
    "openai": Program(
        owner="openai",
        models="listed",
        error=_openai_error,
        unknown=lambda method, path: Reply(
            404, _openai_error(404, f"Invalid URL ({method} {path})", "invalid_request_error")
        ),
        fields={
            **_VLLM_FIELDS,
            **dict.fromkeys(
                ("skip_special_tokens", "stop_token_ids", "chat_template_kwargs", "n_predict"),
                lambda name, value: f"Unrecognized request argument supplied: {name}",
            ),
        },
        wrong_model=(404, "The model `{}` does not exist or you do not have access to it."),
        stops=4,
        suffix="taken",
    ),
    "ollama": Program(
        owner="library",
        models="listed",
        error=_ollama_error,
        unknown=lambda method, path: Reply(404, "404 page not found", {"content-type": "text/plain"}),
        fields=_GO_FIELDS,
        wrong_model=(404, "model '{}' not found"),
        suffix="taken",
        pages=("/api/version", "/api/show"),
    ),
}

_SPECIAL = re.compile(r"<\|[^|<>\s]{1,40}\|>")


def is_templated(kind: str, prompt: str) -> bool:
    """Ollama lays a prompt of /v1/completions out as a question: marks in it do not fill the middle."""
    return kind == "ollama" and bool(_SPECIAL.search(prompt))
