import time

import pytest

from hearth.engine.context import near as near_module
from hearth.engine.context.near import near, words_of
from hearth.engine.context.parsed import parse
from tests.engine.context.marked import marked


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("newCompressionWriter", ("new", "compre", "writer")),
        ("HTTPServer", ("http", "server")),
        ("price_of_item", ("price", "item")),
        ("$ZodError", ("zod", "error")),
        ("x1", ()),
    ],
)
def test_a_name_is_made_of_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("language", "text", "receiver", "types"),
    [
        ("python", "def f(thing: Big):\n    thing.⟨⟩", "thing", ("Big",)),
        ("python", "def f(thing: Optional['Big'] = None):\n    return thing.na⟨⟩", "thing", ("Big",)),
        ("python", "thing = Big(1)\nself.thing.⟨⟩", "thing", ("Big",)),
        ("python", "Big.⟨⟩", "Big", ("Big",)),
        ("python", "x = make().⟨⟩", "make", ()),
        ("python", "self.⟨⟩", "self", ()),
        ("typescript", "const x = new Big()\nx?.⟨⟩", "x", ("Big",)),
        ("typescript", "function f(x: Big) { x.⟨⟩ }", "x", ("Big",)),
        ("go", "func f(c *Conn, n int) {\n\tc.⟨⟩\n}", "c", ("Conn",)),
        ("go", "\tc := &Conn{}\n\tc.⟨⟩", "c", ("Conn",)),
        ("rust", "fn f(p: &mut Point) { p.⟨⟩ }", "p", ("Point",)),
        ("python", "x = 1 +⟨⟩", "", ()),
        ("klingon", "a.⟨⟩", "a", ()),
    ],
)
def test_what_stands_before_the_dot_and_its_type(
    language: str, text: str, receiver: str, types: tuple[str, ...]
) -> None:
    found = near(*marked(text, language))
    assert (found.receiver, found.types) == (receiver, types)


def test_a_variable_may_be_named_after_its_type() -> None:
    found = near(*marked("message_text.⟨⟩"))
    assert found.is_type_of_receiver("Text")
    assert not found.is_type_of_receiver("Message")
    assert not near(*marked("x = ⟨⟩")).is_type_of_receiver("Text")


def test_names_that_share_words_with_the_line_are_alike() -> None:
    found = near(*marked("def f():\n    unrelated()\n    compress_writer = ⟨⟩"))
    alike = [found.likeness(name) for name in ("newCompressionWriter", "unrelatedThing", "other")]
    assert alike[0] > alike[1] > alike[2] == 0


def test_the_names_nearest_to_the_cursor_come_first() -> None:
    found = near(*marked("def f():\n    first()\n    second(⟨⟩)\n    third()\n"))
    assert found.names[:2] == ("second", "first")
    assert found.used == set(found.names)


def test_of_a_long_line_what_is_near_counts_and_nothing_is_kept() -> None:
    """A line that ever grows is another one at every keystroke: kept, 600 of them were a gigabyte."""
    words = " ".join(f"someWord{number}" for number in range(10_000))
    before = near_module._stems_of_name.cache_info().currsize
    for typed in range(50):
        text = f"{words} lastWord{'x' * typed}"
        found = near(parse(text, None), len(text))
        assert "word" in found.words and len(found.words) < 400
    assert near_module._stems_of_name.cache_info().currsize == before


def test_a_word_of_a_megabyte_is_no_name() -> None:
    text = "x = " + "aB3" * 400_000 + "."
    began = time.thread_time()
    found = near(parse(text, None), len(text))
    assert time.thread_time() - began < 1  # second of processor time; from every letter on it took hours
    assert max(map(len, found.words), default=0) < 100
    assert words_of("Ab" * 1_000_000) == words_of("Ab" * 100)
