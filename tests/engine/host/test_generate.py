"""One request for every kind of prompt: what it costs to add one, and what all of them share."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hearth.engine.host.layouts import LAYOUTS, LaidOut, Laying, Layout, Reader
from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.host.session import Session
from hearth.engine.types import (
    NO_RULES,
    ChatMessage,
    ChatPrompt,
    ChatRequest,
    CompletionRequest,
    FimPrompt,
    Finished,
    FinishReason,
    GenerationRequest,
    Members,
    ModelRef,
    Piece,
    Probe,
    Prompt,
    StopPolicy,
)
from tests.tiny_model import write_tiny_gguf

FILL = CompletionRequest(
    "a", FimPrompt("def a(self):\n", "\n\nb = 1\n", "    ret"), StopPolicy("span"), max_tokens=6
)
ASK = ChatRequest("c", ChatPrompt((ChatMessage("user", "Why?"),)), max_tokens=6)


class PlainPrompt(msgspec.Struct, frozen=True):
    """A kind of prompt that the engine does not know."""

    text: str


def plain(reader: Reader, prompt: PlainPrompt, window: int, answer_tokens: int) -> Laying:
    yield from ()
    return LaidOut(reader.model.tokenize(prompt.text))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path: Path = write_tiny_gguf(tmp_path_factory.mktemp("tiny") / "tiny.gguf")
    opened = Session(
        Model(str(path), LoadOptions(threads=1), lambda share: None), ModelRef("tiny", "", context=512)
    )
    yield opened
    opened.close()


def run(session: Session, request: Any) -> tuple[str, Finished]:
    """(the whole answer, its end)."""
    steps, text = session.generate(request), ""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return text, end.value
        text += step.text if isinstance(step, Piece) else ""


def probed(session: Session, request: Any) -> Probe:
    steps = session.probe(request)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Probe = end.value
            return found


def test_every_kind_of_prompt_has_a_layout() -> None:
    assert set(LAYOUTS) == set(Prompt.__args__)


def test_a_new_kind_of_prompt_is_a_type_and_a_layout(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAYOUTS, PlainPrompt, Layout("completion", 64, plain))
    request: Any = GenerationRequest("x", PlainPrompt("return self"), max_tokens=5)
    assert probed(session, request).prompt == "return self"
    text, end = run(session, request)
    assert text and (end.reason, end.usage.generated_tokens) == (FinishReason.LENGTH, 5)
    again = run(session, request)[1].usage
    assert again.evaluated_tokens <= 1, "it lies in the KV cache, as any prompt does"


@pytest.mark.parametrize("request_", [FILL, ASK], ids=["fim", "chat"])
def test_what_is_only_prefilled_is_there_when_it_is_asked_for(session: Session, request_: Any) -> None:
    text, end = run(session, replace(request_, prefill_only=True))
    assert (text, end.reason, end.usage.generated_tokens) == ("", FinishReason.DONE, 0)
    assert run(session, request_)[1].usage.evaluated_tokens <= 1


def test_what_is_inspected_is_what_is_evaluated(session: Session) -> None:
    for request in (FILL, ASK):
        found = probed(session, request)
        assert found.prompt_tokens == run(session, request)[1].usage.prompt_tokens
    assert "Why?" in probed(session, ASK).prompt


def test_members_guide_the_answer_of_a_model_and_cost_no_prompt(session: Session) -> None:
    """The tiny model says what it likes; a name that was begun becomes one of a complete list."""
    for typed, fitting in (("se", ("selfless", "self_made")), ("re", ("returned",)), ("self_", ("self_made",))):
        prompt = FimPrompt("def a(self):\n", "\n", f"    return self.{typed}")
        plain = CompletionRequest("m", prompt, NO_RULES, max_tokens=12)
        free, _ = run(session, plain)
        assert not any(f"{typed}{free}".startswith(name) for name in fitting)
        guided = msgspec.structs.replace(prompt, members=Members(fitting, True, typed))
        text, end = run(session, replace(plain, prompt=guided))
        assert any(f"{typed}{text}".startswith(name) for name in fitting), text
        assert end.usage.evaluated_tokens <= 1, "the prompt is the same"
        unknown = msgspec.structs.replace(prompt, members=Members(("other",), True, typed))
        assert run(session, replace(plain, prompt=unknown))[0] == free == run(session, plain)[0]
        assert probed(session, replace(plain, prompt=guided)) == probed(session, plain)
