"""Which definitions a question is about."""

import pytest

from hearth.engine.index.entries import Entry, Symbol
from hearth.engine.index.search import find
from hearth.engine.index.words import parts, stem, stems


def entry(shown: str, *definitions: tuple[str, ...]) -> Entry:
    """Each definition is (name, owner, doc)."""
    made = []
    for line, each in enumerate(definitions):
        name, owner, doc = (*each, "", "")[:3]
        made.append(Symbol(name, "class" if name[:1].isupper() else "function", owner, doc, line))
    return Entry(f"/project/{shown}", shown, 1, 1, shown, tuple(made))


PROJECT = [
    entry("sessions.py", ("Session",), ("get", "Session"), ("close", "Session"), ("merge_setting",)),
    entry("cookies.py", ("merge_cookies", "", "Add cookies to a jar."), ("CookieJar",), ("get", "CookieJar")),
    entry("adapters.py", ("HTTPAdapter",), ("send", "HTTPAdapter", "Send a prepared request."), ("buildPool",)),
    entry("tests/test_cookies.py", ("test_cookies_are_merged",)),
]


def best(question: str) -> str:
    hits = find(question, PROJECT)
    return ".".join(filter(None, (hits[0].symbol.owner, hits[0].symbol.name))) if hits else ""


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("what does merge_cookies do?", "merge_cookies"),
        ("Where does a Session merge cookies?", "Session"),
        ("where are the cookies merged?", "merge_cookies"),
        ("How does Session.get work?", "Session.get"),
        ("How does `CookieJar.get` work?", "CookieJar.get"),
        ("who builds the pool", "buildPool"),
        ("which test says that cookies are merged?", "test_cookies_are_merged"),
        ("what sends a prepared request?", "HTTPAdapter.send"),
        ("tell me about httpadapter", "HTTPAdapter"),
    ],
)
def test_a_question_finds_the_definition_that_it_names(question: str, found: str) -> None:
    assert best(question) == found


def test_what_merges_cookies_is_found_beside_the_class_that_is_named() -> None:
    names = [hit.symbol.name for hit in find("Where does a Session merge cookies?", PROJECT)]
    assert {"Session", "merge_cookies"} <= set(names)


@pytest.mark.parametrize(
    "question", ["", "?", "What does this do?", "Explain this code please", "Thanks!", "Ok, and why?"]
)
def test_a_question_about_nothing_of_the_project_finds_nothing(question: str) -> None:
    assert find(question, PROJECT) == []


def test_each_hit_tells_why() -> None:
    (hit, *_) = find("what does merge_cookies do?", PROJECT)
    assert hit.why == "the question names merge_cookies"


def test_the_same_question_finds_the_same_in_the_same_order() -> None:
    question = "How are cookies merged into a session?"
    assert find(question, PROJECT) == find(question, PROJECT[::-1])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("merge_cookies", ("merg", "cooki")),
        ("HTTPAdapterPool", ("http", "adapt", "pool")),
        ("_private2", ("privat", "2")),
    ],
)
def test_the_words_of_a_name(name: str, words: tuple[str, ...]) -> None:
    assert parts(name) == words


@pytest.mark.parametrize(
    "forms", ["merge merges merged merging", "cookie cookies", "tokenize tokenizer token tokens"]
)
def test_the_forms_of_a_word_are_one(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


def test_the_words_of_a_question_without_those_that_say_nothing() -> None:
    assert stems("How do I merge the cookies?") == {stem("merge"), stem("cookies")}


def test_a_very_long_question_takes_no_longer() -> None:
    assert find("x" * 1_000_000, PROJECT) == []
