import statistics
import time
from collections.abc import Callable
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from hearth.engine.context import documents, parsed
from hearth.engine.context.documents import Document, line_starts
from hearth.engine.context.symbols import symbols
from hearth.engine.languages import language_of

SEEDS = {
    "python": "import os\n\nclass A:\n    def f(self, x):\n        '''é'''\n        return [x, '😀']\n\nB = 1\n",
    "typescript": "import a from './a'\n\n/** É */\nexport const f = (x: number) => {\n  return `é${x}`\n}\n",
    "go": "package a\r\n\r\nfunc F(x int) error {\r\n\treturn g(x) // é\r\n}\r\n",
    "rust": "use crate::a;\n\n/// Says é.\nfn f<'a>(x: &'a str) -> u8 {\n    match x { _ => 1 }\n}\n",
    "yaml": "a:\n  - b: é\n    c: |\n      text\nd: 1\n",
    "markdown": "# A\n\ntext\n\n```py\nx\n```\n\nB\n===\n",
    "klingon": "one\r\ntwo\rthree\n\n",
}
PIECES = ["x", "é", "😀", "\ud800", "\0", "\n", "\r", "\r\n", "    ", "(", ")", "{", "}", "'", '"', "`", "#", "/*"]
SNIPPETS = st.sampled_from(["", *PIECES, "def g():\n    return 1\n", "class C {\n", "# B\n", "- a\n", ": "])
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), SNIPPETS), max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.sampled_from([1, 12]), EDITS, st.sets(st.integers(0, 12)))
def test_after_any_edits_all_is_as_if_read_anew(
    language: str, times: int, edits: list[tuple[float, int, str]], asked_after: set[int]
) -> None:
    document = Document("u", SEEDS[language] * times, language)
    expected = document.text
    assert document.line_starts == line_starts(expected)
    for index, (where, length, new_text) in enumerate(edits):
        start = round(where * len(expected))
        end = min(len(expected), start + length)
        document.apply(start, end, new_text)
        expected = expected[:start] + new_text + expected[end:]
        if index in asked_after:  # edits may also come one after the other, with nobody asking in between
            _compare(document, expected, language)
    _compare(document, expected, language)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), EDITS, st.floats(0, 1))
def test_what_is_near_is_a_part_of_the_text_parsed(
    language: str, edits: list[tuple[float, int, str]], cursor: float
) -> None:
    document = Document("u", SEEDS[language] * 20, language)
    with patch.multiple(documents, _LONG=200, _AROUND=80):
        for where, length, new_text in [(0.5, 0, ""), *edits]:
            start = round(where * len(document.text))
            document.apply(start, min(len(document.text), start + length), new_text)
            offset = round(cursor * len(document.text))
            code, begins = document.code_near(offset)
            assert document.text[begins : begins + len(code.text)] == code.text
            assert begins <= max(0, offset - 20)
            assert begins + len(code.text) >= min(len(document.text), offset + 20)
            fresh = parsed.parse(code.text, language_of(language))
            assert str(code.tree and code.tree.root_node) == str(fresh.tree and fresh.tree.root_node)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), EDITS, st.floats(0, 1), SNIPPETS)
def test_a_variant_is_as_if_read_anew_and_leaves_the_document_as_it_was(
    language: str, edits: list[tuple[float, int, str]], cursor: float, inserted: str
) -> None:
    document = Document("u", SEEDS[language] * 20, language)
    with patch.multiple(documents, _LONG=200, _AROUND=80):
        for where, length, new_text in [(0.5, 0, ""), *edits]:
            start = round(where * len(document.text))
            document.apply(start, min(len(document.text), start + length), new_text)
            before = document.text
            offset = round(cursor * len(before))
            document.code_near(offset)
            variant = document.variant(offset, offset, inserted)
            code, begins = variant.code_near(offset)
            assert variant.text[begins : begins + len(code.text)] == code.text
            fresh = parsed.parse(code.text, language_of(language))
            assert str(code.tree and code.tree.root_node) == str(fresh.tree and fresh.tree.root_node)
            _compare(variant, before[:offset] + inserted + before[offset:], language)
            code, begins = document.code_near(offset)
            assert before[begins : begins + len(code.text)] == code.text
    _compare(document, before, language)


def test_what_is_near_does_not_begin_inside_a_string() -> None:
    text = 'a = 1\n"""\n' + "no code (\n" * 2000 + '"""\nb = 2\n' + "c = 3\n" * 50
    code, begins = Document("u", text, "python").code_near(text.index("b = 2"))
    assert begins == text.index('"""')
    assert code.tree and not code.tree.root_node.has_error


