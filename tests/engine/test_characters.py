"""Characters that nobody sees, or that a terminal obeys."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.characters import PlainStream, one_line, plain, quoted, without_new
from tests.nasty import FAMILY, LEGITIMATE, NASTY, hidden_in

letters = st.sampled_from(
    "a1#[]();0?P\\ \n\t\x1b\x07\x9b\x9d\x9c\r\x00\x7f\u200b\u200c\u200d\ufe0e\ufe0f\u20e3\u202e\u180f"
    "\ud800\U000e0041\U0001f469\u2764\u0628\U0001f3fd"
)
texts = st.lists(letters, max_size=14).map("".join) | st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_what_is_read_hides_nothing_and_commands_no_terminal(nasty: str) -> None:
    assert hidden_in(plain(nasty)) == set()
    assert hidden_in(one_line(nasty), "") == set()
    assert "\n" not in one_line(nasty) and len(one_line(nasty)) <= 200
    assert hidden_in(quoted(nasty), "") == set() and len(quoted(nasty)) <= 200


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\x1b[31;1mb\x1b[0m", "ab"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]52;c;cm0=\x1b\\b", "ab"),
        ("a\x9b2Jb", "ab"),
        ("a\x1bcb\x1b(0c", "abc"),
        ("a\x1b]never ended", "anever ended"),
        ("a\u202eb\u2066c", "abc"),
        ("pass\u200bword", "password"),
        ("a\u200db", "ab"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_a_command_goes_as_a_whole(written: str, read: str) -> None:
    assert plain(written) == read


@pytest.mark.parametrize("text", LEGITIMATE)
def test_writing_of_people_stays(text: str) -> None:
    assert plain(text) == text
    assert without_new(text, f"what the file has: {text}") == text


@given(texts)
def test_cleaning_is_done_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert hidden_in(plain(text)) == set()


@given(texts, st.lists(st.integers(0, 20), max_size=10))
def test_a_stream_is_cleaned_like_the_whole_however_it_is_cut(text: str, cuts: list[int]) -> None:
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    stream = PlainStream()
    pieces = [stream.push(text[start:end]) for start, end in pairwise(borders)]
    assert "".join([*pieces, stream.finish()]) == plain(text)


@pytest.mark.parametrize(
    "command", ["\x1b]52;c;cm0gLXJmIC8=\x07", "\x1b[38;5;196m", "\x1bP1$r\x1b\\", "\x9d0;t\x9c"]
)
def test_a_command_that_is_split_over_two_pieces_goes_too(command: str) -> None:
    for cut in range(1, len(command)):
        stream = PlainStream()
        said = stream.push(f"a{command[:cut]}") + stream.push(f"{command[cut:]}b") + stream.finish()
        assert said == "ab"


def test_a_command_without_an_end_holds_back_no_more_than_a_line() -> None:
    stream = PlainStream()
    said = "".join(stream.push("\x1b]" if not number else "word ") for number in range(1000))
    assert len(said) > 3000


@given(texts, texts)
def test_nothing_hidden_enters_a_file_that_has_it_not(answer: str, file: str) -> None:
    left = without_new(answer, file)
    assert hidden_in(left, "\n\t") <= set(file)
    assert [each for each in left if each.isalnum()] == [
        each for each in answer if each.isalnum() and each in left
    ]


def test_a_file_keeps_what_it_has() -> None:
    assert without_new(FAMILY, "") == "\U0001f469\U0001f469\U0001f467"
    assert without_new(f"x = '{FAMILY}'", f"y = '{FAMILY}'") == f"x = '{FAMILY}'"
    assert without_new("a\u202eb\u200b", "a \u202e") == "a\u202eb"
    assert without_new("a\x0c\nb", "x\x0c\n") == "a\x0c\nb"


def test_carriage_returns_of_an_answer_are_line_ends_and_not_characters() -> None:
    assert without_new("a\r\nb\rc", "x\ny") == "a\nbc"
    assert without_new("a\r\nb\rc", "x\r\ny") == "a\nbc"


def test_values_are_written_as_python_would() -> None:
    assert quoted("a\u202eb\n\x1b") == r"'a\u202eb\n\x1b'"
    assert quoted([1] * 100_000).startswith("[1, 1")


@pytest.mark.parametrize(
    "nasty", ["\x1b", "\x9d", "\x1b[" + "1;" * 50, "\x1b]" + "a" * 999, "\u200d", "1\ufe0f", "\x1b" + " " * 9]
)
def test_cleaning_takes_a_time_that_is_linear(nasty: str) -> None:
    def seconds(size: int) -> float:
        text = (nasty * size)[:size]
        began = time.thread_time()
        stream = PlainStream()
        stream.push(text)
        plain(text)
        return time.thread_time() - began

    few = min(seconds(40_000) for _ in range(3))
    assert min(seconds(400_000) for _ in range(3)) < 30 * few + 0.05
