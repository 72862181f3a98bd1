import pytest

from hearth.engine.code_actions.actions import ACTIONS, offered, title, too_long
from hearth.engine.code_actions.answers import without_mark
from hearth.engine.code_actions.prompts import prompt
from hearth.engine.code_actions.targets import ActionContext, Problem
from hearth.engine.context.parsed import parse
from hearth.engine.languages import LANGUAGES, Language
from tests.engine.code_actions.asked import acted, place, target


def names(marked: str, language: str = "python", problem: str = "") -> set[str]:
    return {row.id for row, _ in offered(place(marked, language, problem))}


def test_every_row_has_its_own_name_and_a_kind_below_the_protocols() -> None:
    assert len({row.id for row in ACTIONS}) == len(ACTIONS)
    assert all(row.kind.startswith(("quickfix.hearth.", "refactor.")) and row.id in row.kind for row in ACTIONS)


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        "raise NotImplementedError",
        'raise NotImplementedError("later")',
        '"""Doc."""\n    pass',
        "# TODO: write this\n    pass",
        '"""Doc only."""',
        "return None",
    ],
)
def test_a_function_without_a_body_can_be_implemented(body: str) -> None:
    assert "implement" in names(f"def ‸f(x):\n    {body}\n")


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ('function ‸f() {\n  throw new Error("not implemented");\n}\n', "typescript"),
        ("function f‸() {\n  // TODO\n}\n", "javascript"),
        ('package a\n\nfunc ‸F() int {\n\tpanic("TODO")\n}\n', "go"),
        ("fn ‸f() -> i32 {\n    todo!()\n}\n", "rust"),
        ("class A {\n  ‸f() {}\n}\n", "typescript"),
        ("class A {\n    fun ‸f(): Int {\n        // TODO\n    }\n}\n", "kotlin"),
        ("func ‸f() -> Int {\n}\n", "swift"),
        ("object A {\n  def ‸f(x: Int): Int = {\n  }\n}\n", "scala"),
        ("defmodule A do\n  def ‸f(x) do\n  end\nend\n", "elixir"),
        ("function ‸F {\n}\n", "powershell"),
    ],
)
def test_so_it_is_in_other_languages(marked: str, language: str) -> None:
    assert "implement" in names(marked, language)


@pytest.mark.parametrize(
    "marked",
    [
        "def ‸f(x):\n    return x\n",
        "@abstractmethod\ndef ‸f(x):\n    pass\n",
        "@overload\ndef ‸f(x): ...\n",
        "x = ‸1\n",
    ],
)
def test_what_is_complete_or_abstract_is_not_implemented(marked: str) -> None:
    assert "implement" not in names(marked)


def test_only_what_lacks_documentation_or_types_is_offered_them() -> None:
    assert names("def ‸f(x):\n    return x\n") >= {"document", "annotate"}
    assert not names('def ‸f(x: int) -> int:\n    """Doc."""\n    return x\n') & {"document", "annotate"}
    assert not names("/** Doc. */\nfunction ‸f(x: number) {\n  return x;\n}\n", "typescript") & {
        "document",
        "annotate",
    }
    assert "annotate" not in names("function ‸f(x) {\n  return x;\n}\n", "javascript")


def test_a_fix_is_offered_for_problems_and_a_search_for_bugs_elsewhere() -> None:
    assert {"fix", "bug"} & names("def f(x):\n    return ‸y‸\n", problem="undefined") == {"fix"}
    assert {"fix", "bug"} & names("def f(x):\n    return ‸y‸\n") == {"bug"}


@pytest.mark.parametrize(
    ("marked", "language", "text"),
    [
        ("a = 1\n" * 50 + "b = ‸x‸\n" + "c = 1\n" * 50, "python", "b = x"),
        ("A = {\n    1: ‸x‸,\n    2: y,\n}\nB = 1\n", "python", "A = {\n    1: x,\n    2: y,\n}"),
        ("class A:\n    y: ‸Foo‸ = 1\n\n    def f(self):\n        return 1\n", "python", "y: Foo = 1"),
        ('import { a } from "a";\n‸import { b } from "b";‸\n', "typescript", 'import { b } from "b";'),
        ("class A {\n    ‸Strin‸ x;\n\n    int f() {\n        return 1;\n    }\n}\n", "java", "Strin x;"),
        ("‸import‸ os; import sys\n", "python", "import os"),
    ],
)
def test_a_problem_outside_of_functions_is_fixed_in_its_statement(marked: str, language: str, text: str) -> None:
    assert target("fix", place(marked, language, problem="undefined")).text == text


