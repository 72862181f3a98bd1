"""What a question is about."""

import pytest

from hearth.engine.chat import passages
from hearth.engine.code_actions.actions import ActionContext, action, title
from hearth.engine.context.documents import Document
from hearth.engine.languages import language_of

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


# One `‸` in or left of a head; "[" and "]" stand around what is meant.
HEADS = {
    "a function": ("a.py", "x = 1\n[def ad‸d(a, b):\n    return a + b]\n"),
    "a class": ("a.py", "x = 1\n[class C‸art:\n    def total(self):\n        return 1]\n"),
    "a method": (
        "a.py",
        "class Cart:\n[    def to‸tal(self):\n        return 1]\n\n    def other(self):\n        return 2\n",
    ),
    "left of it": ("a.py", "class Cart:\n[ ‸   def total(self):\n        return 1]\n"),
    "async": ("a.py", "[as‸ync def f():\n    return 1]\n"),
    "a decorator": ("a.py", "x = 1\n[@cach‸e\n@other(1)\ndef f():\n    return 1]\n"),
    "the second line of a head": ("a.py", "[def f(\n    a‸,\n    b,\n):\n    return a]\n"),
    "export": ("a.ts", "const x = 1;\n[exp‸ort function f(a: number) {\n  return a;\n}]\n"),
    "an arrow": ("a.ts", "[export const f = (a‸: number) => {\n  return a;\n};]\n"),
    "a method in TypeScript": ("a.ts", "class A {\n[  f‸(a: number) {\n    return a;\n  }]\n\n  g() {}\n}\n"),
    "an attribute": ("a.rs", "[#[inl‸ine]\nfn f() -> i32 {\n    1\n}]\n"),
    "a struct": ("a.go", "package a\n\n[type C‸art struct {\n\tItems []int\n}]\n"),
    "a method in Go": ("a.go", "package a\n\n[func (c Cart) T‸otal() int {\n\treturn 1\n}]\n"),
    "an annotation": (
        "A.java",
        "class A {\n[    @Over‸ride\n    public int f() {\n        return 1;\n    }]\n}\n",
    ),
    "a class in C++": ("a.cpp", "int x;\n[class A‸ {\n  int f();\n};]\n"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_cursor_on_a_head_shows_that_definition(name: str) -> None:
    path, marked = HEADS[name]
    first, last = marked.index("["), marked.rindex("]")
    marked = marked[:first] + marked[first + 1 : last] + marked[last + 1 :]
    at = marked.index("‸")
    text = marked.replace("‸", "")
    language = language_of("", path)
    assert language is not None
    document = Document(f"file:///{path}", text, language.lsp_ids[0], f"/{path}")
    found = passages.passage(document, passages.around(document, at, at), path)
    assert found.text.removesuffix(";") == text[first : last - 2].removesuffix(";")
    row = action("explain")
    assert row is not None
    target = row.find(ActionContext(document.code, at, at))
    assert target is not None and target.name in text and target.name != "the lines around the cursor"


def test_nothing_is_called_a_selection_that_nobody_selected() -> None:
    code = Document("file:///a.py", "x = 1\n", "python", "/a.py").code
    row = action("explain")
    assert row is not None
    titles = [title(row, found) for end in (0, 5) if (found := row.find(ActionContext(code, 0, end)))]
    assert titles == ["Explain the lines around the cursor", "Explain the selection"]
