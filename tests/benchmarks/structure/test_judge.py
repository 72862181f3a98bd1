import pytest

from hearth.engine.types import Completion
from tests.benchmarks.structure.judge import Verdict, errors, errors_of_answer, judge
from tests.benchmarks.structure.places import MARK, Place


def place(
    marked: str, truth: str, closers: str = "", language: str = "javascript", closing: bool = False
) -> Place:
    offset = marked.index(MARK)
    return Place(language, "a", "block", marked.replace(MARK, ""), offset, truth, closers, closing)


BLOCK = place("f(() => {‸});\ng();\n", "f(() => {\n  a(1);\n  b();\n});\ng();\n", "});")
CALL = place("x = f(‸)\ng();\n", "x = f(1, 2);\ng();\n", ")")
NESTED = place("f({\n  ‸\n}\n)\n", "f({\n  a: 1,\n  b: 2\n}\n)\n", "\n}\n)")
LINE = place("a();\n‸\nc();\n", "a();\nb(1);\nc();\n")
FRONT = place("{\n  ‸c();\n}\n", "{\n  b();\n  c();\n}\n")
QUOTED = place("f(`a ${‸}`);\n", "f(`a ${b} c`);\n", "}`);")
WORDS = place("if x then‸\ny()\n", "if x then\n  a()\n  b()\nend\ny()\n", language="lua", closing=True)


@pytest.mark.parametrize(
    ("where", "result", "shown"),
    [
        (BLOCK, "f(() => {\n  a(1);\n  b();\n});\ng();\n", "all"),
        (BLOCK, "f(() => {\n  a(1);  \n  b();\n});\ng();\n", "all"),  # blanks at the end of a line
        (BLOCK, "f(() => {\n  a(1);\n});\ng();\n", "part"),
        (BLOCK, "f(() => {});\ng();\n", "nothing"),
        (CALL, "x = f(1, 2);\ng();\n", "all"),
        (CALL, "x = f(1, 2)\ng();\n", "part"),  # the `;` was not said
        (NESTED, "f({\n  a: 1,\n}\n)\n", "part"),
        (LINE, "a();\nb(1);\nc();\n", "all"),
        (LINE, "a();\n\nc();\n", "nothing"),
        (FRONT, "{\n  b();\n  c();\n}\n", "all"),
        (QUOTED, "f(`a ${b} c`);\n", "all"),
        (QUOTED, "f(`a ${b}`);\n", "part"),
        (WORDS, "if x then\n  a()\n  b()\nend\ny()\n", "all"),
        (WORDS, "if x then\n  a()\ny()\n", "part"),  # its end was not said
    ],
)
def test_what_is_sound(where: Place, result: str, shown: str) -> None:
    assert judge(where, result) == Verdict(shown)


@pytest.mark.parametrize(
    ("where", "result", "damage"),
    [
        (BLOCK, "f(() => {\n  a(1);\n  b();});\ng();\n", "glued"),
        (BLOCK, "f(() => {\n  a(1);});\ng();\n", "glued"),
        (BLOCK, "f(() => {\n  a(1);\n  b();\n\n});\ng();\n", "stray line"),
        (BLOCK, "f(() => {\n  a(1);\n  b();\n  });\ng();\n", "indentation"),
        (BLOCK, "f(() => {\n    a(1);\n  b();\n});\ng();\n", "indentation"),
        (BLOCK, "f(() => {\n  a(1);\n  b();\n});});\ng();\n", "doubled"),
        (BLOCK, "f(() => {\n  a(1);\n  b();\n})\ng();\n", "lost"),  # the `;` that was there
        (BLOCK, "f(() => {\n  a(1);\n  b();\n});\n", "lost"),
        (BLOCK, "f(() => {\n  a(1\n});\ng();\n", "torn"),
        (BLOCK, "f(() => {\n  z(2);\n});\ng();\n", "other"),
        (BLOCK, "f(() => {\n  z((2);\n});\ng();\n", "syntax"),
        (CALL, "x = f(1, 2))\ng();\n", "doubled"),
        (CALL, "x = f(1, 2);\n\ng();\n", "stray line"),
        (CALL, "x = f(1, 2)\n\ng();\n", "stray line"),
        (CALL, "x = f(1,\n)\ng();\n", "stray line"),
        (CALL, "x = f(1, 2);\ng();\ng();\n", "doubled"),
        (NESTED, "f({\n  a: 1,\n})\n", "glued"),
        (LINE, "a();\nb(1);\nc();\nc();\n", "doubled"),
        (LINE, "a();\nb(1);\n\nc();\n", "stray line"),
        (LINE, "a();\nb(1);c();\n", "glued"),
        (FRONT, "{\n  b();  c();\n}\n", "glued"),
        (FRONT, "{\n  b();\nc();\n}\n", "indentation"),
        (QUOTED, "f(`a ${b} c`)`);\n", "doubled"),
        (QUOTED, "f(`a ${b} c`);`);\n", "doubled"),
        (QUOTED, "f(`a ${b}`;\n", "lost"),
    ],
)
def test_what_is_damage(where: Place, result: str, damage: str) -> None:
    assert judge(where, result).damage == damage