def test_a_class_is_documented_from_its_head_and_a_method_from_inside() -> None:
    text = "class A:\n    def f(self):\n        return 1\n"
    assert target("document", place(text.replace("class", "cl‸ass"))).name == "A"
    assert target("document", place(text.replace("return", "re‸turn"))).name == "f"


def test_the_cursor_may_stand_left_of_the_function_on_its_line() -> None:
    assert target("bug", place("class A:\n‸    def f(self):\n        return 1\n")).name == "f"
    assert target("bug", place("‸export function f() {\n  return 1;\n}\n", "typescript")).name == "f"


def test_a_selection_of_two_functions_is_about_none_of_them() -> None:
    assert names("‸def f():\n    return 1\n\n\ndef g():\n    return 2\n‸") == {"explain"}


def test_tests_are_not_tested() -> None:
    assert "test" not in names("def ‸test_f():\n    assert f()\n")
    assert "test" in names("def ‸f():\n    return 1\n")


@pytest.mark.parametrize(
    ("marked", "is_offered"),
    [
        ("def f(p):\n    ‸x = p\n    return x\n", True),
        ("def f(p):\n    for i‸tem in p:\n        print(item)\n", True),
        ("def f(‸p):\n    return p\n", False),  # callers may use the name
        ("‸x = 1\n\n\ndef f():\n    return x\n", False),
        ("def f(a):\n    ‸x = a\n    return x\n\n\ndef g(a):\n    x = a\n    return x\n", False),
        ("def f(a):\n    ‸x = a.x\n    return x\n", False),
        ("def f(a):\n    return ‸a + 1\n", False),
    ],
)
def test_only_local_variables_are_renamed(marked: str, is_offered: bool) -> None:
    assert ("rename" in names(marked)) == is_offered


def test_titles_say_what_it_is_about() -> None:
    where = place("def f(x):\n    return ‸y‸\n", problem="Undefined name `y`\nmore")
    assert title(*offered(where)[0]) == "Fix: Undefined name `y`"


def test_what_is_too_long_says_so() -> None:
    body = "".join(f"    x{n} = 1\n" for n in range(2000))
    assert "2,001 lines are too many at once" in too_long(target("bug", place(f"def ‸f():\n{body}")))
    assert too_long(target("bug", place("def ‸f():\n    return 1\n"))) == ""


@pytest.mark.parametrize(
    ("marked", "language", "answer", "after"),
    [
        ("fun ‸add(a: Int): Int {\n}\n", "kotlin", "fun add(a: Int): Int {\n    return a\n}", ""),
        ("func ‸add(a: Int) -> Int {\n}\n", "swift", "func add(a: Int) -> Int {\n    return a\n}", ""),
        ("def ‸add(a: Int): Int = {\n}\n", "scala", "def add(a: Int): Int = {\n    a + 1\n}", ""),
        ("def ‸add(a) do\nend\n", "elixir", "def add(a) do\n    a + 1\nend", ""),
        ("function ‸Add {\n}\n", "powershell", "function Add {\n    return 1\n}", ""),
        (
            "defmodule A do\n  def ‸add(a) do\n  end\nend\n",
            "elixir",
            "def add(a) do\n  a + 1\nend",
            "defmodule A do\n  def add(a) do\n    a + 1\n  end\nend\n",
        ),
    ],
)
async def test_only_the_body_is_taken_also_where_the_grammar_has_no_field_for_it(
    marked: str, language: str, answer: str, after: str
) -> None:
    assert await acted("implement", place(marked, language), answer) == (after or f"{answer}\n")


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_the_mark_at_a_problem_is_a_comment_of_the_language_and_taken_out_again(language: Language) -> None:
    where = ActionContext(parse("first\nsecond\n", language), 1, 1, (Problem(1, 1, "wrong"),))
    asked = prompt(ACTIONS[0], target("fix", where))
    marked = next(line for line in asked.splitlines() if line.startswith("first"))
    begin = language.comment or (language.block_comment or ("",))[0]
    assert marked.startswith(f"first  {begin} HERE")
    assert without_mark(marked, language) == "first"


@pytest.mark.parametrize("language", ["plaintext", "markdown", "json", "css", "haskell", "dockerfile"])
def test_files_without_functions_can_only_be_explained(language: str) -> None:
    assert names("some ‸text\n", language) == {"explain"}
    assert names("‸", language) == set()
