"""Models of many architectures in llama.cpp: whatever a sequence held before, its logits are a new one's."""

from collections.abc import Iterator

import numpy as np
import pytest

from hearth.engine.host import selftest
from hearth.engine.host.kv_cache import KvCache
from hearth.engine.host.native import Context, LoadOptions, Logits, Model
from hearth.engine.host.session import Session
from hearth.engine.types import (
    ChatMessage,
    ChatPrompt,
    ChatRequest,
    CompletionRequest,
    FimPrompt,
    ModelRef,
    Piece,
)
from tests.fakes.tiny_models import RECURRENT, write_tiny

ATTENTION = ("llama", "gemma3", "gpt-oss", "starcoder2")  # two of them with a sliding window of 32 tokens
PROMPT = [*range(20, 120)]
SEED = 1  # with which all of them say something


@pytest.fixture(scope="module", params=[*ATTENTION, *RECURRENT])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    path = write_tiny(tmp_path_factory.mktemp("models") / f"{request.param}.gguf", request.param, seed=SEED)
    model = Model(str(path), LoadOptions(threads=1), lambda share: None)
    yield model
    model.close()


@pytest.fixture
def context(model: Model) -> Iterator[Context]:
    context = Context(model, 3, 256)
    yield context
    context.close()


def fresh(model: Model, tokens: list[int]) -> Logits:
    context = Context(model, 1, 256)
    context.decode(0, tokens, 0)
    logits = context.logits()
    context.close()
    return logits


def evaluated(cache: KvCache, owner: str, prompt: list[int], warm_up: bool = False) -> Logits:
    with cache.sequence_for(owner, prompt, warm_up) as sequence:
        if rest := prompt[len(sequence.tokens) :]:
            assert cache.extend(sequence, rest)
        return sequence.last_logits()


def is_alike(left: Logits, right: Logits) -> bool:
    cosine = float(left @ right) / float(np.linalg.norm(left) * np.linalg.norm(right))
    # The same token, or one that is as probable.
    return cosine > 0.999 and bool(right[left.argmax()] > right.max() - 0.01)


def assert_alike(left: Logits, right: Logits) -> None:
    assert is_alike(left, right)


# What a sequence is asked one after the other; each is a way in which documents and chats use it again.
WAYS = {
    "it grows": [PROMPT[:60], PROMPT],
    "its end is typed anew": [PROMPT, [*PROMPT[:70], *range(130, 160)]],
    "it is asked once more": [PROMPT, PROMPT],
    "its end was deleted": [PROMPT, PROMPT[:50]],
    "it is another text": [PROMPT, [*range(200, 250)]],
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_was_in_a_sequence_the_logits_are_those_of_a_new_one(
    model: Model, context: Context, way: str
) -> None:
    cache = KvCache(context)
    for prompt in WAYS[way]:
        assert_alike(evaluated(cache, "a", prompt), fresh(model, prompt))


def test_the_beginning_that_two_documents_share_is_right_in_both(model: Model, context: Context) -> None:
    cache = KvCache(context)
    other = [*PROMPT[:90], *range(130, 190)]
    for owner, prompt in (("a", PROMPT), ("b", other), ("a", [*PROMPT, 7])):
        assert_alike(evaluated(cache, owner, prompt, warm_up=owner == "b"), fresh(model, prompt))


@pytest.mark.parametrize("count", [len(PROMPT), 60])
def test_a_copy_is_whole_or_empty(model: Model, context: Context, count: int) -> None:
    context.decode(0, PROMPT, 0)
    held = PROMPT[:count] if context.copy(0, 1, count) else []
    assert held or (model.keeps_a_state and count < len(PROMPT))
    context.decode(1, [*PROMPT[len(held) : count], 7, 8], len(held))
    assert_alike(context.logits(), fresh(model, [*PROMPT[:count], 7, 8]))
    context.decode(0, [9], len(PROMPT))
    assert_alike(context.logits(), fresh(model, [*PROMPT, 9]))


def said(session: Session, request: CompletionRequest | ChatRequest) -> str:
    steps = session.generate(request)
    return "".join(step.text for step in steps if isinstance(step, Piece))


def test_it_passes_the_self_test_fills_in_and_chats_the_same_the_second_time(model: Model) -> None:
    session = Session(model, ModelRef("tiny", "", context=512))
    assert selftest.run(session).sound
    fill = CompletionRequest("a", FimPrompt("def a(self):\n", "\n\nb = 1\n", "    ret"), max_tokens=6)
    ask = ChatRequest("c", ChatPrompt((ChatMessage("user", "Why?"),)), max_tokens=6)
    for request in (fill, ask):
        first, typed_on, again = said(session, request), said(session, fill), said(session, request)
        assert first == again and typed_on
    session.abort(longer_than=0)
    assert said(session, fill) == said(session, fill)
    session.cache.context.close()
    session.chat_cache().context.close()


def test_a_state_is_never_left_half_way(model: Model) -> None:
    """An abort would leave a state that belongs to no text: what cannot go back is left between its pieces."""
    session = Session(model, ModelRef("tiny", "", context=512))
    session.cache.context.evaluating = 64
    session.abort(longer_than=0)
    assert session.cache.context.abort != model.keeps_a_state
    session.cache.context.close()
