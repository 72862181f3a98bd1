"""A text is written anew along its old form: the answer is that without a draft, and it takes fewer decodes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hearth.engine.host.drafts import Draft
from hearth.engine.host.native import Context, LoadOptions, Logits, Model
from hearth.engine.host.session import Session
from hearth.engine.types import Finished, FinishReason, ModelRef, Passage, Piece, RewritePrompt, RewriteRequest
from tests.fakes.tiny_models import write_tiny
from tests.tiny_model import write_tiny_gguf

HEAD = "x.py\n"
OLD = (
    "def total(prices):\n    return sum(prices)\n\n\ndef mean(prices):\n    if not prices:\n        return 0\n"
    "    return sum(prices) / len(prices)\n"
)


class Scripted(Context):
    """Evaluates as llama.cpp does; what follows is a function of the text so far: `script` goes on behind `HEAD`.

    `decodes` has the tokens of each decode, `aborted` those that are to end half way.
    """

    script = ""
    aborted: Iterator[bool] = iter(())

    def __init__(self, model: Model, sequences: int, length: int) -> None:
        super().__init__(model, sequences, length)
        self.decodes: list[int] = []
        self._held: dict[int, list[int]] = {}
        self._last: list[list[int]] = []
        pieces = model.pieces()
        self._bytes = {piece[0]: token for token, piece in enumerate(pieces) if len(piece) == 1}

    def decode(self, sequence: int, tokens: Sequence[int], position: int, all_logits: bool = False) -> bool:
        if next(self.aborted, False):
            return False
        assert super().decode(sequence, tokens, position, all_logits)
        self.decodes.append(len(tokens))
        held = [*self._held.get(sequence, [])[:position], *tokens]
        assert len(held) == position + len(tokens), "no token is missing in front of these"
        self._held[sequence] = held
        firsts = range(1, len(tokens) + 1) if all_logits else [len(tokens)]
        self._last = [held[: position + each] for each in firsts]
        return True

    def logits(self, index: int = -1) -> Logits:
        logits = np.zeros(self.model.vocab_size, np.float32)
        logits[self._next(b"".join(map(self.model.piece, self._last[index])))] = 20.0
        return logits

    def _next(self, said: bytes) -> int:
        """Behind a guess that is wrong any token will do."""
        answer, script = said[said.rindex(HEAD.encode()) + len(HEAD) :], self.script.encode()
        if not script.startswith(answer):
            return 0
        rest = script[len(answer) :]
        in_character = rest[:1] and 0x80 <= rest[0] < 0xC0
        tokens = [self._bytes[rest[0]]] if in_character else self.model.tokenize(rest.decode())
        return tokens[0] if tokens else self.model.end_tokens()[0]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    path: Path = write_tiny_gguf(tmp_path_factory.mktemp("tiny") / "tiny.gguf")
    opened = Model(str(path), LoadOptions(threads=1), lambda share: None)
    yield opened


@pytest.fixture
def session(model: Model) -> Iterator[Session]:
    yield from _session(model, Scripted)


@pytest.fixture
def random_session(model: Model) -> Iterator[Session]:
    yield from _session(model, Context)


def _session(model: Model, kind: Any) -> Iterator[Session]:
    opened = Session(model, ModelRef("tiny", "", context=1024), kind)
    yield opened
    opened.cache.context.close()


def request(draft: str, most: int = 400, text: str = HEAD) -> RewriteRequest:
    return RewriteRequest("next", RewritePrompt((Passage("<|file_sep|>", text),), draft), max_tokens=most)


def run(session: Session, asked: RewriteRequest) -> tuple[list[Piece], Finished]:
    steps, pieces = session.generate(asked), list[Piece]()
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return pieces, end.value
        pieces += [step] if step is not None else []


def said(session: Session, asked: RewriteRequest) -> str:
    return "".join(piece.text for piece in run(session, asked)[0])


EDITS = {
    "nothing": OLD,
    "a word": OLD.replace("prices):\n    return", "amounts):\n    return", 1),
    "a line added": OLD.replace("    if not", "    print(prices)\n    if not"),
    "a line removed": OLD.replace("        return 0\n", ""),
    "a line changed": OLD.replace("return 0", "return None  # there are none"),
    "two places": OLD.replace("total(prices)", "total(all)").replace("return 0", "return 1"),
    "more at the end": OLD + "\n\nprint(mean([]))\n",
    "less": OLD[:60],
    "all of it": "nothing is as it was",
    "characters of several tokens": OLD.replace("0", "'漢😀'"),
}


@pytest.mark.parametrize("new", EDITS.values(), ids=EDITS.keys())
def test_what_is_said_is_what_is_said_without_a_draft(session: Session, new: str) -> None:
    Scripted.script = new
    pieces, end = run(session, request(OLD))
    assert "".join(piece.text for piece in pieces) == new
    plain_pieces, plain_end = run(session, request(""))
    assert [piece.text for piece in pieces] == [piece.text for piece in plain_pieces]
    assert np.allclose([piece.probability for piece in pieces], [each.probability for each in plain_pieces])
    assert end.reason == plain_end.reason == FinishReason.EOG
    assert end.usage.generated_tokens == plain_end.usage.generated_tokens


def test_a_text_that_stays_is_verified_in_a_few_batches(session: Session) -> None:
    Scripted.script = OLD
    context: Any = session.cache.context
    _, end = run(session, request(OLD))
    tokens = end.usage.generated_tokens
    assert tokens > 100 and len(context.decodes) <= 2 + tokens // 64 + 1


@pytest.mark.parametrize(
    ("name", "new_tokens"), [("a word", 7), ("a line added", 17), ("a line removed", 0), ("a line changed", 24)]
)
def test_only_what_is_new_is_written_token_by_token(session: Session, name: str, new_tokens: int) -> None:
    """The tiny vocabulary has about one token for each letter."""
    Scripted.script = EDITS[name]
    context: Any = session.cache.context
    _, end = run(session, request(OLD))
    single = sum(count == 1 for count in context.decodes)
    assert end.usage.generated_tokens > 100
    assert single <= new_tokens + 3, context.decodes
    assert len(context.decodes) <= single + 12, context.decodes


@pytest.mark.parametrize("most", [0, 1, 5, 63, 64, 65, 66])
def test_an_answer_has_no_more_tokens_than_were_asked_for(session: Session, most: int) -> None:
    Scripted.script = OLD
    _, end = run(session, request(OLD, most))
    assert (end.reason, end.usage.generated_tokens) == (FinishReason.LENGTH, most)


def test_batches_that_are_aborted_are_done_again(session: Session) -> None:
    random = Random(1)
    for name, new in EDITS.items():
        Scripted.script = new
        Scripted.aborted = iter([random.random() < 0.5 for _ in range(60)])
        assert said(session, request(OLD, text=f"{name}\n{HEAD}")) == new


def test_where_llama_cpp_refuses_to_go_back_all_is_evaluated_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = iter([True, False, True])
    keep = session.cache.context.keep
    monkeypatch.setattr(
        session.cache.context, "keep", lambda index, count: not next(refused, False) and keep(index, count)
    )
    Scripted.script = EDITS["two places"]
    assert said(session, request(OLD)) == EDITS["two places"]


def test_given_up_half_way_the_cache_has_what_is_really_there(session: Session) -> None:
    Scripted.script = EDITS["two places"]
    for turns in range(1, 40, 3):
        steps = session.generate(request(OLD))
        for _ in zip(range(turns), steps, strict=False):
            pass
        steps.close()
        assert said(session, request(OLD)) == EDITS["two places"]


def test_drafts_of_every_kind_change_nothing_of_what_random_weights_say(random_session: Session) -> None:
    """What the model says itself is the draft, with mistakes in it: tokens in one batch are those one by one."""
    random, tokens = Random(0), 0
    for text in (HEAD, OLD, "return self", "for self in", "x", "def re = 1\n", "漢", "    "):
        plain, plain_end = run(random_session, request("", 60, text))
        answer = "".join(piece.text for piece in plain)
        drafts = [answer, answer[1:], answer[: len(answer) // 2], OLD, "\n", answer[::-1]]
        for _ in range(10):
            at, size = random.randrange(len(answer) + 1), random.randrange(12)
            drafts.append(answer[:at] + OLD[at : at + random.randrange(12)] + answer[at + size :])
        for draft in drafts:
            pieces, end = run(random_session, request(draft, 60, text))
            assert [piece.text for piece in pieces] == [piece.text for piece in plain], draft
            assert (end.reason, end.usage.generated_tokens) == (plain_end.reason, plain_end.usage.generated_tokens)
        tokens += plain_end.usage.generated_tokens
    assert tokens > 150


def test_a_model_that_keeps_a_state_writes_it_without_a_draft(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "tiny.gguf", "mamba")
    opened = Session(
        Model(str(path), LoadOptions(threads=1), lambda share: None), ModelRef("tiny", "", context=512)
    )
    try:
        plain = said(opened, request("", 20))
        assert said(opened, request(plain, 20)) == plain
    finally:
        opened.close()


def test_the_draft_goes_on_behind_a_new_line_and_after_a_wrong_try(model: Model) -> None:
    vocabulary: Any = SimpleNamespace(pieces=[bytes([code]) for code in range(128)])
    draft = Draft(list(b"one\ntwo\nthree\n"), vocabulary)
    for token in b"one\nnew\n":
        draft.said(token)
    assert bytes(draft.guess()) == b"thre", "the line after the one that is new"
    draft.said(ord("t"))
    draft.said(ord("w"))
    assert bytes(draft.guess()) == b"o\nth", "it was the line before"
    draft.said(ord("x"))
    assert bytes(draft.guess()) == b""
