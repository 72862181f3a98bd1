"""Each kind of prompt reaches the form that a backend has for it."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.backends.shared.kinds import ahead, by_kind
from hearth.engine.errors import RequestRefused
from hearth.engine.types import GenerationRequest, Priority
from tests.engine.backends.asking import collect, completion, question


class OtherPrompt(msgspec.Struct, frozen=True):
    """A kind that no backend knows."""


async def test_a_prompt_is_answered_in_the_form_of_its_kind() -> None:
    backend = ScriptedBackend(["a = 1"], answers=[["It adds."]])
    assert (await collect(backend.generate(completion()))).text == "a = 1"
    assert (await collect(backend.generate(question()))).text == "It adds."


async def test_another_kind_is_refused_or_goes_where_all_others_go() -> None:
    backend = ScriptedBackend(["a = 1"])
    request: Any = GenerationRequest("x", OtherPrompt())
    with pytest.raises(RequestRefused, match="only the local one"):
        by_kind(backend, request)
    found = await collect(by_kind(backend, request, lambda other: backend.complete(completion())))
    assert found.text == "a = 1"


def test_a_warm_up_supersedes_only_warm_ups() -> None:
    request = completion()
    early = ahead(request)
    assert early.prefill_only and early.priority is Priority.WARM_UP
    assert early.supersedes not in ("", request.supersedes)
    assert ahead(replace(request, cache_key="file:///b.py")).supersedes != early.supersedes
    assert early.prompt == request.prompt and early.max_tokens == request.max_tokens, "the same tokens"
