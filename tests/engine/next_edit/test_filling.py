"""A hole that a rule knows, and a model fills if it is sure."""

from collections.abc import AsyncGenerator

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.frames import Budget
from hearth.engine.completion.prompt_state import WarmPrompts
from hearth.engine.next_edit.filling import Hole, end_of_value, fill
from hearth.engine.next_edit.predictor import filled, find
from hearth.engine.types import CompletionRequest, Finished, FinishReason, Piece, Priority
from tests.engine.next_edit.playing import Player, played

CALL = "def total(a⟦→, rate⟧):\n    return a * rate\n\n\nx = total(1)\n"


class DoubtfulBackend(ScriptedBackend):
    """Says its pieces with less and less certainty."""

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        probability = 1.0
        for text in self.pieces:
            probability *= 0.5
            yield Piece(text, probability=probability)
        yield Finished(FinishReason.STOP)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1, 2", "1"),
        ("f(1, 2), 3", "f(1, 2)"),
        ("x) + 1", "x"),
        ("[1, 2])", "[1, 2]"),
        ('"a, b)")', '"a, b)"'),
        ("1\n", "1"),
        ("{'a': 1}]", "{'a': 1}"),
    ],
)
def test_a_value_ends_at_its_comma_or_bracket(text: str, value: str) -> None:
    end = end_of_value(text)
    assert end is not None and text[:end] == value


def test_a_value_that_goes_on_has_no_end() -> None:
    assert end_of_value("f(1, 2") is None and end_of_value("'a, ") is None


async def test_the_argument_that_a_call_lacks_is_written_by_the_model() -> None:
    player, hole = hole_of(CALL)
    backend = ScriptedBackend(["0.", "2", ")", " and more"])
    value = await answer(player, hole, backend)
    assert value == "0.2"
    suggestion = filled(player.question(), hole, value)
    assert suggestion is not None and suggestion.text == "x = total(1, 0.2)"
    (request,) = backend.requests
    assert request.priority == Priority.ACTION and request.prompt.typed.endswith("total(1, ")  # type: ignore[union-attr]


async def test_what_the_model_is_not_sure_of_is_not_shown() -> None:
    player, hole = hole_of(CALL)
    assert await answer(player, hole, DoubtfulBackend(["0.2"])) == "0.2"
    assert await answer(player, hole, DoubtfulBackend(["0", ".2"])) is None


async def test_nothing_is_written_that_nobody_waits_for() -> None:
    player, hole = hole_of(CALL)
    document = player.documents["a.py"]
    prompts = WarmPrompts(ScriptedBackend(["0.2", ")"]), Budget(100, 100))
    assert await fill(prompts, document, hole, lambda: False) is None


async def test_what_is_no_value_is_not_shown() -> None:
    player, hole = hole_of(CALL)
    for pieces in (["", ")"], ["f(1"], ["\n"]):
        assert await answer(player, hole, ScriptedBackend(pieces)) is None, pieces


def test_an_argument_by_its_name_where_the_call_has_such_ones() -> None:
    _, hole = hole_of("def total(a⟦→, rate⟧):\n    return a\n\n\nx = total(a=1)\n")
    assert hole.before == ", rate="


@pytest.mark.parametrize(
    "marked",
    [
        "def total(a⟦→, rate=1⟧):\n    return a\n\n\nx = total(1)\n",
        "def total(a⟦→, rate⟧):\n    return a\n\n\nx = total(*b)\n",
        "def total(a⟦→, rate⟧):\n    return a\n\n\nx = total(1, 2)\n",
        "def total(⟦→rate, ⟧a):\n    return a\n\n\nx = total(1)\n",
    ],
)
def test_no_hole_where_no_argument_is_missing_or_its_place_is_not_clear(marked: str) -> None:
    assert find(played("a.py", marked).question()) is None


def hole_of(marked: str) -> tuple[Player, Hole]:
    player = played("a.py", marked)
    hole = find(player.question())
    assert isinstance(hole, Hole)
    return player, hole


async def answer(player: Player, hole: Hole, backend: ScriptedBackend) -> str | None:
    prompts = WarmPrompts(backend, Budget(100, 100))
    return await fill(prompts, player.documents["a.py"], hole, lambda: True)
