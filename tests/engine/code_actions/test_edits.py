import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.code_actions.edits import (
    Edit,
    applied,
    fitted,
    indent_unit,
    minimal,
    refuse_errors,
    shown,
)
from hearth.engine.context.parsed import parse
from hearth.engine.errors import EditRefused
from hearth.engine.languages import language_of

PYTHON = language_of("python")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("if x:\n  y\n", "  "),
        ("if x:\n    y\n", "    "),
        ("if x:\n\ty\n", "\t"),
        ("class A:\n  def f():\n    x\n", "  "),
        ("x\n", "    "),
    ],
)
def test_the_indentation_of_a_text_is_known(text: str, unit: str) -> None:
    assert indent_unit(text) == unit


def test_code_takes_the_files_indentation_and_line_ends() -> None:
    file = "class A:\r\n\tdef f(self):\r\n\t\tpass\r\n"
    assert fitted("def f(self):\n    if x:\n        y", PYTHON, file, "\t") == (
        "def f(self):\r\n\t\tif x:\r\n\t\t\ty"
    )


def test_the_text_of_a_string_keeps_its_own_indentation() -> None:
    file = 'def f():\n    return """\nleft\n  two\n"""\n'
    assert fitted('def f():\n  return """\nleft\n  two\n"""', PYTHON, file, "") == file.rstrip("\n")


def test_a_method_is_shown_without_its_indentation() -> None:
    assert shown("def f(self):\n        return 1\n\n    # end", 4) == "def f(self):\n    return 1\n\n# end"


lines = st.lists(st.sampled_from(["a\n", "b\n", "  c\n", "\n", "d\r\n", "x" * 5]), max_size=12).map("".join)


@given(lines, lines, lines, lines)
def test_minimal_edits_give_exactly_the_new_text(before: str, old: str, new: str, after: str) -> None:
    text = before + old + after
    edits = minimal(text, len(before), len(before) + len(old), new)
    assert applied(text, edits) == before + new + after
    assert all(len(before) <= edit.start <= edit.end <= len(before) + len(old) for edit in edits)
    assert (not edits) == (old == new)


def test_minimal_edits_leave_equal_lines_alone() -> None:
    text = "one\ntwo\nthree\nfour\n"
    edits = minimal(text, 0, len(text), "one\n2\nthree\nfour\nfive\n")
    assert edits == (Edit(4, 7, "2"), Edit(19, 19, "five\n"))


def test_edits_that_add_syntax_errors_are_refused() -> None:
    code = parse("def f():\n    return 1\n", PYTHON)
    refuse_errors(code, (Edit(20, 21, "2"),))
    with pytest.raises(EditRefused, match="not valid code"):
        refuse_errors(code, (Edit(20, 21, "(2"),))


def test_edits_of_broken_code_may_leave_it_broken_elsewhere() -> None:
    code = parse("def f():\n    return 1\n\nx = (\n", PYTHON)
    refuse_errors(code, (Edit(20, 21, "2"),))
