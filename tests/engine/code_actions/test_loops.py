import pytest

from hearth.engine.code_actions.loops import without_loop

SENTENCE = "The function must return the sum of the items. "


def test_what_is_said_over_and_over_is_said_once() -> None:
    assert without_loop("First. " + SENTENCE * 4) == "First. " + SENTENCE
    assert without_loop("x = " + "1, " * 80).count("1") < 5


@pytest.mark.parametrize(
    "answer",
    [
        SENTENCE * 3,
        "".join(f"    assert f({number}) == {number}\n" for number in range(50)),
        "x\n" * 10 + "}\n" * 10,
        "-" * 500,
        "",
    ],
)
def test_what_only_resembles_itself_stays(answer: str) -> None:
    assert without_loop(answer) == answer


def test_what_the_code_repeats_may_be_repeated() -> None:
    row = "    0x00, 0x01, 0x02, 0x03,\n"
    assert without_loop(row * 9, known=row * 20) == row * 9
