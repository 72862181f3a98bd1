"""The kinds of prompts that a backend has a form of its own for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.errors import RequestRefused
from hearth.engine.types import AnyRequest, ChatPrompt, ChatRequest, CompletionRequest, FimPrompt, Priority


class _Asked(Protocol):
    def complete(self, request: CompletionRequest) -> Stream: ...

    def chat(self, request: ChatRequest) -> Stream: ...


def by_kind(backend: _Asked, request: AnyRequest, others: Callable[[AnyRequest], Stream] | None = None) -> Stream:
    """The answer to a prompt, in the form that the backend has for its kind, or in that for all `others`.

    Raises `RequestRefused` where it has none.
    """
    forms: dict[type, Callable[[Any], Stream]] = {FimPrompt: backend.complete, ChatPrompt: backend.chat}
    form = forms.get(type(request.prompt), others)
    if form is None:
        raise RequestRefused('The chosen backend cannot do this: only the local one can (`backend = "local"`).')
    return form(request)


def ahead(request: CompletionRequest) -> CompletionRequest:
    """The same prompt, only to be evaluated, when nobody waits for anything else."""
    return replace(
        request,
        priority=Priority.WARM_UP,
        supersedes=f"warm-up of {request.cache_key}",
        prefill_only=True,
    )
