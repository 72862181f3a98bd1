"""How answers fit what stands around them: text with a cursor mark `‸`, the answer, what stands there then."""

import pytest

from hearth.engine.completion.cursor import Cursor
from hearth.engine.completion.fitting import fitted, sound
from hearth.engine.context import parsed
from hearth.engine.languages import language_of


def cursor(marked: str, language: str) -> Cursor:
    text, offset = marked.replace("‸", ""), marked.index("‸")
    return Cursor(text, offset, parsed.parse(text, language_of(language)), 0)


def inserted(marked: str, language: str, answer: str) -> str:
    """The text with the answer in it, and the cursor behind that."""
    there = cursor(marked, language)
    fit = fitted(there, sound(there, answer))
    return there.text[: there.offset] + fit.text + "‸" + there.text[there.offset + fit.replaced :]


# language, text, answer, text with it
CASES = [
    # a block gets its closer on a line of its own, whether the answer says it or not
    ("c", "int f() {‸}\n", "\n  return 1;\n}", "int f() {\n  return 1;\n}‸\n"),
    ("c", "int f() {‸}\n", "\n  return 1;", "int f() {\n  return 1;\n‸}\n"),
    (
        "c",
        "int f() {\r\n  if (a) {‸}\r\n}\r\n",
        "\r\n    b();",
        "int f() {\r\n  if (a) {\r\n    b();\r\n  ‸}\r\n}\r\n",
    ),
    ("javascript", "a.map((x) => {‸});\n", "\n  return x;", "a.map((x) => {\n  return x;\n‸});\n"),
    ("javascript", "a.map((x) => {‸});\n", "\n  return x;\n})", "a.map((x) => {\n  return x;\n})‸;\n"),
    (
        "python",
        "def f():\n    return {‸}\n",
        "\n        'a': 1,",
        "def f():\n    return {\n        'a': 1,\n    ‸}\n",
    ),
    (
        "python",
        "def f(a):\n    '''‸'''\n",
        "\n    One.\n\n    Two.",
        "def f(a):\n    '''\n    One.\n\n    Two.\n    ‸'''\n",
    ),
    ("python", 'def f():\n    """‸"""\n', "One.\n\n    Two.", 'def f():\n    """One.\n\n    Two.\n    ‸"""\n'),
    ("c", '#define A "‸"\n', 'b"', '#define A "b"‸\n'),
    ("java", 'f("‸");\n', "a, ", 'f("a, ‸");\n'),
    ("kotlin", "fun f() {‸}\n", "\n    g()", "fun f() {\n    g()\n‸}\n"),
    ("html", "<ul>‸</ul>\n", "\n  <li>a</li>", "<ul>\n  <li>a</li>\n‸</ul>\n"),
    ("vue", "  <b>‸</b>\n", "a", "  <b>a‸</b>\n"),
    # brackets and quotes are there once
    ("python", 'x = f"Hello {‸}"\n', 'name}!"', 'x = f"Hello {name}!"‸\n'),
    ("python", 'x = f"Hello {‸}"\n', "name", 'x = f"Hello {name‸}"\n'),
    ("javascript", "const a = { b: ‸ };\n", "1 };", "const a = { b: 1 };‸\n"),
    ("javascript", "const a = { b: ‸ };\n", "1", "const a = { b: 1‸ };\n"),
    ("svelte", "<a on:click={‸}>\n  b\n</a>\n", "() => c++}>Up</a>\n", "<a on:click={() => c++}>‸\n  b\n</a>\n"),
    ("python", "f(‸)\ng()\n", "x)\n", "f(x)‸\ng()\n"),
    ("python", "f(‸)\n", ")", "f(‸)\n"),
    ("python", "x += y‸    \nz\n", "[0]", "x += y[0]‸\nz\n"),
    ("javascript", "f(‸), g\n", "x)", "f(x)‸, g\n"),
    # in front of a line
    ("python", "def f():\n‸    return x\n", "    x = 1", "def f():\n    x = 1\n‸    return x\n"),
    ("python", "def f():\n    ‸return x\n", "x = 1\n   ", "def f():\n    x = 1\n    ‸return x\n"),
    ("python", "‸compute(x)\n", "result = ", "result = ‸compute(x)\n"),
    ("python", "def f():\n    ‸return x\n", "if x:", "def f():\n    if x:\n    ‸return x\n"),
    ("javascript", "‸compute(x)\n", "const y = ", "const y = ‸compute(x)\n"),
    ("javascript", "‸compute(x)\n", "start();", "start();\n‸compute(x)\n"),
    ("javascript", "{\n  ‸}\n", "start();", "{\n  start();\n  ‸}\n"),
    ("javascript", "{\n‸}\n", "  start();\n}", "{\n  start();\n}‸\n"),
    ("javascript", "class A {\n  b() {\n‸}\n", "    c();\n  }\n", "class A {\n  b() {\n    c();\n  }\n‸}\n"),
    ("dart", "class A {\n  b() {\n‸}\n", "    c();\n  }\n", "class A {\n  b() {\n    c();\n  }\n‸}\n"),
    ("dart", "class A {\n‸}\n", "  int b;\n}\n", "class A {\n  int b;\n}‸\n"),
    ("javascript", "f(\n  ‸.g());\n", "return r;\n", "f(\n  ‸.g());\n"),
    (
        "python",
        "q = (\n    users\n    ‸.order_by(name)\n)\n",
        ".filter(age)",
        "q = (\n    users\n    .filter(age)\n    ‸.order_by(name)\n)\n",
    ),
    # what stands below
    ("javascript", "function f() {\n  return 1;\n‸\n}\n", "}", "function f() {\n  return 1;\n‸\n}\n"),
    (
        "javascript",
        "function f() {\n  if (a) {\n    b();\n‸\n}\n",
        "  }",
        "function f() {\n  if (a) {\n    b();\n  }‸\n}\n",
    ),
    ("ruby", "def f\n  a do |b|\n    c\n‸\n  end\nend\n", "end\nend", "def f\n  a do |b|\n    c\n‸\n  end\nend\n"),
    # the longest beginning without errors
    (
        "json",
        '{\n  "a": ‸\n}\n',
        '{\n    "b": 1\n  },\n  "c": {\n    "d": 1,',
        '{\n  "a": {\n    "b": 1\n  }‸\n}\n',
    ),
]


@pytest.mark.parametrize(("language", "text", "answer", "after"), CASES)
def test_an_answer_fits(language: str, text: str, answer: str, after: str) -> None:
    assert inserted(text, language, answer) == after
