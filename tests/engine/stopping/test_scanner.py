"""Where answers end: text with a cursor mark `‸`, what the model says, what is shown and why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.completion.tail import closers_at, tail_at
from hearth.engine.context import parsed
from hearth.engine.languages import language_of
from hearth.engine.stopping.rules import RULES
from hearth.engine.stopping.scanner import Mode, StopScanner, policy_at
from hearth.engine.types import StopPolicy

PYTHON = language_of("python")
# text, mode, what the model would say, what is left of it, the rule that ended it
CASES: list[tuple[str, Mode, str, str, str]] = [
    ("x = ‸\n", "line", "1 + 2\ny = 3\n", "1 + 2", "line_end"),
    ("x = 1‸\n", "line", "\ny = 2\nz = 3\n", "\ny = 2", "line_end"),
    ("for x in ‸:\n    pass\n", "line", "range(10):\n    print(x)\n", "range(10):", "closed_again"),
    ("x = 1‸\n", "line", "\ny = f(\n    2,\n)\nz = 3\n", "\ny = f(\n    2,\n)", "line_end"),
    ("‸\n", "line", "if a:\n    b()\n    c()\nd()\n", "if a:\n    b()\n    c()", "line_end"),
    ("‸\n", "line", "x = a and \\\n    b\nc()\n", "x = a and \\\n    b", "line_end"),
    ("f(‸b)\n", "span", "a, b)\nmore()\n", "a, ", "line_completed"),
    ("print(‸)\n", "line", '"a", foo(b)\nprint()\n', '"a", foo(b)', "line_end"),
    ("x = total(‸)\nreturn x\n", "line", "a, b)\nreturn x\n", "a, b)", "closed_again"),
    ("x = total(‸)\nprint(x)\n", "span", "a,\n    b)\nprint(x)\n", "a,\n    b)", "closed_again"),
    ("x = f(‸)\ny\n", "span", "a, (b)\nif c)\nd\n", "a, (b)\nif c)", "closed_again"),
    ("x = [‸]\n", "span", "1]\ny = 2\n", "1]", "closed_again"),
    ("x = {\n  'a': ‸,\n  'b': 2}\n", "span", "1,\n  'b': 2}\n", "1,", "closed_again"),
    # the text below
    (
        "for (;;) {‸}\ninfo = merge(info, exact);\n",
        "span",
        "\n  if (a) {\n    info = merge(info, exact);\n    b();\n  }\n}\ninfo = merge(info, exact);\n",
        "\n  if (a) {\n    info = merge(info, exact);\n    b();\n  }\n}",
        "closed_again",
    ),
    (
        "def f(a, b):\n    ‸\n\ndef g():\n    pass\n",
        "span",
        "return a + b\n\ndef g():\n    pass\n",
        "return a + b",
        "span_end",
    ),
    (
        "items = []\n‸\nprint(sorted(items))\n",
        "block",
        "items.append(1)\nprint(sorted(items))\nmore()\n",
        "items.append(1)",
        "text_below",
    ),
    ("value = nu‸mbers[0] + offset\n", "line", "mbers[0] + offset\n", "", "text_below"),
    ("def f():\n‸    return x\n", "span", "    x = 1\n    return x\n", "    x = 1\n", "line_completed"),
    ("def f():\n‸    return x\n", "line", "    x = 1\n    y = 2\n", "    x = 1\n", "line_end"),
    # blocks
    ("if x:\n    ‸\n", "block", "a()\n    b()\nelse:\n    c()\n", "a()\n    b()", "block_end"),
    ("while x:‸\n", "block", "\n    a()\n    b()\nc()\n", "\n    a()\n    b()", "block_end"),
    ("function f() {‸\n", "block", "\n  return 1;\n}\n\nf();\n", "\n  return 1;\n}", "block_end"),
    ("function f() {‸\n}\n", "block", "\n  return 1;\n}\n\nf();\n", "\n  return 1;", "block_end"),
    ("def f():\n    ‸\n", "block", "a()\n\n    b()\n", "a()", "block_end"),
    ("def f():\n‸\n", "block", "    a()\n\n# Tests\nf()\n", "    a()", "block_end"),
    # a span stays inside the outermost block
    ("def f():\n‸\n", "span", "    a()\n\n# Tests\nf()\n", "    a()", "span_end"),
    ("def f():\n    x = ‸\n", "span", "1\n    return x\n\n\ndef g():\n    pass\n", "1\n    return x", "span_end"),
    # what would never run
    (
        "def f():\n    ‸\n",
        "block",
        "if a:\n        return 1\n    return 2\n    print(a)\n",
        "if a:\n        return 1\n    return 2",
        "after_jump",
    ),
    ("for x in y:\n    ‸\n", "span", "break\n    a()\n", "break", "after_jump"),
    ("def f():\n    ‸\n    use(x)\n", "span", "x = 1\n    return x\n    go()\n", "x = 1", "after_jump"),
    ("def f():\n‸    use(x)\n", "span", "    x = 1\n    return x\n    go()\n", "    x = 1\n", "after_jump"),
    (
        "a = 1\n‸\n",
        "span",
        "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
        "def f():\n    return 1",
        "span_end",
    ),
    ("a = 1\n‸\n", "span", "b = 2\n\nc = 3\nd(c)\n", "b = 2\n\nc = 3\nd(c)", "trimmed"),
    # running on
    ("‸", "block", "a = 1\n```\nThis code", "a = 1", "mark"),
    ("‸", "span", "a()\nb()\na()\na()\na()\na()\n", "a()\nb()\na()", "repetition"),
    ("‸", "span", "a()\n" + 40 * "\n" + "b()\n", "a()", "repetition"),
    ("x = [‸", "line", "1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, ", "1, 2, 3,", "repetition"),
    ("    ‸\n", "block", "a()\n    # one\n    # two\n    # three\n    # four\n", "a()", "comment_run"),
]


def complete(text: str, mode: Mode, said: str, step: int = 1) -> tuple[str, str]:
    offset = text.index("‸")
    text = text.replace("‸", "")
    closers = closers_at(parsed.parse(text, PYTHON), offset) if tail_at(text, offset).is_closed else None
    answer = StopScanner(policy_at(text, offset, mode, PYTHON, closers))
    shown = ""
    for start in range(0, len(said), step):
        shown += answer.push(said[start : start + step])
        if answer.stopped:
            break
    return shown + answer.finish(), answer.end


@pytest.mark.parametrize(("text", "mode", "said", "shown", "rule"), CASES)
@pytest.mark.parametrize("step", [1, 3])
def test_answers_end_where_they_should(text: str, mode: Mode, said: str, shown: str, rule: str, step: int) -> None:
    assert complete(text, mode, said, step)[0] == shown
    if step == 1:
        assert complete(text, mode, said)[1] == rule


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("switch (a) {\n  case 1:\n    ‸\n", "block", "return 1;\n  case 2:\n    return 2;\n  }\n"),
        ("def f\n  ‸\nend\n", "block", "return 1 if a\n  return 2 unless b\n  3"),
        ("def f():\n    ‸\n", "span", "return sum(\n        a\n    )\n"),
        ("switch (a) {\n  case 1:\n    ‸\n  case 2:\n", "span", "go();\n  break;"),
        ("def f():\n    ‸\n    use(x)\n", "span", "return x"),
    ],
)
def test_what_can_run_stays(text: str, mode: Mode, said: str) -> None:
    text_said = complete(text, mode, said, step=len(said))[0]
    assert text_said == said.rstrip() or said.startswith(text_said + "\n  case"), text_said


BRANCH = "def f(a):\n    if a:\n        if a > 1:\n            ‸\n            return 3\n    return 4\n"
SAID = "return 2\n        else:\n"


def answered(said: str, knows_end: bool = False, own_end: bool = False) -> str:
    text, offset = BRANCH.replace("‸", ""), BRANCH.index("‸")
    answer = StopScanner(replace(policy_at(text, offset, "span", PYTHON, max_lines=40), knows_end=knows_end))
    shown = "".join(answer.push(char) for char in said)
    return shown + answer.finish(own_end=own_end)


def test_behind_a_guessed_end_the_text_below_may_still_be_reached() -> None:
    assert answered(f"{SAID}            return 3\n    return 4\n") == SAID.rstrip()


def test_where_the_text_below_is_not_reached_the_answer_ends_where_it_was_guessed() -> None:
    assert answered(f"{SAID}            go(1)\n") == "return 2"
    assert answered(SAID + "".join(f"            go({number})\n" for number in range(9))) == "return 2"
    assert answered(f"{SAID}            go()\ndef g():\n    return 3\n") == "return 2", "something new begins"


def test_an_answer_of_a_model_that_knows_its_end_is_cut_only_where_that_is_certain() -> None:
    said = SAID + "".join(f"            go({number})\n" for number in range(9))
    assert answered(said, knows_end=True, own_end=True) == said.rstrip()
    assert answered(said, knows_end=True) == "return 2", "it did not end by itself"
    assert answered(f"{said}            return 3\n    return 4\n", knows_end=True) == said.rstrip()


def test_every_rule_has_a_case() -> None:
    assert {name for name, _ in RULES} == {case[4] for case in CASES} - {"trimmed"} | {"too_long"}


def test_an_answer_has_no_more_lines_than_allowed() -> None:
    answer = StopScanner(StopPolicy(mode="span", max_lines=3))
    shown = "".join(answer.push(f"line_{number}()\n") for number in range(10))
    assert answer.rule == "too_long"
    assert shown + answer.finish() == "line_0()\nline_1()\nline_2()"


def test_an_answer_that_runs_on_is_cut_where_the_model_would_have_ended() -> None:
    answer = StopScanner(StopPolicy(mode="span"))
    answer.push("right()")
    answer.may_end_here(0.02)
    answer.push(" + wrong(")
    assert answer.finish() == "right()"


def test_an_answer_with_a_certain_end_is_not_cut_before_it() -> None:
    answer = StopScanner(StopPolicy(mode="line"))
    answer.push("right(")
    answer.may_end_here(0.02)
    answer.push(")\n")
    assert answer.finish() == "right()"


@given(
    st.text("ab (){}\n\t#:"),
    st.text("ab (){}\n\t#:"),
    st.text("ab (){}\n\t#:"),
    st.sampled_from(["line", "block", "span"]),
)
def test_what_streams_is_never_taken_back(above: str, below: str, said: str, mode: Mode) -> None:
    answer = StopScanner(policy_at(above + below, len(above), mode, PYTHON))
    shown = ""
    for char in said:
        shown += answer.push(char)
        assert answer.text.startswith(shown)
        if answer.stopped:
            break
    assert shown + answer.finish() == answer.text
    assert "".join(said.split()).startswith("".join(answer.text.split()))
