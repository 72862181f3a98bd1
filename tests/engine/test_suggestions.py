from engine.suggestions import Suggestions


def find(known: Suggestions, marked: str) -> str | None:
    offset = marked.index("‸")
    found = known.find(marked.replace("‸", ""), offset)
    return None if found is None else found[0]


def suggested(marked: str, answer: str) -> Suggestions:
    known = Suggestions()
    known.add(marked.replace("‸", ""), marked.index("‸"), answer, 0.9)
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


def test_nothing_to_suggest_is_remembered_too() -> None:
    assert find(suggested("x = 1‸\n", ""), "x = 1‸\n") == ""


def test_what_was_rejected_is_known_at_its_place_only() -> None:
    known = Suggestions()
    known.reject("x = \n", 4, "hello\nworld")
    assert known.is_rejected("x = \n", 4, "hello\nthere")
    assert not known.is_rejected("y = \n", 4, "hello")
