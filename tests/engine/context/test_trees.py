"""Trees are made within bounds; what crashed a grammar is not given to it again."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import patch

import pytest

from hearth.engine import paths
from hearth.engine.code_actions.edits import Edit, refuse_errors
from hearth.engine.context import crashed, nests, parsed, trees
from hearth.engine.context.crashed import Memory, Text
from hearth.engine.context.documents import Document
from hearth.engine.errors import EditRefused
from hearth.engine.languages import Language, named
from tests.pace import is_over


def language(name: str) -> Language:
    found = named(name)
    assert found is not None
    return found


PYTHON = language("python")
LONG = ("def function(a, b):\n" + "    value = compute(a, [b])\n" * 40) * 200


@pytest.fixture(autouse=True)
def _own_memory() -> None:
    crashed.memory.cache_clear()


def test_a_tree_that_takes_too_long_is_given_up() -> None:
    with patch.object(trees, "PATIENT", 0.0):
        assert parsed.parse("x = 1\n" * 2000, PYTHON).tree is None


def test_a_text_that_is_too_long_has_no_tree() -> None:
    assert parsed.parse("x = 1\n" * (trees.MAX_BYTES // 6 + 1), PYTHON).tree is None
    assert parsed.parse("é" * (trees.MAX_BYTES // 2 + 1), PYTHON).tree is None


async def test_on_the_event_loop_there_is_less_time_than_in_a_thread() -> None:
    here, there = trees.patience(), await asyncio.to_thread(trees.patience)
    assert (here, there) == (trees.QUICK, trees.PATIENT)


async def test_what_is_pasted_into_one_code_shares_one_budget_on_the_event_loop() -> None:
    code = parsed.parse("x = f(1)\n", PYTHON)
    with patch.object(parsed, "MAX_PASTING", 0.0):
        assert parsed.paste(code, 0, 1, "y").tree is None
        assert (await asyncio.to_thread(parsed.paste, code, 0, 1, "y")).tree is not None
    assert parsed.paste(code, 0, 1, "y").tree is not None


async def test_an_edit_of_what_is_too_much_to_parse_is_refused() -> None:
    code = parsed.parse("x = f(1)\n", PYTHON)
    with pytest.raises(EditRefused, match="too large to parse"):
        refuse_errors(code, (Edit(4, 8, "(" * 10_000),))


async def test_a_long_document_gets_its_tree_in_a_thread_and_keeps_it_while_somebody_types() -> None:
    document = Document("u", LONG, "python")
    with patch.object(trees, "QUICK", 0.0):
        assert document.code.tree is None
        await asyncio.to_thread(lambda: document.code)
        assert document.code.tree is not None
    document.apply(0, 0, "y")
    with patch.object(trees, "make", wraps=trees.make) as made, patch.object(trees, "QUICK", trees.PATIENT):
        assert document.code.tree is not None and document.code.text.startswith("ydef")
    assert [call.args[2] is not None for call in made.call_args_list] == [True]  # of the tree before


def test_what_is_typed_while_a_thread_parses_is_in_the_tree_after_it() -> None:
    document, begun, typed = Document("u", LONG, "python"), threading.Event(), threading.Event()
    parse = parsed.parse

    def slowly(*arguments: object) -> parsed.ParsedText:
        begun.set()
        assert typed.wait(60)
        return parse(*arguments)  # type: ignore[arg-type]

    with patch.object(parsed, "parse", slowly):
        thread = threading.Thread(target=lambda: document.code)
        thread.start()
        assert begun.wait(60)
        document.apply(0, 0, "a = 1\n")  # whoever types does not wait
        document.apply(6, 6, "b = 2\n")
        typed.set()
        thread.join(60)
    assert document.text.startswith("a = 1\nb = 2\ndef")
    with patch.object(trees, "make", wraps=trees.make) as made:
        found = document.code
    assert made.call_args.args[2] is not None, "the tree of the thread, told of what was typed"
    assert found.tree is not None and found.text == document.text
    whole = parsed.parse(document.text, PYTHON).tree
    assert whole is not None and str(whole.root_node) == str(found.tree.root_node)


def test_what_was_too_much_is_not_tried_with_every_key() -> None:
    document, tries = Document("u", "(" * 100_000, "json"), 0

    def counted(*arguments: object) -> parsed.ParsedText:
        nonlocal tries
        tries += 1
        return parsed.ParsedText(document.text, language("json"))

    with patch.object(parsed, "parse", counted):
        for _ in range(1000):
            document.apply(0, 0, "(")
            assert document.code.tree is None
    assert 1 < tries < 12


@pytest.mark.parametrize(
    ("name", "unit"),
    [("java", "a<"), ("java", "&a %w("), ("java", "<=a = {"), ("javascript", "*  a= "), ("tsx", "#<a/>")],
)
def test_a_text_whose_end_costs_the_square_of_it_has_no_tree(name: str, unit: str) -> None:
    began = time.thread_time()
    assert parsed.parse(unit * (9_000 // len(unit)), language(name)).tree is None
    assert not is_over(time.thread_time() - began, 2 * trees.PATIENT)


def has_tree(document: Document) -> bool:
    return document.tree is not None


def test_a_large_insertion_is_tried_like_a_new_text() -> None:
    document = Document("u", "a;\n" * 2_000, "javascript")
    assert has_tree(document)
    with patch.object(trees, "_grown", wraps=trees._grown) as tried:
        document.apply(0, 0, "b;\n")
        assert has_tree(document) and not tried.called
        document.apply(0, 0, "*  a= " * 2_000)
        assert not has_tree(document) and tried.called


def test_the_longest_way_up_a_tree_is_cut() -> None:
    code = parsed.parse("a+" * 20_000 + "a", language("javascript"))
    assert code.tree is not None
    assert parsed.nodes_around(code.tree, 0, 1) == []
    assert len(parsed.nodes_around(code.tree, len(code.text) - 1, len(code.text))) == 4


@pytest.mark.parametrize("unit", ["(", "[", "{", "([{", "a<", "x(", ")))((((" * 3])
def test_a_deep_nest_is_seen_and_a_wide_one_is_none(unit: str) -> None:
    source = (unit * 10_000).encode()
    assert nests.too_deep(source, language("java"))
    closed = unit.translate(str.maketrans("([{<", ")]}>"))
    assert not nests.too_deep(f"{unit}{closed};\n".encode() * 10_000, language("java"))


def test_the_nests_of_yaml_are_counted_by_lines_and_by_columns() -> None:
    yaml = language("yaml")
    assert nests.too_deep(b"- " * 254, yaml) and nests.too_deep(b"a: 1\n" + b" " * 130 + b"b: 1\n", yaml)
    assert not nests.too_deep(b"- a: 1 - 2 - 3\n" * 10_000, yaml)
    assert not nests.too_deep(b'a: "' + b"long text " * 1000 + b'"\n', yaml)


_DIES = """
import os, signal, sys
from hearth.engine.context import parsed, trees
from hearth.engine.languages import named