def test_a_closing_line_may_be_missing_only_if_it_was_not_said() -> None:
    result = "if x then\n  a()\n  b()\ny()\n"
    assert judge(WORDS, result, closing_said=False).damage == ""
    assert judge(WORDS, result, closing_said=True).damage == "no closing line"


def test_the_body_alone_is_sound_where_the_block_stays_open() -> None:
    where = place('x = {"a": {‸\n"b": 1}\n', 'x = {"a": {\n  "c": {\n    "d": 1\n  }\n},\n"b": 1}\n', closing=True)
    assert judge(where, 'x = {"a": {\n  "c": {\n    "d": 1\n  }\n"b": 1}\n') == Verdict("part")


def test_the_model_may_indent_as_it_likes_where_that_is_what_is_tried() -> None:
    result = "f(() => {\n\ta(1);\n    b();\n});\ng();\n"
    assert judge(BLOCK, result).damage == "indentation"
    assert judge(BLOCK, result, loose=True) == Verdict("all")


def test_an_indentation_that_breaks_the_code_is_damage_all_the_same() -> None:
    where = place("if x:‸\n", "if x:\n    a()\n    b()\n", language="python")
    assert judge(where, "if x:\n  a()\n  b()\n", loose=True) == Verdict("all")
    assert judge(where, "if x:\n    a()\n  b()\n", loose=True).damage == "syntax"


def test_what_a_beginning_opens_counts_as_closed() -> None:
    where = place("‸\n", "a();\nif (b) {\n  c();\n}\n")
    assert judge(where, "a();\nif (b) {\n") == Verdict("part")


def test_lines_that_end_too_late_are_damage() -> None:
    where = place("x = {‸}\n", 'x = {\n  "a": 1,\n  "b":\n    2\n}\n', "}")
    assert judge(where, 'x = {\n  "a": 1,\n}\n') == Verdict("part")
    assert judge(where, 'x = {\n  "a": 1,\n  "b":\n}\n').damage == "syntax"


def test_a_ruler_is_shown_whole_or_not_at_all() -> None:
    where = place("// a\n‸\nb();\n", "// a\n// ------\nb();\n")
    assert judge(where, "// a\n// ---\nb();\n").damage == "torn"


def test_errors_are_counted_with_and_without_a_grammar() -> None:
    assert errors("javascript", "f(1);\n") == 0 < errors("javascript", "f(1;\n")
    assert errors("kotlin", "f(1)\n") == 0 < errors("kotlin", "f(1\n")
    assert errors("kotlin", 'val a = "b"\n') == 0 < errors("kotlin", 'val a = {"b" + """c}\n')


def test_an_answer_adds_errors_unless_it_only_opens_something() -> None:
    text = "f();\n\ng();\n"
    assert errors_of_answer("javascript", text, Completion("if (a) {", 5, 5)) == (0, 0)
    assert errors_of_answer("javascript", text, Completion("if (a)) {", 5, 5))[1] > 0
    assert errors_of_answer("javascript", "f();\n", Completion("1)", 2, 3)) == (0, 0)
    assert errors_of_answer("javascript", "f();\n", Completion("1)", 2, 2))[1] > 0


def test_what_an_answer_began_may_still_end() -> None:
    assert errors_of_answer("python", "y\n\nz\n", Completion("x = 1 +", 2, 2)) == (1, 0)
    assert errors_of_answer("python", "y\n\nz\n", Completion("if x:", 2, 2)) == (1, 0)
    assert errors_of_answer("java", "class A { int f() { } }\n", Completion("return 1", 20, 20)) == (1, 0)
