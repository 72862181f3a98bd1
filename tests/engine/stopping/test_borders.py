"""Where a person would stop: nothing open, and nothing that wants more."""

import pytest

from hearth.engine.languages import language_of
from hearth.engine.stopping.borders import Beginning, is_whole, last_border, wants_more
from hearth.engine.stopping.pairs import Closers


def begun(
    head: str = "", language: str = "python", closers: Closers | None = None, prose: bool = False
) -> Beginning:
    return Beginning(head, closers or Closers(), language_of(language), prose)


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("", "total = price * rate"),
        ("", "return"),
        ("", "total += 1  # of all, and"),
        ("f", "or setter in setters:"),
        ("    ", "first,"),
        ("x = f(", "a, b)"),
        ("print(", "a"),
        ("", "names = [\n    one,\n]"),
        ("", "counter++"),
        ("", "let value = read()?"),
        ("", "class A:"),
    ],
)
def test_what_ends_where_a_person_would_stop(head: str, text: str) -> None:
    assert is_whole(text, begun(head, "rust" if "?" in text else "python"))


@pytest.mark.parametrize(
    "text",
    [
        "total = price *",
        "total =",
        "x = f(a,",
        "names = [",
        "if (ready) {",
        "value = a and",
        "x = not",
        "self.",
        'name = "half of a',
        "import",
        "x = y if",
        "std::",
    ],
)
def test_what_is_torn(text: str) -> None:
    assert not is_whole(text, begun(language="typescript" if "{" in text else "python"))


@pytest.mark.parametrize(
    ("text", "sure", "shown"),
    [
        ("total = price * rate", "total = price * ra", "total = price"),
        ("return errors.New(text)", "return errors.New(", "return errors.New"),
        ("x = f(a, b) + c", "x = f(a, b) + ", "x = f(a, b)"),
        ("x = f(a, b) + c", "x = f(a, ", "x = f"),
        ("for line in lines:", "for line in", "for line"),
        ("return", "retu", ""),
        ("if cfg.Ready {", "if cfg.Ready {", "if cfg.Ready"),
        ("weights[0]", "weig", ""),
    ],
)
def test_of_sure_words_those_up_to_a_border_are_left(text: str, sure: str, shown: str) -> None:
    language = "go" if "{" in text else "python"
    assert text[: last_border(text, len(sure), begun(language=language))] == shown


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("return", True),
        ("x =", True),
        ("a +", True),
        ("x", False),
        ("i++", False),
        ("pass", False),
        ("f(a)", False),
    ],
)
def test_an_end_is_not_believed_behind_what_wants_more(text: str, wants: bool) -> None:
    assert wants_more(text, begun("    ")) == wants
    assert not wants_more(text, begun("    ", prose=True))


def test_in_prose_a_sentence_or_a_clause_is_a_border() -> None:
    text = "The area of it, in square metres. Then more words"
    assert text[: last_border(text, len(text) - 6, begun(prose=True))] == "The area of it, in square metres."
    assert text[: last_border(text, 20, begun(prose=True))] == "The area of it,"


def test_in_a_string_the_border_is_its_end() -> None:
    closers = Closers('"', in_string=True)
    text = 'the name" + name'
    assert text[: last_border(text, 7, begun('x = "', closers=closers))] == ""
    assert text[: last_border(text, 9, begun('x = "', closers=closers))] == 'the name"'
