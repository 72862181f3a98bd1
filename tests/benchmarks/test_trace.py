from tests.benchmarks.packages import Source
from tests.benchmarks.trace import count_keys, first_keys, next_key, places

CODE = "".join(
    f"def area_{n}(width, height):\n    size = width * height\n    return size\n\n\n" for n in range(30)
)
FILES = [Source(language, f"{language}/{n}", CODE) for language in ("go", "python") for n in range(4)]


def test_a_place_puts_together_gives_the_file_back() -> None:
    for place in places(FILES, 3, seed=1):
        assert place.above + place.removed + place.below == CODE


def test_the_same_seed_chooses_the_same_places() -> None:
    assert places(FILES, 3, seed=5) == places(FILES, 3, seed=5)
    assert places(FILES, 3, seed=5) != places(FILES, 3, seed=6)


def test_every_language_gets_as_many_places_and_they_take_turns() -> None:
    languages = [place.language for place in places(FILES, 3, seed=1)]
    assert languages == ["go", "python"] * 3


def test_each_place_has_a_file_of_its_own() -> None:
    chosen = places(FILES, 4, seed=1)
    assert len({place.name for place in chosen}) == len(chosen) == 8


def test_the_cursor_stands_behind_the_indentation_and_before_a_line_end() -> None:
    for place in places(FILES, 4, seed=2):
        assert place.removed[0].strip()
        assert place.below.startswith("\n")


def test_nothing_is_open_where_the_removed_text_ends() -> None:
    text = "".join(f"call_{n}(\n    first_argument,\n    second_argument,\n)\n\n" for n in range(40))
    for seed in range(20):
        for place in places([Source("python", "a.py", text)], 1, seed):
            assert place.removed.count("(") == place.removed.count(")")


def test_prose_is_not_typed() -> None:
    prose = '"""\n' + "Some words about what there is to see here.\n" * 40 + '"""\n'
    assert places([Source("python", "a.py", prose)], 1, seed=1) == []


def test_half_of_the_places_are_rested() -> None:
    rested = [place.rested for place in places(FILES, 4, seed=1)]
    assert rested.count(True) == rested.count(False) == 4


def test_enter_brings_the_indentation_along() -> None:
    assert next_key("\n    return x") == "\n    "
    assert next_key("\n\t\tx") == "\n\t\t"


def test_enter_on_a_blank_line_brings_nothing() -> None:
    assert next_key("\n\n    x") == "\n"
    assert next_key("\n    \n") == "\n"


def test_the_first_keys_of_a_text() -> None:
    assert first_keys("a\n    bc", 3) == "a\n    b"
    assert first_keys("ab", 9) == "ab"


def test_keys_are_counted_as_they_are_pressed() -> None:
    assert count_keys("") == 0
    assert count_keys("ab\n        c") == 4
    assert count_keys("a\n\n    b") == 4