def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

trees._parsed = die
parsed.parse("a: 1\\n" + sys.argv[2], named(sys.argv[1]), name=sys.argv[3])
"""


def _die(language: str, text: str, name: str = "") -> None:
    done = subprocess.run([sys.executable, "-c", _DIES, language, text, name], env=dict(os.environ), timeout=60)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="the signal is a Unix one")
def test_a_text_that_ended_the_process_has_no_tree_in_the_next_one() -> None:
    _die("yaml", "x", "file:///a.yaml")
    crashed.memory.cache_clear()
    yaml = language("yaml")
    assert parsed.parse("b: 1\n", yaml, name="file:///a.yaml").tree is None, "edited, it may crash again"
    assert parsed.parse("b: 1\n", yaml, name="file:///b.yaml").tree is not None
    assert parsed.parse("b = 1\n", PYTHON, name="file:///a.yaml").tree is not None
    left = [file.name for file in (paths.state_dir() / "parsing").glob("*.now")]
    assert left == [f"{os.getpid()}.now"]


@pytest.mark.skipif(sys.platform == "win32", reason="the signal is a Unix one")
def test_a_text_without_a_name_is_known_by_what_it_says() -> None:
    _die("yaml", "x")
    crashed.memory.cache_clear()
    assert parsed.parse("a: 1\nx", language("yaml")).tree is None
    assert parsed.parse("a: 1\ny", language("yaml")).tree is not None


@pytest.mark.skipif(sys.platform == "win32", reason="the signal is a Unix one")
def test_a_grammar_with_a_bad_record_gets_no_text() -> None:
    for number in range(crashed.BAD_RECORD):
        _die("yaml", str(number))
    crashed.memory.cache_clear()
    assert parsed.parse("other: 1\n", language("yaml")).tree is None
    assert parsed.parse("other = 1\n", PYTHON).tree is not None


def test_what_crashed_is_forgotten_after_a_week() -> None:
    folder = paths.private(paths.state_dir() / "parsing")
    text = crashed.text_of(b"x = 1\n", PYTHON, "")
    for age, is_safe in ((crashed.SECONDS_KEPT + 60, True), (60, False)):
        (folder / "crashed").write_bytes(b"%d %s\n" % (time.time() - age, text.line()))
        crashed.memory.cache_clear()
        assert (parsed.parse("x = 1\n", PYTHON).tree is not None) is is_safe


@pytest.mark.parametrize("found", [b"", b"\0" * 100_000, b"\xff\n" * 99, b"12 a b c d\n", b"9" * 5000 + b" a b\n"])
def test_a_damaged_record_costs_nothing(found: bytes) -> None:
    folder = paths.private(paths.state_dir() / "parsing")
    (folder / "crashed").write_bytes(found)
    (folder / "999999999.now").write_bytes(found)
    assert parsed.parse("x = 1\n", PYTHON).tree is not None


def test_without_a_state_folder_there_are_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> Path:
        raise PermissionError("not here")

    monkeypatch.setattr(paths, "private", refuse)
    assert parsed.parse("x = 1\n", PYTHON).tree is not None
    assert crashed.memory().lines is None


def test_more_threads_than_there_are_lines_for_still_parse(tmp_path: Path) -> None:
    memory = Memory(lines=crashed._lines(tmp_path / "1.now"))
    inside = [memory.noting(Text("python", str(number))) for number in range(100)]
    for each in inside:
        each.__enter__()
    assert b"python 31" in (tmp_path / "1.now").read_bytes()
    for each in inside:
        each.__exit__(None, None, None)
    assert not (tmp_path / "1.now").read_bytes().strip()
