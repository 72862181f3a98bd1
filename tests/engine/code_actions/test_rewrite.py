import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.prompts import prompt
from hearth.engine.code_actions.rewrite import rewrite
from hearth.engine.errors import EditRefused
from hearth.engine.settings import ChatSettings
from hearth.engine.types import ChatPrompt
from tests.engine.code_actions.asked import acted, place, target

METHOD = """class Cart:
    def __init__(self):
        self.items = []

    def to‸tal(self, tax=0):
        # the sum
        return sum(self.items) + tax
"""


async def test_only_the_definition_with_the_name_is_taken_from_an_answer() -> None:
    answer = "class Cart:\n  def total(self, tax=0):\n    return sum(self.items) * (1 + tax)\n\nprint('x')"
    assert await acted("bug", place(METHOD), answer) == METHOD.replace("‸", "").replace(
        "sum(self.items) + tax\n", "sum(self.items) * (1 + tax)\n"
    )


async def test_imports_that_the_answer_needs_come_along() -> None:
    answer = "import math\n\ndef area(r):\n    return math.pi * r * r"
    text = '"""Shapes."""\n\nimport os\n\n\ndef a‸rea(r):\n    return 3 * r * r\n'
    assert await acted("bug", place(text), answer) == (
        '"""Shapes."""\n\nimport os\nimport math\n\n\ndef area(r):\n    return math.pi * r * r\n'
    )


async def test_a_problem_may_be_solved_by_an_import_alone() -> None:
    where = place("import os\n\n\ndef root(x):\n    return ‸math‸.sqrt(x)\n", problem='"math" is not defined')
    answer = "import math\n\ndef root(x):\n    return math.sqrt(x)"
    assert (
        await acted("fix", where, answer) == "import os\nimport math\n\n\ndef root(x):\n    return math.sqrt(x)\n"
    )
    without_problem = place("def root(x):\n    ret‸urn x\n")
    with pytest.raises(EditRefused, match="changes nothing"):
        await acted("bug", without_problem, "import math\n\ndef root(x):\n    return x")


@pytest.mark.parametrize("indent", ["", "  "])
async def test_a_docstring_that_the_answer_leaves_out_is_kept(indent: str) -> None:
    text = (
        "class A:\n    def ‸f(self, x=[]):\n"
        '        """Twice x.\n\n          >>> f(1)\n        """\n        return 3 * x\n'
    )
    answer = f"{indent}def f(self, x):\n{indent}  y = 2 * x\n{indent}  return y"
    assert await acted("bug", place(text), answer) == (
        "class A:\n    def f(self, x):\n"
        '        """Twice x.\n\n          >>> f(1)\n        """\n        y = 2 * x\n        return y\n'
    )


async def test_decorators_exports_and_comments_around_it_stay() -> None:
    text = "@cache\ndef ‸f(x):\n    return x  # same\n\n\n# below\n"
    assert await acted("bug", place(text), "def f(x):\n    return x + 1") == (
        "@cache\ndef f(x):\n    return x + 1  # same\n\n\n# below\n"
    )
    text = "export const ‸f = (x: number) => {\n  return x;\n};\n"
    answer = "```ts\nconst f = (x: number) => {\n  return x + 1;\n};\n```"
    assert await acted("bug", place(text, "typescript"), answer) == (
        "export const f = (x: number) => {\n  return x + 1;\n};\n"
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("```python\ndef total(self):\n    # rest of the code\n    return 1\n```", "omitted"),
        ("```python\ndef total(self, tax=0):\n    # rest of the code\n```", "omitted the code"),
        (
            "```python\ndef total(self, tax=0):\n    # the sum\n    return sum(self.items) + tax\n```",
            "changes nothing",
        ),
        ("```python\ndef other(self):\n    return 1\n```", "total is missing from the answer"),
        ("```python\ndef total(self:\n    return 1\n```", "total is missing from the answer"),
        ("", "contains no code"),
    ],
)
async def test_answers_that_are_not_safe_are_refused_with_the_reason(answer: str, reason: str) -> None:
    with pytest.raises(EditRefused, match=f"{reason}.*; nothing was changed"):
        await acted("bug", place(METHOD), answer)


