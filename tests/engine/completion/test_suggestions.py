import pytest

from hearth.engine.completion.suggestions import Part, Step, Suggestions


def find(known: Suggestions, marked: str) -> str | None:
    offset = marked.index("‸")
    text = marked.replace("‸", "")
    found = known.find(text, offset)
    return None if found is None else found.rest_at(text, offset)


def suggested(marked: str, answer: str) -> Suggestions:
    known = Suggestions()
    known.add(marked.replace("‸", ""), marked.index("‸"), answer, [Part(len(answer), 0.9)])
    return known


def test_what_remains_of_a_suggestion_is_known_while_it_is_typed() -> None:
    known = suggested("x = ‸\n", "hello(world)")
    assert find(known, "x = hel‸\n") == "lo(world)"
    assert find(known, "x = hello(‸)\n") == "world)"
    assert find(known, "x = help‸\n") is None


def test_going_back_restores_it() -> None:
    known = suggested("x = ‸\n", "hello")
    assert find(known, "x = hel‸\n") == "lo"
    assert find(known, "x = ‸\n") == "hello"


def test_other_text_around_the_cursor_is_another_place() -> None:
    known = suggested("x = ‸\n", "hello")
    assert find(known, "y = ‸\n") is None
    assert find(known, "x = ‸\nz\n") is None


def test_a_finished_suggestion_says_nothing_about_what_follows() -> None:
    known = suggested("x = ‸\n", "hello")
    assert find(known, "x = hello‸\n") is None


LOOP = "for line in lines:"
STEPS = (Step(3, 0.5), Step(8, 0.125), Step(11, 0.12), Step(18, 0.1))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", ("", 0.1)),
        ("fo", ("", 0.1)),
        ("for", ("", 0.2)),
        ("for lin", ("", 0.2)),
        ("for line", (" in lines:", 0.8)),
    ],
)
def test_what_was_doubtful_is_shown_once_the_doubtful_words_were_typed(
    typed: str, shown: tuple[str, float]
) -> None:
    known = Suggestions()
    known.add("", 0, LOOP, [Part(18, 0.1, STEPS)])
    entry = known.find(typed, len(typed))
    assert entry
    text, probability, *_ = entry.displayable_at(len(typed), min_probability=0.4)
    assert (text, round(probability, 6)) == shown


@pytest.mark.parametrize(
    ("marked", "shown"),
    [("‸\n", "for line in"), ("(‸)\n", "for line in"), ("‸ # rest\n", "")],
)
def test_of_a_doubtful_line_the_sure_words_are_shown(marked: str, shown: str) -> None:
    known = Suggestions()
    steps = ((8, 0.9), (11, 0.8), (14, 0.7), (17, 0.1), (18, 0.1))
    text, offset = marked.replace("‸", ""), marked.index("‸")
    known.add(text, offset, LOOP, [Part(18, 0.1, tuple(Step(*each) for each in steps))])
    entry = known.find(text, offset)
    assert entry
    assert entry.displayable_at(offset, min_probability=0.4)[0] == shown
    assert entry.displayable_at(offset, min_probability=0.0)[0] == LOOP


@pytest.mark.parametrize(
    ("typed", "shown"), [("", "one\ntwo"), ("one", "\ntwo"), ("one\ntwo", ""), ("one\ntwo\nthree", "\nfour")]
)
def test_lines_are_shown_up_to_the_first_doubtful_one(typed: str, shown: str) -> None:
    known = Suggestions()
    known.add("", 0, "one\ntwo\nthree\nfour", [Part(3, 0.5), Part(7, 0.5), Part(13, 0.2), Part(18, 0.9)])
    entry = known.find(typed, len(typed))
    assert entry
    assert entry.displayable_at(len(typed), min_probability=0.4)[0] == shown


def test_nothing_to_suggest_is_remembered_too() -> None:
    assert find(suggested("x = 1‸\n", ""), "x = 1‸\n") == ""


def test_what_was_rejected_is_known_at_its_place_only() -> None:
    known = Suggestions()
    known.reject("x = \n", 4, "hello\nworld")
    assert known.is_rejected("x = \n", 4, "hello\nthere")
    assert not known.is_rejected("y = \n", 4, "hello")


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("x = items.map((‸));\ny\n", "item) => item.price);"),
        ("x = items.map((it‸));\ny\n", "em) => item.price);"),
        ("x = items.map((item)‸);\ny\n", " => item.price);"),
        ("x = items.map((item) => item.price)‸;\ny\n", ";"),
        ("x = items.map((‸)));\ny\n", "item) => item.price);"),
        ("x = items.map((‸)]);\nz\n", None),
        ("x = items.map((‸);\ny\n", "item) => item.price);"),
    ],
)
def test_brackets_that_an_editor_closes_or_lets_type_over_do_not_matter(typed: str, rest: str | None) -> None:
    assert find(suggested("x = items.map(‸);\ny\n", "(item) => item.price);"), typed) == rest


def test_a_block_that_an_editor_closes_over_lines_does_not_matter() -> None:
    known = suggested("f(‸);\ny\n", "{\n  a: [1, 2],\n});")
    assert find(known, "f({‸});\ny\n") == "\n  a: [1, 2],\n});"
    assert find(known, "f({\n  ‸\n});\ny\n") == "a: [1, 2],\n});"
    assert find(known, "f({\n  a: [‸]\n});\ny\n") == "1, 2],\n});"


def test_at_the_end_of_a_file_the_rest_must_be_the_same_too() -> None:
    known = suggested("f(‸)", "g(1))")
    assert find(known, "f(g(‸))") == "1))"
    assert find(known, "f(g(‸)") == "1))"
    assert find(known, "f(g(‸") is None
