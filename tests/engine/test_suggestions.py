from engine.suggestions import Part, Suggestions


def find(known: Suggestions, marked: str) -> str | None:
    offset = marked.index("‸")
    found = known.find(marked.replace("‸", ""), offset)
    return None if found is None else found[0]


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


def test_what_was_doubtful_is_sure_once_the_doubtful_words_were_typed() -> None:
    known = Suggestions()
    known.add("", 0, "for line in lines:", [Part(18, 0.1, ((3, 0.5), (8, 0.125), (18, 0.1)))])
    for typed, confidence in (("", 0.1), ("fo", 0.1), ("for", 0.2), ("for lin", 0.2), ("for line", 0.8)):
        _, entry = known.find(typed, len(typed)) or ("", None)
        assert entry and round(entry.confidence_at(len(typed)), 6) == confidence


def test_a_suggestion_is_as_sure_as_the_least_sure_of_its_lines_that_are_left() -> None:
    known = Suggestions()
    known.add("", 0, "one\ntwo\nthree", [Part(3, 0.2), Part(7, 0.5), Part(13, 0.9)])
    found = [known.find(typed, len(typed)) for typed in ("", "one", "one\ntwo")]
    assert [entry.confidence_at(offset) for (_, entry), offset in zip(found, (0, 3, 7), strict=True)] == [
        0.2,
        0.5,
        0.9,
    ]  # type: ignore[misc]


def test_nothing_to_suggest_is_remembered_too() -> None:
    assert find(suggested("x = 1‸\n", ""), "x = 1‸\n") == ""


def test_what_was_rejected_is_known_at_its_place_only() -> None:
    known = Suggestions()
    known.reject("x = \n", 4, "hello\nworld")
    assert known.is_rejected("x = \n", 4, "hello\nthere")
    assert not known.is_rejected("y = \n", 4, "hello")
