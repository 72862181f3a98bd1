import pytest

from hearth.engine.code_actions.edits import Edit, applied
from hearth.engine.code_actions.moved import moved
from hearth.engine.errors import EditRefused

OLD = "import os\n\n\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n"
START, END = OLD.index("def f"), OLD.index("\n\n\ndef g")
EDITS = (Edit(9, 9, "\nimport re"), Edit(OLD.index("1"), OLD.index("1") + 1, "3"))


@pytest.mark.parametrize(
    "typed",
    [
        ("import os", "# a comment\nimport os"),
        ("return 2", "return 22"),
        ("def g():\n    return 2\n", ""),
        ("def f", "X = 1\n\n\ndef f"),
        ("import os\n", "import os\nimport sys\n"),
    ],
)
def test_a_key_elsewhere_moves_the_edit(typed: tuple[str, str]) -> None:
    new = OLD.replace(*typed)
    expected = new.replace("import os", "import os\nimport re", 1).replace("return 1", "return 3")
    assert applied(new, moved(EDITS, OLD, new, START, END)) == expected


def test_keys_above_and_below_at_once_move_it_too() -> None:
    new = OLD.replace("import os\n", "import os\nA = 1\n").replace("return 2\n", "return 22\nB = 1\n")
    assert "    return 3\n" in applied(new, moved(EDITS, OLD, new, START, END))


@pytest.mark.parametrize("typed", [("return 1", "return 11"), ("def f", "def ff"), ("f():\n", "f():\n    x\n")])
def test_a_key_in_the_target_ends_it(typed: tuple[str, str]) -> None:
    with pytest.raises(EditRefused, match="changed meanwhile"):
        moved(EDITS, OLD, OLD.replace(*typed), START, END)
