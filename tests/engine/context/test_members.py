"""Names behind a dot: where one is asked for, what an editor's list is worth, and what trees know."""

import pytest

from hearth.engine.context.documents import Document
from hearth.engine.context.members import MAX_NAMES, Access, Entry, access_at, from_trees, narrowed, told
from hearth.engine.languages import language_of
from hearth.engine.types import Members
from tests.engine.context.marked import MARK


def accessed(marked: str, language: str = "python") -> tuple[Document, Access | None]:
    text = marked.replace(MARK, "")
    document = Document(f"file:///project/{language}", text, language)
    return document, access_at(text, marked.index(MARK), language_of(language, None))


def listed(marked: str, language: str, *others: str) -> Members | None:
    """What trees know at the mark."""
    document, access = accessed(marked, language)
    assert access is not None
    texts = [Document(f"file:///project/{index}", text, language) for index, text in enumerate(others)]
    return from_trees(document, (document, *texts), access)


def told_of(marked: str, language: str, *names: str, complete: bool = True) -> Members | None:
    document, access = accessed(marked, language)
    assert access is not None
    return told([Entry(name) for name in names], complete, document, access)


@pytest.mark.parametrize(
    ("marked", "language", "receiver", "typed"),
    [
        (f"client.{MARK}", "python", "client", ""),
        (f"a = self.client.fe{MARK}()", "python", "client", "fe"),
        (f"f(x)[0].{MARK}", "python", "", ""),
        (f"chest?.va{MARK}", "typescript", "chest", "va"),
        (f"chest!.{MARK}", "typescript", "chest", ""),
        (f"node->ne{MARK}", "c", "node", "ne"),
        (f"std::{MARK}", "cpp", "std", ""),
        (f"Color::R{MARK}", "rust", "Color", "R"),
        (f"größe.{MARK}", "python", "größe", ""),
        (f"$this->x{MARK}", "php", "$this", "x"),
    ],
)
def test_a_member_is_being_written(marked: str, language: str, receiver: str, typed: str) -> None:
    text = marked.replace(MARK, "")
    _, found = accessed(marked, language)
    assert found is not None
    assert (found.receiver, found.typed) == (receiver, typed)
    assert text[found.start :].startswith(typed) and marked.index(MARK) == found.start + len(typed)


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        (f"client{MARK}", "python"),
        (f"1.{MARK}", "python"),
        (f"x = 12.5{MARK}", "python"),
        (f"0..{MARK}", "rust"),
        (f"[...{MARK}", "typescript"),
        (f"pair.0{MARK}", "rust"),
        (f"def f() ->{MARK}", "python"),
        (f"a::{MARK}", "python"),
        (f"client. {MARK}", "python"),
        (f"client.get_{MARK}all()", "python"),
        (f"A sentence.{MARK}", "markdown"),
        (f"a.b{MARK}", "no-such-language"),
        ("a." + "x" * 10_000 + MARK, "python"),
    ],
)
def test_no_member_is_being_written(marked: str, language: str) -> None:
    assert accessed(marked, language)[1] is None


def test_names_are_told_without_what_editors_write_around_them() -> None:
    entries = [" total(int a)", "sum", "•mean() const", ".next", "size(…) (as Iterator)", "", "()", "größe"]
    found = told_of(f"chest.{MARK}", "typescript", *entries)
    assert found is not None and found.names == ("total", "sum", "mean", "next", "size", "größe")


def test_a_list_is_complete_only_where_nothing_else_can_be() -> None:
    assert told_of(f"chest.{MARK}", "java", "size") == Members(
        ("size", "chest", "await", "class", "new", "operator", "self", "super", "template", "this", "type"), True
    )
    for marked, language, complete in (
        (f"chest.{MARK}", "java", False),  # the editor says so
        (f"chest.{MARK}", "python", True),  # members are made at run time
        (f"process.env.{MARK}", "typescript", True),  # a type may have any names
        (f"chest.weight();\nchest.{MARK}", "java", True),  # it lacks what the text uses
    ):
        found = told_of(marked, language, "size", complete=complete)
        assert found is not None and not found.complete


def test_what_the_text_uses_behind_the_same_name_is_on_every_list() -> None:
    found = told_of(f"chest.weight();\nother.colour();\nchest.si{MARK}", "java", "size")
    assert found is not None and found.names == ("weight", "size")


