import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.syntax import (
    block_expected,
    enclosing_definition,
    errors,
    errors_after,
    in_comment,
    in_string,
    unfinished_indent,
)
from tests.engine.context.marked import MARK, marked

BLOCKS = [
    ("python", "def f(x):⟨⟩"),
    ("python", "def f(x):\n    ⟨⟩"),
    ("python", "def f(x):  # why\n    ⟨⟩\n\ndef g(): pass\n"),
    ("python", "def f(\n    x,\n):\n    ⟨⟩\n"),
    ("python", "class A:\n    def f(self):\n        x = 1\n        ⟨⟩\n\n    def g(self): pass\n"),
    ("python", "class A:\n    x = 1\n\n    ⟨⟩\n\n    def g(self): pass\n"),
    ("python", "if x:\n    a()\nelse:\n    ⟨⟩\nb()\n"),
    ("python", "def f():\n    a()\n⟨⟩\n    b()\n"),
    ("python", "# The mean of some numbers.\n⟨⟩"),
    ("python", "x = foo(a,\n\ndef g():\n    ⟨⟩\n"),
    ("python", "def f():\n    '''doc'''\n    ⟨⟩"),
    ("javascript", "function f(x) {⟨⟩}"),
    ("javascript", "function f(x) {\n  ⟨⟩\n}\n"),
    ("javascript", "const f = () => {⟨⟩"),
    ("javascript", "foo(a, () => {\n  ⟨⟩\n})"),
    ("javascript", "const a = {\n  b: 1,\n  ⟨⟩\n}"),
    ("javascript", "switch (x) {\n  case 1:\n    ⟨⟩\n}"),
    ("typescript", "class A {\n  private x = 1;\n\n  ⟨⟩\n}\n"),
    ("tsx", "function A() {\n  ⟨⟩\n  return <p/>\n}\n"),
    ("go", "func f(x int) error {\n\t⟨⟩"),
    ("go", "func f() {\n\tif err != nil {\n\t\t⟨⟩\n\t}\n}\n"),
    ("rust", "fn f<'a>(x: &'a str) {\n    ⟨⟩\n}\n"),
    ("java", "class A {\n    void m() {\n        ⟨⟩\n    }\n}\n"),
    ("c", "int f(void)\n{\n    ⟨⟩\n}\n"),
    ("cpp", "/* The mean. */\n⟨⟩\n"),
    ("csharp", "class A {\n    int M() {\n        ⟨⟩"),
    ("ruby", "class A\n  def m(x)\n    ⟨⟩\n  end\nend\n"),
    ("ruby", "xs.each do |x|\n  ⟨⟩"),
    ("ruby", "xs.each do |x|⟨⟩"),
    ("php", "<?php\nfunction f() {\n    ⟨⟩\n}\n"),
    ("shellscript", "if [ -f a ]; then\n  ⟨⟩"),
    ("shellscript", "f() {\n  ⟨⟩\n}\n"),
    ("lua", "local function f(x)\n  ⟨⟩"),
    ("lua", "if x then⟨⟩"),
    ("html", "<div>\n  ⟨⟩\n</div>"),
    ("css", ".a {\n  ⟨⟩\n}"),
    ("json", '{\n  "a": {\n    ⟨⟩\n  }\n}'),
    ("yaml", "steps:\n  ⟨⟩"),
    ("klingon", "block {\n  ⟨⟩\n}"),
]

