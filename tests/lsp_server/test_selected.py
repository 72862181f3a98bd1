"""An entry of the editor's own menu is selected: what is asked of the model, and what the editor is told."""

import asyncio
from typing import Any

import pytest
from lsprotocol import types as lsp

from hearth.engine.context.documents import Document
from hearth.engine.stats import records
from hearth.engine.types import Completion
from hearth.lsp_server import convert
from hearth.lsp_server.selected import asked
from tests.e2e.editor import MARK, Editor, Encoding, editor
from tests.e2e.test_events import accept_and_tell, as_json


def scripted(script: str) -> dict[str, Any]:
    return {"completion": {"backend": "scripted", "model": script}}


def entry(ed: Editor, text: str, before: int, after: int = 0) -> lsp.SelectedCompletionInfo:
    """An entry that replaces so many characters on both sides of the cursor."""
    return lsp.SelectedCompletionInfo(lsp.Range(ed.at(ed.cursor - before), ed.at(ed.cursor + after)), text)


async def ask(ed: Editor, selected: lsp.SelectedCompletionInfo, automatic: bool = True) -> Any:
    answer = await ed.request(automatic, selected)
    return answer.items[0] if answer.items else None


@pytest.mark.parametrize(
    ("marked", "text", "before", "after", "expected"),
    [
        ("x = user.na‸\n", "name", 2, 0, "x = user.name‸\n"),
        ("x = user.‸\n", "name", 0, 0, "x = user.name‸\n"),
        ("x = user.‸\n", ".name", 1, 0, "x = user.name‸\n"),
        ("x = user.na‸nope\n", "name", 2, 4, "x = user.name‸\n"),
        ("x = user.gn‸\n", "get_name", 2, 0, "x = user.get_name‸\n"),
    ],
)
def test_the_model_is_asked_about_the_text_with_the_entry(
    marked: str, text: str, before: int, after: int, expected: str
) -> None:
    document, offset = Document("file:///a.py", marked.replace(MARK, ""), "python"), marked.index(MARK)
    at = convert.position_at(document, offset, "utf-16")
    range = convert.range_at(document, offset - before, offset + after, "utf-16")
    found = asked(document, at, lsp.SelectedCompletionInfo(range, text), "utf-16")
    assert found.document.text[: found.offset] + MARK + found.document.text[found.offset :] == expected
    assert document.text == marked.replace(MARK, "")


@pytest.mark.parametrize(
    ("start", "end", "answer", "expected"),
    [  # offsets of `f(name)` that the answer is about, and what the editor is told of `f(na)`
        (6, 6, ", 1", ("name, 1", 2, 4)),
        (6, 7, ", 1)", ("name, 1)", 2, 5)),
        (4, 6, "mes", ("names", 2, 4)),
        (0, 7, "g(name)", ("g(name)", 0, 5)),
    ],
)
def test_an_answer_is_told_as_one_to_the_text_that_there_is(
    start: int, end: int, answer: str, expected: tuple[str, int, int]
) -> None:
    document = Document("file:///a.py", "f(na)", "python")
    selected = lsp.SelectedCompletionInfo(convert.range_at(document, 2, 4, "utf-16"), "name")
    found = asked(document, lsp.Position(0, 4), selected, "utf-16")
    told = found.told(Completion(answer, start, end, "eog", 1.0))
    assert (told.text, told.start, told.end) == expected


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_the_answer_begins_with_the_entry_and_replaces_its_range(encoding: Encoding) -> None:
    async with editor(scripted(".name)"), encoding=encoding) as ed:
        ed.open("s = f('😀é', us‸)\n")
        selected = entry(ed, "user", 2)
        item = await ask(ed, selected)
        assert item.insert_text.startswith("user.name") and item.range.start == selected.range.start
        ed.accept(item)
        assert ed.text == "s = f('😀é', user.name)\n"


async def test_other_answers_begin_with_the_entry_too() -> None:
    async with editor(scripted("(1)\f[|2]")) as ed:
        ed.open("x = us‸\n")
        answer = await ed.request(automatic=False, selected=entry(ed, "user", 2))
        assert [item.insert_text for item in answer.items] == ["user(1)", "user[2]"]