async def test_a_refused_answer_is_asked_for_once_more_with_the_reason() -> None:
    row, backend = action("bug"), ScriptedBackend([], answers=[["nonsense("], ["def f():\n    return 2"]])
    assert row is not None
    found = await rewrite(backend, ChatSettings(), row, target("bug", place("def ‸f():\n    return 1\n")))
    first, second = (each for each in backend.requests if isinstance(each.prompt, ChatPrompt))
    assert found.attempts == 2
    assert second.prompt.messages[: len(first.prompt.messages)] == first.prompt.messages
    assert second.prompt.messages[-1].content.startswith("That cannot be used: f is missing from the answer")


async def test_an_answer_that_is_cut_off_is_refused() -> None:
    row = action("document")
    assert row is not None
    backend = ScriptedBackend([], answers=[[f"word{number} " for number in range(500)]])
    with pytest.raises(EditRefused, match="cut off"):
        await rewrite(backend, ChatSettings(), row, target("document", place("def ‸f(x):\n    return x\n")))


async def test_a_repeated_answer_is_no_second_attempt_at_showing_it_to_the_model() -> None:
    same = "def f():\n    return 1"
    row, backend = (
        action("bug"),
        ScriptedBackend([], answers=[[same], ["It must be 2.\n```\ndef f():\n    return 2\n```"]]),
    )
    assert row is not None
    await rewrite(backend, ChatSettings(), row, target("bug", place("def ‸f():\n    return 1\n")))
    second = backend.requests[1]
    assert isinstance(second.prompt, ChatPrompt)
    assert [message.role for message in second.prompt.messages] == ["system", "user"]


async def test_thoughts_are_never_code() -> None:
    answer = "<think>\n```python\ndef f():\n    return 3\n```\n</think>\n```python\ndef f():\n    return 2\n```"
    assert await acted("bug", place("def ‸f():\n    return 1\n"), answer) == "def f():\n    return 2\n"


async def test_an_implementation_takes_the_body_only() -> None:
    text = 'class A:\n    def f‸(self, x: int) -> int:\n        """Twice x."""\n        # TODO\n        pass\n'
    answer = '```python\ndef f(self, y):\n    """Other words."""\n    z = x\n    return 2 * z\n```'
    assert await acted("implement", place(text), answer) == (
        'class A:\n    def f(self, x: int) -> int:\n        """Twice x."""\n        z = x\n        return 2 * z\n'
    )


async def test_an_implementation_in_braces() -> None:
    text = '/** Twice x. */\nexport function ‸f(x: number): number {\n  throw new Error("later");\n}\n'
    answer = "```typescript\nfunction f(x: number): number {\n    return 2 * x;\n}\n```"
    assert await acted("implement", place(text, "typescript"), answer) == (
        "/** Twice x. */\nexport function f(x: number): number {\n  return 2 * x;\n}\n"
    )


async def test_an_implementation_that_is_none_is_refused() -> None:
    with pytest.raises(EditRefused, match="no implementation"):
        await acted("implement", place("def ‸f():\n    pass\n"), "def f():\n    pass")


@pytest.mark.parametrize(
    ("marked", "language", "expected"),
    [
        ("def ‸f(x):\n    return x\n", "python", 'def f(x):\n    """Gives x back."""\n    return x\n'),
        (
            "class A {\n  ‸f() {\n    return 1;\n  }\n}\n",
            "typescript",
            "class A {\n  /** Gives x back. */\n  f() {\n    return 1;\n  }\n}\n",
        ),
        ("package a\n\nfunc ‸F() {\n\tg()\n}\n", "go", "package a\n\n// F gives x back.\nfunc F() {\n\tg()\n}\n"),
        ("#[inline]\nfn ‸f() {\n    g()\n}\n", "rust", "/// Gives x back.\n#[inline]\nfn f() {\n    g()\n}\n"),
        ("def ‸f\n  1\nend\n", "ruby", "# Gives x back.\ndef f\n  1\nend\n"),
        (
            "class A {\n    fun ‸f(): Int {\n        return 1\n    }\n}\n",
            "kotlin",
            "class A {\n    /** Gives x back. */\n    fun f(): Int {\n        return 1\n    }\n}\n",
        ),
        ("func ‸f() -> Int {\n    1\n}\n", "swift", "/// Gives x back.\nfunc f() -> Int {\n    1\n}\n"),
        ("def ‸f(x: Int): Int =\n  x\n", "scala", "/** Gives x back. */\ndef f(x: Int): Int =\n  x\n"),
        ("function ‸F {\n    1\n}\n", "powershell", "# Gives x back.\nfunction F {\n    1\n}\n"),
    ],
)
async def test_documentation_has_the_style_of_its_language(marked: str, language: str, expected: str) -> None:
    assert await acted("document", place(marked, language), "The function `f` gives x back.") == expected