def test_a_keystroke_in_a_long_flat_file_costs_far_less_than_to_parse_it() -> None:
    text = "".join(f"value_{line} = compute({line})\n" for line in range(10_000))
    document = Document("u", text, "python")
    whole = _seconds(lambda: parsed.parse(text, language_of("python")))
    offset = len(text) // 2
    document.code_near(offset)
    times: list[float] = []
    for key in "total = f(":
        document.apply(offset, offset, key)
        offset += 1
        times.append(_seconds(lambda: document.code_near(offset)))  # noqa: B023
    assert statistics.median(times) < whole / 10


def _compare(document: Document, text: str, language: str) -> None:
    assert document.text == text
    assert document.line_starts == line_starts(text)
    fresh = parsed.parse(text, language_of(language))
    kept, new = (tree and tree.root_node for tree in (document.tree, fresh.tree))
    if kept is not None and new is not None and new.has_error:
        assert kept.has_error, "more than one tree of broken code is right: which one depends on what was kept"
    else:
        assert str(kept) == str(new)
        assert symbols(document.code) == symbols(fresh)


@given(st.text("ab\r\n\u2028\x0c", max_size=30))
def test_lines_end_where_the_protocol_says(text: str) -> None:
    starts = line_starts(text)
    ends = [*starts[1:], len(text)]
    lines = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    assert "".join(lines) == text
    for line in lines[:-1]:
        assert line.endswith(("\n", "\r"))
        assert not {"\n", "\r"} & set(line.removesuffix("\n").removesuffix("\r"))
    assert not {"\n", "\r"} & set(lines[-1])


@given(st.text(st.characters() | st.sampled_from("é😀\ud800\n"), max_size=40), st.data())
def test_bytes_and_offsets_are_each_others_inverse(text: str, data: st.DataObject) -> None:
    code = parsed.parse(text, language_of("python"))
    offset = data.draw(st.integers(0, len(text)))
    assert code.offset(code.byte(offset)) == offset
    assert code.offsets([code.byte(offset)]) == {code.byte(offset): offset}


def test_a_tree_that_was_handed_out_does_not_change() -> None:
    document = Document("u", "x = 1\n", "python")
    before = document.code
    document.apply(0, 0, "def f(): pass\n")
    assert document.code is not before
    assert before.text == "x = 1\n"
    assert before.tree is not None
    assert before.tree.root_node.end_byte == 6


def test_the_tree_is_made_once_for_each_version() -> None:
    document = Document("u", "x = 1\n", "python")
    assert document.code is document.code


def test_an_unknown_language_has_no_tree() -> None:
    document = Document("u", "x = 1\n", "klingon")
    assert document.tree is None
    document.apply(0, 1, "y")
    assert document.tree is None


def test_a_whole_new_text_takes_the_place_of_the_old_one() -> None:
    document = Document("u", "x = 1\n", "python")
    assert document.tree is not None
    assert document.line_starts == [0, 6]
    document.replace("def f():\r\n    pass")
    assert document.line_starts == [0, 10]
    assert [found.name for found in symbols(document.code).definitions] == ["f"]


def test_a_snapshot_stays_as_it_was_taken() -> None:
    document = Document("u", "x", "python", "/a.py", 3)
    taken = document.snapshot()
    document.apply(0, 1, "y")
    assert (taken.text, taken.version, taken.path) == ("x", 3, "/a.py")


def test_pasting_leaves_the_code_as_it_was() -> None:
    code = parsed.parse("def f(a):\n    return \n", language_of("python"))
    pasted = parsed.paste(code, 21, 21, "é")
    assert pasted.text == "def f(a):\n    return é\n"
    assert code.text == "def f(a):\n    return \n"
    fresh = parsed.parse(pasted.text, code.language)
    assert pasted.tree is not None
    assert fresh.tree is not None
    assert str(pasted.tree.root_node) == str(fresh.tree.root_node)


def test_a_keystroke_in_a_long_file_costs_a_small_part_of_a_full_parse() -> None:
    function = (
        "def f{0}(a, b):\n" + "    if a > b and f{0}(b, [a, {0}]):\n        return {{'a': a + b}}\n" * 12 + "\n\n"
    )
    document = Document("u", "".join(function.format(number) for number in range(400)), "python")
    assert document.text.count("\n") > 10_000
    offset = document.text.index("    if", len(document.text) // 2)
    full = min(_seconds(lambda: parsed.parse(document.text, language_of("python"))) for _ in range(3))
    document.code  # noqa: B018 (the file was opened some time ago)
    keys = []
    for char in "    value = f1(a, b)[0]\n":
        document.apply(offset, offset, char)
        offset += 1
        keys.append(_seconds(lambda: document.code))
    assert statistics.median(keys) <= full / 15
    fresh = parsed.parse(document.text, language_of("python"))
    assert document.tree is not None and fresh.tree is not None
    assert str(document.tree.root_node) == str(fresh.tree.root_node)


def _seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began
