"""How far a model's own end is trusted: measured once, kept, and learned on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hearth.engine.host import ends
from hearth.engine.host.ends import Ends
from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.host.session import Session
from hearth.engine.types import CompletionRequest, FimPrompt, ModelRef, Piece, StopPolicy
from tests.tiny_model import write_tiny_gguf


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path))
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    opened = Session(Model(str(path), LoadOptions(threads=1), lambda share: None), ModelRef("tiny", str(path)))
    yield opened
    opened.close()


def test_a_model_is_measured_once_and_what_was_found_is_kept(session: Session) -> None:
    assert ends.read(session.ref.path) is None
    steps = list(session.measure_ends())
    assert len(steps) > len(ends.known_ends()), "somebody else may have a turn in between"
    found = ends.read(session.ref.path)
    assert found is not None and found.of == len(ends.known_ends())
    assert list(session.measure_ends()) == [], "it is known"


def test_nobody_waits_for_a_sequence_while_it_is_measured(session: Session) -> None:
    for _ in session.measure_ends():
        assert not any(sequence.busy for sequence in session.cache.sequences)


def test_what_was_asked_meanwhile_is_answered(session: Session) -> None:
    request = CompletionRequest(
        "file:///a.py", FimPrompt("def f():\n", "\n"), StopPolicy(mode="span"), max_tokens=4
    )
    alone = [step for step in session.generate(request) if isinstance(step, Piece)]
    measuring = session.measure_ends()
    next(measuring)
    assert [step for step in session.generate(request) if isinstance(step, Piece)] == alone
    assert list(measuring), "and it goes on"


def test_every_known_end_stands_between_texts() -> None:
    assert len(ends.known_ends()) >= 10
    for prompt in ends.known_ends():
        assert prompt.above and prompt.typed.strip() and prompt.below


def test_what_a_model_does_later_counts_and_what_it_did_first_counts_less() -> None:
    found = ends.told(True)
    assert found is not None and found.are_known
    for _ in range(40):
        found = found.learned(False)
    assert not found.are_known
    for _ in range(60):
        found = found.learned(True)
    assert found.are_known and found.of <= 60


def test_a_model_that_finds_few_ends_is_not_trusted() -> None:
    assert not Ends(1, 12).are_known and Ends(9, 12).are_known and not Ends().are_known
    assert ends.told(None) is None


def test_a_damaged_file_is_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path))
    ends.write("a", Ends(1, 2))
    assert ends.read("a") == Ends(1, 2)
    ends._file().write_text("{")
    assert ends.read("a") is None
    ends.write("b", Ends(2, 2))
    assert ends.read("b") == Ends(2, 2)