@pytest.mark.parametrize(
    ("range", "text"),
    [
        (((0, 0), (0, 1)), "user"),  # above
        (((0, 0), (1, 6)), "user"),  # over two lines
        (((1, 6), (1, 4)), "user"),  # backwards
        (((1, 0), (1, 2)), "user"),  # in front of the cursor
        (((9, 0), (9, 1)), "user"),  # below the end
        (((1, 4), (1, 6)), ""),
    ],
)
async def test_an_entry_at_another_place_than_the_cursors_counts_as_none(range: Any, text: str) -> None:
    async with editor(scripted("er.name")) as ed:
        ed.open("a\nx = us‸\n")
        (first, last) = (lsp.Position(*end) for end in range)
        item = await ask(ed, lsp.SelectedCompletionInfo(lsp.Range(first, last), text))
        ed.accept(item)
        assert ed.text == "a\nx = user.name\n"


@pytest.mark.parametrize("text", ["user($1)$0", "use(${1:what})", "use:\n    pass", "use:\r\n\tpass"])
async def test_beside_a_template_nothing_is_shown_until_the_menu_is_left(text: str) -> None:
    async with editor(scripted("er.name")) as ed:
        ed.open("x = us‸\n")
        assert await ask(ed, entry(ed, text, 2)) is None
        assert await ed.ghost() == "er.name"


async def test_what_editors_would_not_show_is_kept_until_the_entry_is_taken() -> None:
    async with editor(scripted("40:(1)")) as ed:
        ed.open("x = gn‸\n")
        assert await ask(ed, entry(ed, "get_name", 2)) is None
        ed.replace(ed.cursor - 2, ed.cursor, "get_name")
        assert await ed.ghost() == "(1)"


async def test_when_another_entry_is_selected_the_request_before_is_answered_with_null() -> None:
    async with editor(scripted("200:(1)")) as ed:
        ed.open("x = na‸\n")
        requests = []
        for text in ("name", "names", "native"):
            requests.append(asyncio.create_task(ed.request(selected=entry(ed, text, 2))))
            await asyncio.sleep(0)  # it is sent
        first, second, third = await asyncio.gather(*requests)
        assert (first, second) == (None, None)
        assert third.items[0].insert_text == "native(1)"


async def test_only_what_stands_behind_the_entry_is_counted_as_saved() -> None:
    async with editor(scripted("(1, 2)")) as ed:
        ed.open("x = na‸\n")
        first = await ask(ed, entry(ed, "name", 2))
        ed.client.protocol.notify("textDocument/didShowCompletion", {"item": as_json(first)})
        ed.replace(ed.cursor - 2, ed.cursor, "name")  # the menu's doing
        rest = await ed.ask()
        assert rest is not None and rest.insert_text == "(1, 2)"
        await accept_and_tell(ed, rest)
    (record,) = records.load()
    assert (record.outcome, record.saved, record.characters) == ("accepted", 6, 6)


async def test_an_entry_alone_is_not_a_part_of_the_suggestion_that_was_accepted() -> None:
    async with editor(scripted("(1, 2)")) as ed:
        ed.open("x = ‸\n")
        item = await ask(ed, entry(ed, "name", 0))
        ed.replace(ed.cursor, ed.cursor, "name")
        told = {"item": as_json(item), "acceptedLength": len("name")}
        ed.client.protocol.notify("textDocument/didPartiallyAcceptCompletion", told)
        ed.type(" + 1")
    (record,) = records.load()
    assert (record.outcome, record.saved) == ("passed", 0)


async def test_what_was_rejected_beside_an_entry_is_not_suggested_again() -> None:
    async with editor(scripted("(1, 2)")) as ed:
        ed.open("x = na‸\n")
        item = await ask(ed, entry(ed, "name", 2))
        ed.client.protocol.notify("hearth/didRejectCompletion", {"item": as_json(item)})
        assert await ask(ed, entry(ed, "name", 2)) is None
        ed.replace(ed.cursor - 2, ed.cursor, "name")
        assert await ed.ghost() == ""


async def test_a_suggestion_that_changes_nothing_is_not_sent() -> None:
    async with editor(scripted("b)")) as ed:
        ed.open("f(a, ‸)\n")
        assert await ed.ghost() == "b)"
        ed.type("b")
        assert await ed.ghost() == ""
