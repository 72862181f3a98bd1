"""Where code from a chat goes; `‸` marks the cursor, or both ends of a selection."""

import pytest

from hearth.engine import languages
from hearth.engine.code_actions import placing
from hearth.engine.code_actions.edits import applied
from hearth.engine.context.parsed import ParsedText, parse

SHOP = """\
import os


class Basket:
    def add(self, item):
        self.items.append(item)

    @property
    def total(self):
        return sum(self.items)


def total(prices):
    return sum(prices)
"""


def marked(text: str, language: str = "python") -> tuple[ParsedText, list[int]]:
    first = text.find("‸")
    text = text.replace("‸", "", 1)
    second = text.find("‸")
    text = text.replace("‸", "", 1)
    ends = [each for each in (first, second) if each >= 0] or [0]
    return parse(text, languages.language_of(language)), ends


def named(text: str, snippet: str, language: str = "python") -> str | None:
    code, ends = marked(text, language)
    placed = placing.by_name(code, snippet, ends[-1])
    return None if placed is None else applied(code.text, placed.edits)


def test_a_function_takes_the_place_of_the_one_with_its_name() -> None:
    snippet = "def total(prices):\n    return round(sum(prices), 2)\n"
    assert named(SHOP, snippet) == SHOP.replace("return sum(prices)", "return round(sum(prices), 2)")


@pytest.mark.parametrize("indent", ["", "    ", "  "])
def test_a_method_is_found_by_its_name_and_indented_as_it_stands_there(indent: str) -> None:
    snippet = "".join(f"{indent}{line}\n" for line in ("def add(self, item, count=1):", "    pass"))
    expected = SHOP.replace("add(self, item)", "add(self, item, count=1)").replace(
        "self.items.append(item)", "pass"
    )
    assert named(SHOP, snippet) == expected


def test_of_two_with_one_name_the_one_around_the_cursor_counts() -> None:
    snippet = "def total(self):\n    return 1\n"
    inside = SHOP.replace("return sum(self.items)", "return ‸sum(self.items)")
    assert named(inside, snippet) == SHOP.replace("return sum(self.items)", "return 1")
    twice = "class A:\n    def f(self): pass\n\n\nclass B:\n    def f(self): pass\n"
    assert (
        named("‸" + twice.replace("A", "C", 1) + "\n", "def f(self): return 2\n")
        == twice.replace("A", "C").replace("pass", "return 2", 1) + "\n"
    )
    assert named("x = 1\n\n\n" + twice + "\n\ny = ‸1\n", "def f(self): return 2\n") is None


def test_of_a_class_in_parts_only_the_parts_are_replaced_and_what_is_new_stands_below() -> None:
    snippet = (
        "class Basket:\n    def add(self, item):\n        pass\n\n    def clear(self):\n        self.items = []\n"
    )
    expected = SHOP.replace("self.items.append(item)", "pass").replace(
        "return sum(self.items)\n", "return sum(self.items)\n\n    def clear(self):\n        self.items = []\n"
    )
    assert named(SHOP, snippet) == expected


def test_a_whole_class_replaces_the_class() -> None:
    snippet = "class Basket:\n    x = 1\n\n    def add(self): pass\n\n    def total(self): pass\n"
    found = named(SHOP, snippet)
    assert found is not None and "x = 1" in found and "self.items" not in found


def test_a_function_that_is_new_stands_below_the_one_that_is_not() -> None:
    snippet = "def tax():\n    return 1\n\n\ndef total(prices):\n    return tax()\n"
    expected = SHOP.replace("return sum(prices)\n", "return tax()\n\n\ndef tax():\n    return 1\n")
    assert named(SHOP, snippet) == expected


def test_decorators_stay_unless_the_answer_has_its_own() -> None:
    text = "class A:\n    @cache\n    def f(self):\n        return 1\n"
    assert named(text, "def f(self):\n    return 2\n") == text.replace("1", "2")
    assert named(text, "@lru\n@log\ndef f(self):\n    return 2\n") == (
        "class A:\n    @lru\n    @log\n    def f(self):\n        return 2\n"
    )


def test_an_export_stays() -> None:
    text = "export function area(w: number): number {\n  return w;\n}\n"
    snippet = "function area(w: number, h: number): number {\n    return w * h;\n}\n"
    assert named(text, snippet, "typescript") == (
        "export function area(w: number, h: number): number {\n  return w * h;\n}\n"
    )


@pytest.mark.parametrize(
    "snippet", ["print(1)\n", "def other(): pass\n", "not code at all", "class total: pass\n"]
)
def test_code_that_has_no_place_by_its_name_has_none(snippet: str) -> None:
    assert named(SHOP, snippet) is None


def test_line_ends_and_tabs_are_those_of_the_file() -> None:
    text = "class A:\r\n\tdef f(self):\r\n\t\treturn 1\r\n"
    assert named(text, "def f(self):\n    if 1:\n        return 2\n") == (
        "class A:\r\n\tdef f(self):\r\n\t\tif 1:\r\n\t\t\treturn 2\r\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("    ‸", "    def f():\n        pass"),
        ("class A:\n    ‸\n", "class A:\n    def f():\n        pass\n"),
        ("class A:‸\n", "class A:\n    def f():\n        pass\n"),
        ("  x = 1‸  # one\n", "  x = 1  # one\n  def f():\n    pass\n"),
        ("‸", "def f():\n    pass"),
    ],
)
def test_at_the_cursor_it_has_the_indentation_of_the_cursor(text: str, expected: str) -> None:
    code, (offset, *_) = marked(text)
    snippet = "\ndef f():\n    pass\n\n"
    assert applied(code.text, placing.at_cursor(code, snippet, offset).edits) == expected


def test_one_line_goes_into_the_line() -> None:
    code, (offset, *_) = marked("total = ‸ + 1\n")
    assert (
        applied(code.text, placing.at_cursor(code, "  sum(prices)\n", offset).edits) == "total = sum(prices) + 1\n"
    )


@pytest.mark.parametrize(
    ("text", "snippet", "expected"),
    [
        ("if a:\n    ‸x = 1\n    y = 2‸\nz\n", "def f():\n    pass\n", "if a:\n    def f():\n        pass\nz\n"),
        ("if a:\n‸    x = 1\n‸z\n", "y = 2\n", "if a:\n    y = 2\nz\n"),
        ("a = ‸one‸ + 1\n", "two\n", "a = two + 1\n"),
        ("a = ‸one‸\n", "if b:\n    a = 1\n", "if b:\n    a = 1\n"),
    ],
)
def test_in_a_selection_it_replaces_its_lines(text: str, snippet: str, expected: str) -> None:
    code, (start, end) = marked(text)
    assert applied(code.text, placing.in_selection(code, snippet, start, end).edits) == expected


def test_a_whole_file() -> None:
    code, _ = marked("x = 1\n")
    assert applied(code.text, placing.whole_file(code, "\ny = 2\n").edits) == "y = 2\n"


def test_hidden_characters_that_the_file_has_not_are_dropped() -> None:
    code, _ = marked("x = 1\n")
    assert applied(code.text, placing.whole_file(code, "y\u200b = \u202e2\n").edits) == "y = 2\n"
