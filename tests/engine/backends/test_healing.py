from collections.abc import Sequence

import pytest

from engine.backends.healing import healed
from engine.backends.streaming import Stream
from engine.types import FimPrompt, Finished, Piece
from tests.engine.backends.asking import collect


@pytest.mark.parametrize(
    ("typed", "said", "answer"),
    [
        ("width * ", [" height"], "height"),
        ("width * ", ["height"], "height"),
        ("width *", [" height"], " height"),
        ("    ", ["  ", "  ", "return x"], "return x"),
        ("    ", ["        return x"], "    return x"),
        ("\t", ["\treturn x"], "return x"),
        ("\t", ["    return x"], "    return x"),
        ("x = \n", ["\ny"], "\ny"),  # a line's end is no blank
        ("    ", ["  "], ""),
        ("", [" a"], " a"),
    ],
)
async def test_blanks_left_of_the_cursor_are_left_to_the_model(
    typed: str, said: Sequence[str], answer: str
) -> None:
    asked: list[FimPrompt] = []

    async def ask(prompt: FimPrompt) -> Stream:
        asked.append(prompt)
        for text in said:
            yield Piece(text)
        yield Finished("eog")

    assert (await collect(healed(FimPrompt("above\n", "below\n", typed), ask))).text == answer
    assert asked == [FimPrompt("above\n", "below\n", typed.rstrip(" \t"))]