@pytest.mark.parametrize("answer", ['It says """quoted""" \\d.', "Ends */ early. */", 'It gives "x"'])
@pytest.mark.parametrize(
    ("marked", "language"),
    [("def ‸f(x):\n    return x\n", "python"), ("function ‸f(x) {\n  return x;\n}\n", "javascript")],
)
async def test_documentation_cannot_break_out_of_its_comment(answer: str, marked: str, language: str) -> None:
    text = await acted("document", place(marked, language), answer)
    assert text.endswith(marked.replace("‸", "").split("\n", 1)[1])


async def test_long_documentation_is_wrapped_behind_a_summary() -> None:
    answer = "Gives x back. " + "It does so in a way that takes many words " * 4 + "to say."
    lines = (await acted("document", place("def ‸f(x):\n    return x\n"), answer)).split("\n")
    assert lines[1:3] == ['    """Gives x back.', ""]
    assert max(map(len, lines)) <= 100 and lines[-3] == '    """'


async def test_types_are_taken_and_nothing_else() -> None:
    text = "def ‸f(a, b=1, *rest, **more):\n    return a\n"
    answer = "def f(a: List[int], b: int = 1, *rest: str, **more: Any) -> Optional[int]:\n    return None"
    assert await acted("annotate", place(text), answer) == (
        "from typing import Any, Optional\n\n"
        "def f(a: list[int], b: int = 1, *rest: str, **more: Any) -> Optional[int]:\n    return a\n"
    )


async def test_types_in_typescript() -> None:
    text = "export function ‸f(a, b = 1) {\n  return a;\n}\n"
    answer = "function f(a: string, b: number = 1): string {"
    assert await acted("annotate", place(text, "typescript"), answer) == (
        "export function f(a: string, b: number = 1): string {\n  return a;\n}\n"
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("def f(a: int, c: int = 1) -> int:", "parameters of f differ"),
        ("def f(a: int, b: int = 2) -> int:", "parameters of f differ"),
        ("def f(a: Cart, b: int = 1) -> int:", "the type Cart is unknown"),
        ("def g(a: int) -> int:", "signature of f is missing from the answer"),
    ],
)
async def test_wrong_signatures_are_refused(answer: str, reason: str) -> None:
    with pytest.raises(EditRefused, match=reason):
        await acted("annotate", place("def ‸f(a, b=1):\n    return a\n"), answer)


async def test_what_is_simplified_keeps_its_parameters_and_does_not_grow() -> None:
    text = "def ‸f(a):\n    if a:\n        return True\n    else:\n        return False\n"
    assert (
        await acted("simplify", place(text), "def f(a):\n    return bool(a)") == "def f(a):\n    return bool(a)\n"
    )
    with pytest.raises(EditRefused, match="parameters"):
        await acted("simplify", place(text), "def f(b):\n    return bool(b)")
    with pytest.raises(EditRefused, match="longer"):
        await acted("simplify", place(text), "def f(a):\n" + "    print(a)\n" * 20 + "    return bool(a)")


async def test_a_rename_reaches_every_use_and_nothing_else() -> None:
    text = 'def f(path):\n    ‸x = open(path)\n    print(f"{x} x")\n    return x, "x"\n'
    assert await acted("rename", place(text), "`file`") == (
        'def f(path):\n    file = open(path)\n    print(f"{file} x")\n    return file, "x"\n'
    )
    for answer in ("path", "x", "class", "???"):
        with pytest.raises(EditRefused):
            await acted("rename", place(text), answer)


