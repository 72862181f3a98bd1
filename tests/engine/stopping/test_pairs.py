"""What an answer closes of what stands right of the cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.languages import LANGUAGES, language_of
from hearth.engine.stopping.pairs import Closers, Pairing, pair

TEXT = True  # the cursor is in the text of a string

# language, what the model says, what stands right of the cursor, in a string?, how much of that is closed
CASES = [
    ("python", "x)", ")", False, 1),
    ("python", "x", ")", False, 0),
    ("python", "g(x)", ")", False, 0),
    ("python", "g(x))", ")", False, 1),
    ("python", "x])", "])", False, 2),
    ("python", "x)", "]", False, 0),
    ("python", "x))", ")", False, 1),
    ("python", "", ")", False, 0),
    ("javascript", "x);", ");", False, 2),
    ("javascript", "x;", ");", False, 0),
    ("python", "a, b):", "):", False, 2),
    ("python", "a, b):\n    return a", "):", False, 2),
    ("json", '1,\n  "b": 2\n', ",", False, 1),
    ("python", "0, 1", ",", False, 0),
    ("python", "[f'{x}', rb'(']\n)", ")", False, 1),
    ("haskell", "x' + f')", ")", False, 1),
    # quotes
    ("python", 'hello")', '")', TEXT, 2),
    ("python", "hello", '")', TEXT, 0),
    ("python", 'a" + "b"', '"', TEXT, 1),
    ("python", '"a"', '"', False, 0),
    ("python", "don't\")", '")', TEXT, 2),
    ("javascript", 'say \\"hi\\"");', '");', TEXT, 3),
    ("python", 'Return the "x" area."""', '"""', TEXT, 3),
    ("kotlin", 'one "two" three"""', '"""', TEXT, 3),
    ("", "world)", ')"', TEXT, 1),
    ("", 'world"', ')"', TEXT, 2),
    # code in strings, and strings in code
    ("python", 'name}!"', '}"', False, 2),
    ("python", "d['k']}\"", '}"', False, 2),
    ("python", 'f"{a}")', ")", False, 1),
    ("python", '"{")', ")", False, 1),
    ("python", '{"', '"', TEXT, 1),
    ("typescript", "user.name}!`;", "}`;", False, 3),
    ("typescript", "user.name}!", "}`;", False, 1),
    ("ruby", 'name}!"', '}"', False, 2),
    ("bash", 'ls)"', ')"', False, 2),
    ("bash", '$(ls)"', '"', TEXT, 1),
    ("vue", 'item)"', ')"', TEXT, 2),
    ("powershell", 'Number) is empty"', '"', False, 1),
    # blanks, tags, blocks, comments
    ("javascript", "'x' };", " };", False, 3),
    ("rust", "x: 0, y: 0 }", " }", False, 2),
    ("svelte", "() => count++}>Increment</button>\n", "}>", False, 2),
    ("javascript", "(item) => item.price);", ");", False, 2),
    ("javascript", "item) => item.price);", "));", False, 3),
    ("go", '\n\tf("}")\n\tif a {\n\t}\n}', "}", False, 1),
    ("python", "x  # not yet)\n)", ")", False, 1),
    ("rust", "<'a>(x)", ")", False, 0),
]


@pytest.mark.parametrize(("language", "answer", "closers", "in_string", "count"), CASES)
def test_what_an_answer_closes(language: str, answer: str, closers: str, in_string: bool, count: int) -> None:
    assert pair(answer, Closers(closers, in_string), language_of(language)).count == count


def test_a_long_string_is_ended_by_its_whole_quote() -> None:
    found = pair('Return the "x" area."""', Closers('"', True, '"""'), language_of("python"))
    assert found == Pairing(1, 23, ((20, 0),), "")


def test_what_is_left_open_is_told_innermost_first() -> None:
    assert pair("f(a[", Closers(")"), language_of("python")).open == "])"


@given(
    st.text("ab (){}[]<>\"'`\\\n$#,;:"),
    st.text(" )]}\"'`;:,>", max_size=6),
    st.booleans(),
    st.sampled_from(LANGUAGES),
)
def test_every_answer_can_be_paired(answer: str, closers: str, in_string: bool, language: object) -> None:
    found = pair(answer, Closers(closers, in_string), language)  # type: ignore[arg-type]
    assert 0 <= found.count <= len(closers)
    assert 0 <= found.end <= len(answer) + 2
    offsets = [offset for offset, _ in found.firsts]
    assert offsets == sorted(offsets)