def test_entries_that_are_no_members_are_left_out() -> None:
    document, access = accessed(f"chest.{MARK}", "java")
    assert access is not None
    snippet, word, method = Entry("for", 15), Entry("other", 1), Entry("size", 2)
    assert told([snippet, word], True, document, access) is None
    found = told([snippet, word, method], True, document, access)
    assert found == Members(("size",), False)  # an editor that offers words of the text knows no better
    found = told([snippet, method], True, document, access)
    assert found is not None and found.complete and "for" not in found.names


def test_a_list_that_is_too_long_is_cut_and_not_complete() -> None:
    found = told_of(f"chest.{MARK}", "java", *(f"name{number}" for number in range(MAX_NAMES + 1)))
    assert found is not None and len(found.names) == MAX_NAMES and not found.complete


def test_only_names_that_go_on_with_what_was_typed_count() -> None:
    assert narrowed(Members(("get", "gone", "set"), True), "g") == Members(("get", "gone"), True, "g")
    assert narrowed(Members(("get",), True), "x") is None


PYTHON = """class Basket(Base):
    limit: int = 3

    def __init__(self):
        self.items = []

    def add(self, item):
        return self.it⟨⟩


class Base:
    def clear(self): ...
"""


def test_members_of_the_own_class_and_of_its_bases() -> None:
    found = listed(PYTHON, "python")
    assert found is not None and not found.complete
    assert {"limit", "items", "add", "clear"} <= set(found.names) and "it" not in found.names


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        (f"class A:\n    b = 1\n\n    def f(self):\n        self.{MARK}\n", {"b", "f"}),
        (
            f"class A:\n    b = 1\n    class C:\n        d = 2\n        def f(self):\n            self.{MARK}",
            {"d", "f"},
        ),
        (f"class A:\n    def f(self): ...\n\ndef g(self):\n    self.{MARK}", None),
        (f"def g(self):\n    self.{MARK}", None),
    ],
)
def test_the_own_class_is_known_while_its_last_line_is_written(marked: str, names: set[str] | None) -> None:
    found = listed(marked, "python")
    assert (set(found.names) if found else None) == names


def test_a_class_with_a_base_that_is_not_open_is_unknown() -> None:
    assert listed(PYTHON.replace("class Base", "class Other"), "python") is None
    assert listed(f"class A(unittest.TestCase):\n    def test(self):\n        self.{MARK}\n", "python") is None


@pytest.mark.parametrize(
    ("language", "class_", "use"),
    [
        (
            "typescript",
            "class Chest {\n  width = 0;\n  constructor(private high: number) {}\n  area() {}\n}",
            "Chest",
        ),
        ("typescript", "interface Chest { width: number; high?: string; area(): void }", "Chest"),
        ("java", "class Chest {\n  int width, high;\n  void area() {}\n}", "Chest"),
        ("csharp", "class Chest {\n  int width;\n  public int high { get; set; }\n  void area() {}\n}", "Chest"),
        ("cpp", "struct Chest {\n  int width, high;\n  void area();\n};", "Chest"),
    ],
)
def test_members_of_a_class_in_an_open_file(language: str, class_: str, use: str) -> None:
    head = f"let chest: {use};" if language == "typescript" else f"{use} chest = make();"
    body = f"{head}\n  chest.{MARK}"
    marked = body if language == "typescript" else f"void f() {{\n  {body}\n}}\n"
    if language in ("java", "csharp"):
        marked = f"class Q {{\n{marked}}}\n"
    found = listed(marked, language, class_)
    assert found is not None and {"width", "high", "area"} <= set(found.names) and not found.complete
    assert listed(marked, language) is None


@pytest.mark.parametrize(
    ("language", "enum", "use"),
    [
        ("typescript", "export enum Color { Red = 'r', Green, // a remark\n  Blue }", f"const a = Color.{MARK}"),
        ("cpp", "enum class Color { Red = 1, Green, Blue };", f"auto a = Color::{MARK}"),
    ],
)
def test_an_enumeration_is_known_completely(language: str, enum: str, use: str) -> None:
    found = listed(use, language, enum)
    assert found is not None and found.complete and {"Red", "Green", "Blue"} <= set(found.names)


def test_an_enumeration_with_methods_is_not() -> None:
    found = listed(f"class Q {{ Object a = Color.{MARK}", "java", "enum Color { RED, GREEN }")
    assert found is None or not found.complete
