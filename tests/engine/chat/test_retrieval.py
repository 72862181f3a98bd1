"""Which definitions go along with a question, and how much of each."""

from pathlib import Path
from textwrap import indent

import pytest

from hearth.engine.chat.retrieval import TOKENS, Shown, definitions
from hearth.engine.context.documents import Document
from hearth.engine.index.symbols import SymbolIndex
from hearth.engine.text import estimate_tokens

LONG = "".join(f"    value_{number} = compute_something({number})\n" for number in range(200))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def indexed(root: Path, **files: str) -> SymbolIndex:
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    index = SymbolIndex([str(root)])
    index.update()
    return index


def test_a_short_definition_is_shown_whole_with_its_lines(root: Path) -> None:
    index = indexed(root, a="x = 1\n\n\ndef add_tax(amount):\n    return amount\n\n\ny = 2\n")
    (found,) = definitions("what is add_tax?", index.entries(), (), index.roots)
    assert (found.path, found.text, found.first, found.last) == (
        *("a.py", "def add_tax(amount):\n    return amount"),
        *(3, 4),
    )
    assert found.uri == (root / "a.py").as_uri() and found.language == "python"


def test_of_a_long_function_the_beginning_is_shown(root: Path) -> None:
    index = indexed(root, a=f"def add_tax():\n{LONG}")
    (found,) = definitions("what is add_tax?", index.entries(), (), index.roots)
    assert found.text.startswith("def add_tax():\n    value_0") and found.text.endswith("\n…")
    assert (found.first, found.last) == (0, 200)


def test_of_a_long_class_the_heads_are_shown_and_the_member_that_is_named(root: Path) -> None:
    members = f"def big(self):\n{LONG}\ndef add_vat(self):\n    return 19\n"
    index = indexed(root, a="class Taxes:\n" + indent(members, "    "))
    found = definitions("How does Taxes.add_vat work?", index.entries(), (), index.roots)
    texts = {each.text for each in found}
    assert "    def add_vat(self):\n        return 19" in texts
    (whole,) = [text for text in texts if text.startswith("class Taxes")]
    assert "def big(self)" in whole and "value_1 " not in whole


@pytest.mark.parametrize("budget", [30, 120, TOKENS])
def test_all_of_them_stay_within_the_budget(root: Path, budget: int) -> None:
    files = {f"part{number}": f"def tax_part{number}():\n{LONG}" for number in range(20)}
    index = indexed(root, **files)
    found = definitions("tell me of every tax part", index.entries(), (), index.roots, budget=budget)
    assert sum(estimate_tokens(each.text) for each in found) <= budget
    assert found or budget < 60


def test_what_is_shown_anyway_is_not_shown_twice(root: Path) -> None:
    index = indexed(root, a="def add_tax():\n    return 1\n", b="def add_tax():\n    return 2\n")
    shown = [Shown(str(root / "a.py"))]
    assert [each.path for each in definitions("what is add_tax?", index.entries(), (), index.roots, shown)] == [
        "b.py"
    ]
    elsewhere = [Shown(str(root / "a.py"), 7, 9)]
    assert len(definitions("what is add_tax?", index.entries(), (), index.roots, elsewhere)) == 2


def test_an_open_document_counts_as_it_is_and_its_file_does_not(root: Path) -> None:
    index = indexed(root, a="def add_tax():\n    return 1\n")
    path = str(root / "a.py")
    open_now = Document((root / "a.py").as_uri(), "\ndef add_tax():\n    return 2\n", "python", path)
    (found,) = definitions("what is add_tax?", index.entries(), [open_now], index.roots)
    assert "return 2" in found.text and found.first == 1
    open_now.replace("nothing = 1\n")
    assert definitions("what is add_tax?", index.entries(), [open_now], index.roots) == []


def test_a_file_that_changed_since_is_read_as_it_is_now(root: Path) -> None:
    index = indexed(root, a="def add_tax():\n    return 1\n", b="def add_vat():\n    return 1\n")
    (root / "a.py").write_text("# new\n\ndef add_tax():\n    return 3\n")
    (root / "b.py").write_text("TOKEN = 'gh" + "p_" + "aB3dE6gH9" * 4 + "'\ndef add_vat():\n    return 1\n")
    (found,) = definitions("what are add_tax and add_vat?", index.entries(), (), index.roots)
    assert "return 3" in found.text and found.first == 2


def test_what_is_ignored_by_now_is_not_shown(root: Path) -> None:
    index = indexed(root, a="def add_tax():\n    return 1\n")
    (root / ".hearthignore").write_text("a.py\n")
    assert definitions("what is add_tax?", index.entries(), (), index.roots) == []
