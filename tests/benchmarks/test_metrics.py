import pytest

from tests.benchmarks.metrics import (
    Acceptance,
    Kind,
    Step,
    acceptance,
    first_line,
    interval,
    is_first_line_right,
    percentile,
    summarise,
    wrong_characters,
)


def step(
    ghost: str,
    following: str,
    key: str = "x",
    pressed: int = 1,
    is_new: bool = True,
    ms: float = 10,
    kind: Kind = "warm",
) -> Step:
    return Step("a.py", "python", kind, ms, ghost, following, key, pressed, is_new)


@pytest.mark.parametrize(
    ("ghost", "following", "taken"),
    [
        ("width * height", "width * height\n", Acceptance("width * height", 1)),
        ("a = 1\n    b = 2", "a = 1\n    b = 2\n", Acceptance("a = 1\n    b = 2", 1)),
        ("a = 1\n    wrong", "a = 1\n    b = 2", Acceptance("a = 1", 1)),
        ("\n    b = 2\n    wrong", "\n    b = 2\n    c", Acceptance("\n    b = 2", 1)),
        ("width * depth", "width * height", Acceptance("width *", 2)),
        ("value", "values", None),
        ("a", "a + b", None),
        ("", "anything", None),
        ("wrong", "right", None),
        ("(depth", "(height)", None),
    ],
)
def test_as_much_is_accepted_as_is_right(ghost: str, following: str, taken: Acceptance | None) -> None:
    assert acceptance(ghost, following, words=True) == taken


def test_words_are_accepted_only_when_asked_for() -> None:
    assert acceptance("width * depth", "width * height") is None
    assert acceptance("size * 2", "size * 2\n") == Acceptance("size * 2", 1)


def test_white_space_behind_a_suggestion_is_not_held_against_it() -> None:
    assert acceptance("return size  \n", "return size\n") == Acceptance("return size", 1)


def test_the_first_line_is_the_first_that_says_something() -> None:
    assert first_line("a\nb") == "a"
    assert first_line("\n    a\n    b") == "\n    a"


def test_a_first_line_is_right_when_it_is_the_rest_of_the_line() -> None:
    assert is_first_line_right("size * 2\nwrong", "size * 2\nright")
    assert not is_first_line_right("size", "size * 2")
    assert not is_first_line_right("size * 2 + 1", "size * 2")


def test_wrong_characters_are_those_behind_the_last_right_one() -> None:
    assert wrong_characters(step("width * depth", "width * height")) == len("depth")
    assert wrong_characters(step("size", "size\n")) == 0
    assert wrong_characters(step("size\nmore", "size")) == len("\nmore")


def test_a_suggestion_that_stays_is_counted_once() -> None:
    assert wrong_characters(step("epth", "height", is_new=False)) == 0


def test_an_accepted_line_costs_one_key() -> None:
    summary = summarise([step("size * 2", "size * 2", "size * 2", 1), step("", "\n    ", "\n    ", 1)])
    assert summary.keystrokes_saved == pytest.approx(1 - 2 / 9)


def test_latencies_are_told_apart_by_kind() -> None:
    steps = [step("", "x", kind="first", ms=900), step("", "x", kind="rested", ms=80)]
    summary = summarise([*steps, *(step("", "x", ms=float(ms)) for ms in range(1, 101))])
    assert (summary.first_ms, summary.rested_ms) == (900, 80)
    assert (summary.p50_ms, summary.p95_ms) == (52, 96)  # of the 96 that took 5 ms or more
    assert summary.mean_ms == 50.5
    assert summary.at_once == pytest.approx(0.04)


def test_figures_without_data_are_missing_not_zero() -> None:
    summary = summarise([step("", "x")])
    assert summary.first_ms is summary.evaluated is summary.first_line_right is None


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([3, 1, 2], 50) == 2
    assert percentile([], 50) is None


def test_wilson_interval() -> None:
    assert interval(50, 100) == pytest.approx((0.404, 0.596), abs=0.001)
    assert interval(0, 10)[0] == 0
    assert interval(10, 10)[1] == 1
