from hearth.engine.context.documents import Document
from hearth.engine.context.recent import MAX_EDITS, RecentEdits


def write(recent: RecentEdits, document: Document, start: int, end: int, new_text: str) -> None:
    recent.note(document, start, end, new_text)
    document.apply(start, end, new_text)


def texts(recent: RecentEdits, *documents: Document) -> list[str]:
    by_uri = {document.uri: document.text for document in documents}
    return [by_uri[edit.uri][edit.start : edit.end] for edit in recent.newest()]


def test_the_newest_edit_comes_first() -> None:
    recent, a, b = RecentEdits(), Document("a", ""), Document("b", "")
    write(recent, a, 0, 0, "one")
    write(recent, b, 0, 0, "two")
    assert texts(recent, a, b) == ["two", "one"]


def test_typing_on_is_one_edit() -> None:
    recent, a = RecentEdits(), Document("a", "[]")
    for index, char in enumerate("word"):
        write(recent, a, 1 + index, 1 + index, char)
    assert texts(recent, a) == ["word"]


def test_an_edit_moves_with_its_text() -> None:
    recent, a = RecentEdits(), Document("a", "." * 3000)
    write(recent, a, 2000, 2000, "first")
    write(recent, a, 0, 0, "second")
    write(recent, a, 1000, 1300, "")
    assert texts(recent, a) == ["", "second", "first"]


def test_only_so_many_are_remembered() -> None:
    recent, a = RecentEdits(), Document("a", "." * 100_000)
    for index in range(2 * MAX_EDITS):
        write(recent, a, index * 1000, index * 1000, "x")
    assert len(recent.newest()) == MAX_EDITS


def test_a_closed_document_is_forgotten() -> None:
    recent, a, b = RecentEdits(), Document("a", ""), Document("b", "")
    write(recent, a, 0, 0, "one")
    write(recent, b, 0, 0, "two")
    recent.forget("b")
    assert texts(recent, a) == ["one"]