LINES = [
    ("python", "⟨⟩"),
    ("python", "x = ⟨⟩"),
    ("python", "x = 1\n⟨⟩\ny = 2\n"),
    ("python", "def f(⟨⟩"),
    ("python", "def f⟨⟩"),
    ("python", "foo(⟨⟩)"),
    ("python", "foo(\n    a,\n    ⟨⟩\n)"),
    ("python", "x = {\n    ⟨⟩\n}"),
    ("python", "x: ⟨⟩"),
    ("python", "class A:\n    name:⟨⟩"),
    ("python", "f = lambda x:⟨⟩"),
    ("python", "x = 1 + \\\n    ⟨⟩"),
    ("python", "def f():⟨⟩\n    return 1\n"),
    ("python", "def f():\n    if x:⟨⟩ pass\n"),
    ("python", "def f():\n    # todo:\n    # ⟨⟩"),
    ("python", "x = 'a:⟨⟩'"),
    ("python", "def f():\n    for x in ⟨⟩"),
    ("javascript", "import {⟨⟩"),
    ("javascript", "import { ⟨⟩ } from 'a'"),
    ("javascript", "const { ⟨⟩ } = a"),
    ("javascript", "x = `a ${⟨⟩}`"),
    ("javascript", "foo(a, ⟨⟩)"),
    ("javascript", "const a =\n  ⟨⟩"),
    ("javascript", "if (a) {⟨⟩\n  b()\n}\n"),
    ("tsx", "const a = <p onClick={⟨⟩}/>"),
    ("go", "x := f(⟨⟩"),
    ("rust", "use a::{⟨⟩}"),
    ("ruby", "def fo⟨⟩"),
    ("html", "<br>⟨⟩"),
    ("html", '<div class="⟨⟩">'),
    ("toml", "[a]\n⟨⟩"),
    ("markdown", "# A\n\n⟨⟩"),
    ("klingon", "word ⟨⟩"),
]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(("language", "text"), BLOCKS)
def test_a_block_is_expected(language: str, text: str, line_end: str) -> None:
    assert block_expected(*marked(text.replace("\n", line_end), language))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(("language", "text"), LINES)
def test_only_the_rest_of_the_line_is_expected(language: str, text: str, line_end: str) -> None:
    assert not block_expected(*marked(text.replace("\n", line_end), language))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "x = 1  # a⟨⟩\ny = 2", True),
        ("python", "x = 1  # a\n⟨⟩y = 2", False),
        ("python", "x = '#⟨⟩'", False),
        ("python", "x = 1 ⟨⟩ # a", False),
        ("python", "foo(a # b⟨⟩", True),
        ("javascript", "/* a⟨⟩ */", True),
        ("javascript", "/* a */⟨⟩", False),
        ("javascript", "x()\n/* a\n ⟨⟩", True),
        ("rust", "/// a⟨⟩\nfn f() {}", True),
        ("rust", "/// a\n⟨⟩fn f() {}", False),
        ("html", "<!-- ⟨⟩ -->", True),
        ("css", "/* ⟨⟩", True),
        ("lua", "x = 1 -- a⟨⟩", True),
        ("klingon", "x # ⟨⟩", False),
    ],
)
def test_comments(language: str, text: str, expected: bool) -> None:
    assert in_comment(*marked(text, language)) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "x = 'a⟨⟩'", True),
        ("python", "x = 'a'⟨⟩", False),
        ("python", "x = ⟨⟩'a'", False),
        ("python", "x = 'a⟨⟩", True),
        ("python", "x = f'{a⟨⟩}'", False),
        ("python", "x = f'{a}b⟨⟩'", True),
        ("python", "def f():\n    '''a\n    ⟨⟩'''", True),
        ("python", 'def f():\n    """a\n    ⟨⟩', True),
        ("python", "# don't⟨⟩", False),
        ("javascript", "x = `a${b⟨⟩}`", False),
        ("javascript", "x = `a⟨⟩`", True),
        ("typescript", 'foo("a⟨⟩', True),
        ("rust", "fn f<'a>(x: &'a⟨⟩ str) {}", False),
        ("go", "x := `a\n⟨⟩`", True),
        ("klingon", 'say "a⟨⟩', True),
    ],
)
def test_strings(language: str, text: str, expected: bool) -> None:
    assert in_string(*marked(text, language)) is expected


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("python", "class A:\n    def f(self):\n        ⟨⟩x = 1\n", "f"),
        ("python", "class A:\n    def f(self):\n        x = 1\n        ⟨⟩\n\n    def g(self): pass\n", "f"),
        ("python", "class A:\n    def f(self):\n        x = 1\n    ⟨⟩\n\nb = 1\n", "A"),
        ("python", "def f():\n    x = 1\n⟨⟩", None),
        ("python", "def f():\n    x = foo(a, ⟨⟩", "f"),
        ("python", "def f(⟨⟩x): pass", None),
        ("javascript", "class A {\n  m() {\n    ⟨⟩\n  }\n}\n", "m"),
        ("javascript", "function f() {\n  if (a) {\n    ⟨⟩", "f"),
        ("go", "func f(x int) {\n\t⟨⟩", "f"),
        ("go", "func f() {}⟨⟩\n", None),
        ("rust", "impl S {\n    fn f(&self) {\n        let x = ⟨⟩\n    }\n}\n", "f"),
        ("lua", "function f(x)\n  ⟨⟩", "f"),
        ("klingon", "f {\n  ⟨⟩", None),
    ],
)
def test_the_definition_around_an_offset(language: str, text: str, name: str | None) -> None:
    found = enclosing_definition(*marked(text, language))
    assert (found.name if found else None) == name


