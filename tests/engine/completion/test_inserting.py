"""What a client inserts that cannot replace what is right of the cursor."""

import pytest

from hearth.engine.completion.inserting import inserted
from hearth.engine.library import Hearth
from hearth.engine.types import Completion


@pytest.mark.parametrize(
    ("said", "replaced", "wanted"),
    [
        ("x)", ")", "x"),
        ("x", "", "x"),
        ("x, [1])", "])", "x, [1"),  # nothing of it is lost where it ends otherwise
        ("x) + f(y)", ")", "x) + f(y"),
        ("x", ")", ""),  # it says nothing of what it replaces: inserted alone it would be wrong
        ("x):\n    pass", "):", "x"),
    ],
)
def test_what_is_right_of_the_cursor_may_stay(said: str, replaced: str, wanted: str) -> None:
    text = f"call({replaced}\n"
    assert inserted(Completion(said, 5, 5 + len(replaced)), text) == wanted


def test_scripts_get_no_closing_bracket_twice() -> None:
    with Hearth("width, height)", backend="scripted") as hearth:
        above, below = "def f(width, height):\n    return area(", ")\n"
        assert hearth.complete(above, below) == "width, height"
