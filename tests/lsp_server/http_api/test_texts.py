"""Requests are matched to the documents of earlier ones."""

from hearth.engine.raw_fim import Place
from hearth.engine.types import ContextFile
from hearth.lsp_server.http_api.texts import MOST, Texts

CODE = "def area(width, height):\n    return width * height\n\n\n"


def texts() -> tuple[Texts, list[str]]:
    forgotten: list[str] = []
    return Texts(forgotten.append), forgotten


def test_a_text_that_is_typed_on_is_the_same_document() -> None:
    known, forgotten = texts()
    first, _, is_new = known.find(Place(f"{CODE}print(", ")\n"))
    assert is_new
    for above, below in ((f"{CODE}print(area", ")\n"), (CODE, "x = 1\n"), (f"# a\n{CODE}", "x = 1\n")):
        document, offset, is_new = known.find(Place(above, below))
        assert document is first
        assert not is_new
        assert (document.text, offset) == (above + below, len(above))
    assert forgotten == []


def test_another_text_is_another_document_and_old_ones_are_forgotten() -> None:
    known, forgotten = texts()
    uris = [known.find(Place(f"{chr(97 + number) * 60} = ", ""))[0].uri for number in range(MOST + 2)]
    assert len(set(uris)) == MOST + 2
    assert forgotten == uris[:2]
    assert known.beside(uris[0]) == ()


def test_a_path_tells_documents_apart_and_together() -> None:
    known, _ = texts()
    first = known.find(Place(CODE, "", "a.py"))[0]
    assert known.find(Place(CODE, "", "b.py"))[0] is not first
    assert known.find(Place(CODE, ""))[0] is not first
    assert known.find(Place("something else", "", "a.py"))[0] is first


def test_the_language_is_guessed_again_once_there_is_more_text() -> None:
    known, forgotten = texts()
    little = known.find(Place("x", ""))[0]
    assert little.language == "plaintext"
    much = known.find(Place("x\n" + CODE * 6, ""))[0]
    assert much.language == "python"
    assert forgotten in ([], [little.uri])
    assert known.find(Place("x\n" + CODE * 20, ""))[0].language == "python"


def test_a_path_of_any_kind_is_a_name_only() -> None:
    known, _ = texts()
    for path in ("a\0b.py", "/" * 9_000, "..\\..\\a.py", "a?b#c.py", "\ud800.py"):
        document = known.find(Place(CODE, "", path))[0]
        assert document.text == CODE


def test_files_beside_keep_their_trees_while_they_are_the_same() -> None:
    known, _ = texts()
    files = (ContextFile("a/unit.py", "INCH = 1\n"), ContextFile(".env", "KEY=1\n"))
    document = known.find(Place(CODE, "", files=files))[0]
    own, unit = known.beside(document.uri)
    assert own is document
    assert (unit.text, unit.language, unit.path) == ("INCH = 1\n", "python", None)
    known.find(Place(CODE + "\n", "", files=files))
    assert known.beside(document.uri)[1] is unit
    known.find(Place(CODE + "\n", "", files=(ContextFile("a/unit.py", "INCH = 2\n"),)))
    assert known.beside(document.uri)[1].text == "INCH = 2\n"