def test_an_answer_that_breaks_the_code_adds_errors() -> None:
    code, offset = marked("def f(a):\n    return ⟨⟩\n")
    assert errors_after(code, offset, offset, "a + 1") - errors(code) == 0
    assert errors_after(code, offset, offset, "a + (1") - errors(code) > 0


def test_an_answer_that_repairs_the_code_takes_errors_away() -> None:
    code, offset = marked("def f(a):\n    return g(⟨⟩\n")
    assert errors_after(code, offset, offset, "a)") - errors(code) < 0


def test_without_a_tree_no_errors_are_known() -> None:
    code, offset = marked("a ⟨⟩", "klingon")
    assert errors_after(code, offset, offset, "(((") - errors(code) == 0


WORDS = [
    "def f():",
    "class A {",
    "x = 1",
    "foo(",
    ")",
    "[",
    "}",
    "'",
    '"""',
    "/*",
    "*/",
    "#",
    "//",
    "é",
    "😀",
    "\0",
]
LAYOUT = ["\n", "\r\n", "    ", "\t", " ", "\ud800"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS + LAYOUT), max_size=20),
    st.sampled_from(["python", "typescript", "go", "rust", "ruby", "html", "yaml", "klingon"]),
    st.floats(0, 1),
)
def test_every_question_has_an_answer_at_every_place(words: list[str], language: str, where: float) -> None:
    text = "".join(words)
    offset = round(where * len(text))
    code, _ = marked(text[:offset] + MARK + text[offset:], language)
    for question in (block_expected, in_comment, in_string):
        assert question(code, offset) in (True, False)
    found = enclosing_definition(code, offset)
    assert found is None or found.start < offset
    assert errors_after(code, offset, offset, "") - errors(code) == 0


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("def f(a):\n    if a:\n        b()\n  ⟨⟩\n", "  "),
        ("def f(a):\n    if a:\n        b()\n      ⟨⟩\n", "      "),
        ("def f(a):\n    if a:\n        b()\n    ⟨⟩\n", ""),
        ("def f(a):\n    if a:\n        b()\n        ⟨⟩\n", ""),
        ("def f(a):\n    if a:\n        b()\n⟨⟩\n", ""),
        ("def f(a):\n    if a:\n        b()\n  x⟨⟩\n", ""),
        ("def f(a):\n  ⟨⟩\n", ""),
    ],
)
def test_an_indentation_where_no_line_above_begins_is_not_finished(text: str, blanks: str) -> None:
    assert unfinished_indent(*marked(text)) == blanks


@given(st.text(max_size=40))
def test_many_offsets_are_turned_into_bytes_as_one_is(text: str) -> None:
    code, offsets = ParsedText(text), range(len(text) + 1)
    assert code.bytes(reversed(offsets)) == {offset: code.byte(offset) for offset in offsets}