async def test_the_mark_of_a_problem_is_taken_off_again() -> None:
    where = place("def f(x):\n    return ‸y‸\n", problem="Undefined name `y`")
    row = action("fix")
    assert row is not None
    assert "return y  # HERE" in prompt(row, target("fix", where))
    assert await acted("fix", where, "def f(x):\n    return x  # HERE") == "def f(x):\n    return x\n"


async def test_an_instruction_about_a_selection_changes_only_its_lines() -> None:
    text = "def f():\n    ‸a = 1\n    b = 2‸\n    return a + b\n"
    answer = "```python\na = 1\nb = 3\n```"
    assert await acted("instruct", place(text, instruction="b is 3"), answer) == (
        "def f():\n    a = 1\n    b = 3\n    return a + b\n"
    )


def test_the_prompt_shows_the_class_and_what_is_called() -> None:
    row = action("bug")
    assert row is not None
    text = "def helper(a, b):\n    return a\n\n\nclass A:\n    def __init__(self):\n        self.items = []\n\n"
    text += "    def f‸(self):\n        return helper(self.items, 1)\n"
    shown = prompt(row, target("bug", place(text)))
    assert "def helper(a, b):" in shown and "return a\n" not in shown
    assert "self.items = []" in shown


def test_the_prompt_shows_what_the_documentation_the_fields_and_the_problem_speak_of() -> None:
    text = (
        "VAT_RATE = 0.25\nOTHER = 3\n\n\ndef is_word(char):\n    return True\n\n\n"
        "class Item:\n    price: int\n\n\nclass Unrelated:\n    y: int\n\n\n"
        "class A:\n    items: list[Item]\n\n"
        '    def f(self):\n        """See `is_word`."""\n        return ‸g(1)‸\n'
    )
    row = action("fix")
    assert row is not None
    shown = prompt(row, target("fix", place(text, problem='Argument missing for parameter "rate"')))
    elsewhere = shown.split("```")[1]
    assert elsewhere == (
        "python\nVAT_RATE = 0.25\ndef is_word(char):\n"
        "class Item:\n    price: int\nclass A:\n    items: list[Item]\n"
    )
    assert "Write `f` again" in shown


def test_code_that_contains_fences_gets_a_longer_fence() -> None:
    row = action("bug")
    assert row is not None
    shown = prompt(row, target("bug", place('def ‸f():\n    return "```"\n')))
    assert "````python\ndef f()" in shown


async def test_a_fix_may_be_the_one_line_that_was_wrong() -> None:
    where = place("def f(x):\n    z = 1\n    return ‸y‸\n", problem="Undefined name `y`")
    assert await acted("fix", where, "It must be x:\n```python\n    return x\n```") == (
        "def f(x):\n    z = 1\n    return x\n"
    )
    with pytest.raises(EditRefused, match="not valid code"):
        await acted("fix", where, "```python\nreturn (x\n```")


async def test_a_statement_that_looks_like_others_of_the_function_is_changed_where_it_stands() -> None:
    before = "def all_equal(items):\n    for one in items:\n        for other in items:\n            return True\n"
    before += "        return True\n    return True\n"
    after = before.replace("            return True", "            return False")
    assert await acted("bug", place(before.replace("all_", "all_‸", 1)), f"```python\n{after}```") == after


async def test_a_field_that_is_set_is_no_local_variable() -> None:
    before = "class A {\n  void res‸et(int n) {\n    this.log(n);\n    mCount = 0;\n    mSum = n + 1;\n  }\n}\n"
    answer = "```java\nvoid reset(int n) {\n  this.log(n);\n  mSum = n - 1;\n}\n```"
    with pytest.raises(EditRefused, match="mCount = 0"):
        await acted("bug", place(before, "java"), answer, answer)


async def test_continued_lines_say_nothing_about_the_unit_of_indentation() -> None:
    lines = "class A {\n  int f‸(\n      int a, int b) {\n    if (a > b) {\n      return a;\n    }\n"
    lines += "    return b + 0;\n  }\n}\n"
    before = lines.replace("‸", "")
    answer = "int f(\n    int a, int b) {\n  if (a > b) {\n    return a;\n  }\n  return b + 1;\n}"
    assert await acted("bug", place(lines, "java"), f"```java\n{answer}\n```") == before.replace("b + 0", "b + 1")
