from tests.benchmarks.engines import Buffer
from tests.benchmarks.engines.llama_vim import Cache, local, shown


def buffer(marked: str) -> Buffer:
    above, below = marked.split("‸")
    return Buffer("a.py", "python", above, below)


def test_the_line_left_of_the_cursor_goes_behind_mid() -> None:
    place = local(buffer("a = 1\n    b = ‸\nc = 3\n"))
    assert (place.prefix, place.middle, place.suffix) == ("a = 1\n", "    b = ", "\nc = 3\n\n")
    assert place.indent == 4


def test_a_blank_line_is_asked_for_from_its_beginning() -> None:
    place = local(buffer("a = 1\n    ‸\nc = 3"))
    assert (place.prefix, place.middle, place.indent) == ("a = 1\n", "", 0)


def test_only_256_lines_above_and_64_below_are_sent() -> None:
    place = local(buffer("x\n" * 300 + "‸" + "\ny" * 100))
    assert place.prefix.count("x") == 256
    assert place.suffix.count("y") == 64


def test_typing_along_an_answer_is_answered_from_memory() -> None:
    cache = Cache()
    cache.add(local(buffer("size = ‸\n")), "width * height")
    assert cache.find(local(buffer("size = wid‸\n"))) == "th * height"


def test_typing_something_else_is_not() -> None:
    cache = Cache()
    cache.add(local(buffer("size = ‸\n")), "width * height")
    assert cache.find(local(buffer("size = h‸\n"))) is None


def test_an_answer_is_found_when_the_first_lines_have_scrolled_away() -> None:
    cache = Cache()
    cache.add(local(buffer("a\nb\nsize = ‸\n")), "width")
    assert cache.find(local(buffer("b\nsize = ‸\n"))) == "width"


def test_the_indentation_that_is_there_is_not_shown_again() -> None:
    assert shown("    return x\n", buffer("def f(x):\n    ‸\n")) == "return x"


def test_what_stands_below_is_not_shown_again() -> None:
    assert shown("\nb = 2", buffer("a = 1‸\nb = 2\nc = 3")) == ""
    assert shown("b = 2", buffer("a = 1\n‸\nb = 2\nc = 3")) == ""
    assert shown("b = 2\nc =", buffer("a = 1\n‸\nb = 2\nc = 3")) == ""
    assert shown("b = 3", buffer("a = 1\n‸\nb = 2\nc = 3")) == "b = 3"
