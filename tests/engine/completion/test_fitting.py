"""How answers fit what stands around them: text with a cursor mark `‸`, the answer, what stands there then."""

from dataclasses import replace

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


_UNSOUND = "\n  a = g(1,\n        2);\n  b = (;\n  return a;"  # the third line breaks the code, whatever follows


@pytest.mark.parametrize("looks", range(8))
async def test_an_answer_is_not_cut_where_there_is_no_time_left_to_look(
    looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, paste = looks, parsed.paste

    def hurried(code: parsed.ParsedText, start: int, end: int, new_text: str) -> parsed.ParsedText:
        nonlocal left
        left -= 1
        pasted = paste(code, start, end, new_text)
        return pasted if left >= 0 else replace(pasted, tree=None)

    monkeypatch.setattr(parsed, "paste", hurried)
    shown = inserted("int f() {‸}\n", "c", _UNSOUND)
    known = {"int f() {\n  a = g(1,\n        2);\n‸}\n", f"int f() {{{_UNSOUND}\n‸}}\n"}
    assert shown in known  # as far as it is sound, or whole; never cut at a place that nobody has looked at
