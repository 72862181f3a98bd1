"""Stopping with a real model and the real scheduler: what is generated after the stop is counted, not timed."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from hearth.engine.errors import HearthError
from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.host.scheduler import Job, Scheduler
from hearth.engine.host.session import Session
from hearth.engine.types import (
    ChatMessage,
    ChatPrompt,
    ChatRequest,
    Finished,
    FinishReason,
    ModelRef,
    Piece,
    Priority,
)
from tests.tiny_model import write_tiny_gguf

_SHORT = ChatRequest("short", ChatPrompt((ChatMessage("user", "x"),)), max_tokens=400)
_LONG = ChatRequest("long", ChatPrompt((ChatMessage("user", "def " * 600),)), max_tokens=400)


class OneModel:
    def __init__(self, session: Session) -> None:
        self._session = session

    def session(self, ref: ModelRef, *_: object) -> Session:
        return self._session

    def close(self) -> None:
        self._session.close()


@pytest.fixture
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    path = write_tiny_gguf(tmp_path_factory.mktemp("tiny") / "tiny.gguf")
    model = Model(str(path), LoadOptions(threads=1), lambda share: None)
    return Session(model, ModelRef("tiny", str(path), context=2048))


@pytest.fixture
def scheduler(session: Session) -> Iterator[Scheduler]:
    scheduler = Scheduler(OneModel(session))  # type: ignore[arg-type]  # all that it asks of `Models`
    scheduler.start()
    yield scheduler
    scheduler.stop()


@pytest.mark.parametrize("request_", [_LONG, _SHORT], ids=["behind a long prompt", "behind a short prompt"])
def test_stop_ends_the_generation_within_two_tokens(
    scheduler: Scheduler, session: Session, request_: ChatRequest
) -> None:
    pieces: list[Piece] = []
    evaluated_at_stop: list[int] = []
    ended = threading.Event()
    outcome: list[Finished | HearthError] = []

    def on_piece(piece: Piece) -> None:
        pieces.append(piece)
        if len(pieces) == 5:
            evaluated_at_stop.append(_evaluated(session))
            scheduler.cancel(lambda job: True)

    def on_end(end: Finished | HearthError) -> None:
        outcome.append(end)
        ended.set()

    begin = partial(Session.generate, request=request_)
    ref = ModelRef("tiny", "tiny")
    scheduler.submit(Job("client", 1, "long", Priority.CHAT, ref, begin, on_piece=on_piece, on_end=on_end))
    assert ended.wait(60)
    assert outcome == [Finished(FinishReason.CANCELLED)]
    assert len(pieces) - 5 <= 2
    assert _evaluated(session) - evaluated_at_stop[0] <= 2


def _evaluated(session: Session) -> int:
    """The tokens of the longest sequence of the chat's KV cache."""
    return max(len(sequence.tokens) for sequence in session.chat_cache().sequences)
