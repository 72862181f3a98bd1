"""What a question is about."""

import pytest

from hearth.engine.chat import passages
from hearth.engine.context.documents import Document

LINES = [f"x{number} = {number}" for number in range(60)]
FUNCTION = "\n\ndef add(a, b):\n    return a + b\n"


def shown(text: str, start: int, end: int) -> tuple[str, str, int | None, int | None]:
    document = Document("file:///a.py", text, "python", "/a.py")
    found = passages.passage(document, passages.around(document, start, end), "a.py")
    return found.text, found.why, found.first, found.last


@pytest.mark.parametrize(("start", "end"), [(0, 3), (3, 7), (0, 14)])
def test_a_selection_is_shown_in_whole_lines(start: int, end: int) -> None:
    text, why, first, last = shown("\n".join(LINES), start, end)
    assert (text, first) == ("x0 = 0" if end <= 7 else "x0 = 0\nx1 = 1", 0)
    assert (why, last) == ("selected", text.count("\n"))


def test_a_cursor_in_a_definition_shows_the_definition() -> None:
    text = "x = 1" + FUNCTION
    assert shown(text, text.index("return"), text.index("return")) == (
        *("def add(a, b):\n    return a + b", "add is around the cursor"),
        *(2, 3),
    )


@pytest.mark.parametrize(("line", "first", "last"), [(0, 0, 15), (30, 15, 45), (59, 44, 59)])
def test_a_cursor_elsewhere_shows_the_lines_near_it(line: int, first: int, last: int) -> None:
    text = "\n".join(LINES)
    start = text.index(LINES[line] + "\n") if line < 59 else len(text)
    assert shown(text, start, start)[1:] == ("near the cursor", first, last)


def test_a_secret_is_hidden_and_that_is_said() -> None:
    key = "gh" + "p_" + "aB3dE6gH9" * 4
    text, why, _, _ = shown(f'token = "{key}"\n', 0, 5)
    assert key not in text and "hidden" in why
