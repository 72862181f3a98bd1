"""A suggestion of which a part was shown grows while nobody types, with the scripted backend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcMethodNotFound

from hearth.engine.stats import records
from hearth.lsp_server.params import plain
from tests.e2e.editor import PATIENCE, Editor, editor
from tests.e2e.test_events import accept_and_tell, as_json
from tests.waiting import until

BLOCK = "def f(a, b):\n    ‸\n"
PART, WHOLE = "total = a", "total = a\n    total += b\n    return total"
CAN = {"hearth": {"completionGrew": True}}


@asynccontextmanager
async def growing(
    delay_ms: int = 500, experimental: Any = CAN
) -> AsyncIterator[tuple[Editor, "asyncio.Queue[Any]"]]:
    """(an editor that is answered with a part, what it is told then); each line takes so long."""
    script = f"{delay_ms}:total = a\n|    total += b\n|    return total\n|"
    grown: asyncio.Queue[Any] = asyncio.Queue()
    completion = {"backend": "scripted", "model": script, "deadline_ms": 1}
    async with editor({"completion": completion}, experimental=experimental) as ed:
        ed.client.feature("hearth/completionGrew")(lambda params: grown.put_nowait(plain(params)))
        ed.open(BLOCK)
        yield ed, grown


async def suggestion(ed: Editor) -> lsp.InlineCompletionItem:
    item = await ed.ask()
    assert item is not None
    return item


async def whole(
    ed: Editor, grown: "asyncio.Queue[Any]", first: lsp.InlineCompletionItem
) -> lsp.InlineCompletionItem:
    """The whole text, by nothing but what is told."""
    item = first
    while item.insert_text != WHOLE:
        told = await asyncio.wait_for(grown.get(), PATIENCE)
        at = ed.at(ed.cursor)
        place = {"line": at.line, "character": at.character}
        assert told == {"textDocument": {"uri": ed.uri, "version": ed.version}, "position": place}
        longer = await suggestion(ed)
        assert str(longer.insert_text).startswith(str(item.insert_text)) and longer.range == item.range
        item = longer
    return item


async def test_what_is_shown_grows_to_the_whole_and_is_one_suggestion() -> None:
    async with growing() as (ed, grown):
        first = await suggestion(ed)
        assert first.insert_text == PART
        ed.client.protocol.notify("textDocument/didShowCompletion", {"item": as_json(first)})
        last = await whole(ed, grown, first)
        assert last.command == first.command, "the same id"
        await accept_and_tell(ed, last)
    found = [(each.outcome, each.shown, each.characters, each.saved, each.lines) for each in records.load()]
    assert found == [("accepted", True, len(WHOLE), len(WHOLE), 3)]


async def test_a_grown_suggestion_that_is_not_taken_is_counted_once() -> None:
    async with growing() as (ed, grown):
        await whole(ed, grown, await suggestion(ed))
        ed.type("z")
    assert [(each.outcome, each.characters) for each in records.load()] == [("passed", len(WHOLE))]


@pytest.mark.parametrize("experimental", [None, {"hearth": {"preview": True}}])
async def test_clients_that_do_not_say_that_they_can_are_told_nothing(experimental: Any) -> None:
    async with growing(50, experimental) as (ed, grown):
        await ed.ask()

        async def is_whole() -> bool:
            return await ed.ghost() == WHOLE

        await until(is_whole, "the whole text")
        assert grown.empty()


async def _nothing_comes(ed: Editor, grown: "asyncio.Queue[Any]") -> None:
    """Nothing that was told after the server had heard of all that was done."""
    with pytest.raises(JsonRpcMethodNotFound):
        await ed.client.protocol.send_request_async("test/unknown", {})
    while not grown.empty():  # told before, on a busy machine
        grown.get_nowait()
    await asyncio.sleep(1)  # longer than the lines take
    assert grown.empty()


@pytest.mark.parametrize("what", ["edited", "rejected", "closed", "paused"])
async def test_nothing_is_told_once_the_user_did_something(what: str) -> None:
    async with growing(200) as (ed, grown):
        first = await suggestion(ed)
        if what == "edited":
            ed.replace(0, 0, "# a comment\n")
        elif what == "rejected":
            ed.client.protocol.notify("hearth/didRejectCompletion", {"item": as_json(first)})
        elif what == "closed":
            ed.close()
        else:
            await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.pause"))
        await _nothing_comes(ed, grown)


async def test_behind_an_entry_of_a_menu_nothing_is_told() -> None:
    async with growing(200) as (ed, grown):
        ed.type("tot")
        at = lsp.Range(ed.at(ed.cursor - 3), ed.at(ed.cursor))
        await ed.request(selected=lsp.SelectedCompletionInfo(at, "total"))
        await _nothing_comes(ed, grown)


async def test_who_asks_by_hand_sees_it_grow() -> None:
    async with growing() as (ed, grown):
        first = await ed.ask(automatic=False)
        assert first is not None and first.insert_text == PART
        await whole(ed, grown, first)


async def test_who_asks_by_hand_in_an_editor_where_nothing_grows_gets_all_of_it() -> None:
    async with growing(100, experimental=None) as (ed, grown):
        assert await ed.ghost(automatic=False) == WHOLE
        assert grown.empty()
