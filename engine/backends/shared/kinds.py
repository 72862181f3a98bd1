"""The kinds of prompts that a backend has a form of its own for."""

from dataclasses import replace
from typing import Protocol, cast

from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.errors import RequestRefused
from hearth.engine.types import AnyRequest, ChatPrompt, ChatRequest, CompletionRequest, FimPrompt, Priority


class _Asked(Protocol):
    def complete(self, request: CompletionRequest) -> Stream: ...

    def chat(self, request: ChatRequest) -> Stream: ...


def by_kind(backend: _Asked, request: AnyRequest) -> Stream:
    """The answer to a prompt, in the form that the backend has for its kind."""
    match request.prompt:
        case FimPrompt():
            return backend.complete(cast(CompletionRequest, request))
        case ChatPrompt():
            return backend.chat(cast(ChatRequest, request))
    raise RequestRefused("this backend has no form for such a prompt: set the backend to local")


def ahead(request: CompletionRequest) -> CompletionRequest:
    """The same prompt, only to be evaluated, when nobody waits for anything else."""
    return replace(
        request,
        priority=Priority.WARM_UP,
        supersedes=f"warm-up of {request.cache_key}",
        prefill_only=True,
    )
