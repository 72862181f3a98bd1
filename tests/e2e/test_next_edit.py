"""Next edits as a client sees them: the request of Copilot's language server, its events, and the fallback."""

import asyncio
from typing import Any

import pytest
from lsprotocol import types as lsp

from hearth.lsp_server.params import plain
from tests.e2e.editor import PATIENCE, Editor, Encoding, editor

SETTINGS: dict[str, Any] = {"completion": {"backend": "scripted", "model": "Path(name)"}}
OURS = {"hearth": {"nextEdit": {"otherFiles": True}}}
BASKET = "def total(‸prices):\n    return sum(prices)\n"
RENAMED = "def total(amounts):\n    return sum(amounts)\n"


async def ask(ed: Editor, kind: int = 2, **more: Any) -> list[dict[str, Any]]:
    position = {"line": ed.at(ed.cursor).line, "character": ed.at(ed.cursor).character}
    params = {
        "textDocument": {"uri": ed.uri, "version": ed.version},
        "position": position,
        "context": {"triggerKind": kind},
        **more,
    }
    client: Any = ed.client
    answer = plain(await client.protocol.send_request_async("textDocument/copilotInlineEdit", params))
    assert set(answer) == {"edits"} and len(answer["edits"]) <= 1
    return list(answer["edits"])


def rename(ed: Editor, old: str = "prices", new: str = "amounts") -> None:
    at = ed.text.index(old)
    ed.replace(at, at + len(old), new)


def apply(ed: Editor, item: dict[str, Any]) -> None:
    start, end = (lsp.Position(**item["range"][name]) for name in ("start", "end"))
    ed.replace(ed.offset(start), ed.offset(end), item["text"])


async def accept(ed: Editor, item: dict[str, Any]) -> None:
    """As clients do: apply, then tell."""
    apply(ed, item)
    command = lsp.ExecuteCommandParams(item["command"]["command"], item["command"]["arguments"])
    assert await ed.client.workspace_execute_command_async(command) is None


def tell(ed: Editor, method: str, item: dict[str, Any], **more: Any) -> None:
    ed.client.protocol.notify(method, {"item": {"command": item["command"]}, **more})


async def test_a_rename_is_followed_and_looks_like_copilots_answer() -> None:
    async with editor(SETTINGS) as ed:
        ed.open(BASKET)
        assert await ask(ed) == []
        rename(ed)
        (item,) = await ask(ed)
        assert set(item) == {"text", "range", "textDocument", "command"}
        assert item["text"] == "    return sum(amounts)"
        assert item["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 22}}
        assert item["textDocument"] == {"uri": ed.uri, "version": ed.version}
        assert item["command"]["command"] == "hearth.didAcceptNextEdit"
        await accept(ed, item)
        assert ed.text == RENAMED and await ask(ed) == []
        assert ed.messages == []


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_columns_count_in_every_encoding_and_line_ends_stay(encoding: Encoding) -> None:
    async with editor(SETTINGS, encoding=encoding) as ed:
        ed.open("def total(‸prices):\r\n    return '😀é漢', sum(prices)\r\n")
        rename(ed)
        (item,) = await ask(ed)
        await accept(ed, item)
        assert ed.text == "def total(amounts):\r\n    return '😀é漢', sum(amounts)\r\n"


async def test_a_client_with_a_view_of_its_own_is_told_what_it_is_and_how_much_is_left() -> None:
    async with editor(SETTINGS, experimental=OURS) as ed:
        assert ed.capabilities.experimental == {"hearth": {"nextEdit": True}}
        ed.open("def total(‸prices):\n    print(prices)\n    return sum(prices)\n")
        rename(ed)
        (item,) = await ask(ed)
        assert item["hearth"] == {"title": "Rename prices to amounts", "left": 1}


async def test_another_file_is_the_answer_only_for_clients_that_show_it() -> None:
    for experimental, expected in ((OURS, 1), ({"hearth": {"nextEdit": True}}, 0), (None, 0)):
        async with editor(SETTINGS, experimental=experimental) as ed:
            ed.open("from shop import total\n\ntotal([1])‸\n", "use.py")
            ed.open("def ‸total(prices):\n    return 1\n", "shop.py")
            rename(ed, "total", "total_of")
            found = await ask(ed)
            assert len(found) == expected
            if found:
                assert found[0]["textDocument"] == {"uri": ed.uri_of("use.py"), "version": 1}
                assert found[0]["text"] == "from shop import total_of"


async def test_an_answer_for_another_version_or_a_strange_document_is_empty_and_no_message() -> None:
    async with editor(SETTINGS) as ed:
        ed.open(BASKET)
        rename(ed)
        assert await ask(ed, textDocument={"uri": ed.uri, "version": 1}) == []
        assert await ask(ed, textDocument={"uri": ed.uri_of("none.py"), "version": 1}) == []
        assert len(await ask(ed)) == 1 and ed.messages == []


async def test_params_that_make_no_sense_are_one_message_and_an_empty_answer() -> None:
    async with editor(SETTINGS) as ed:
        ed.open(BASKET)
        rename(ed)
        assert await ask(ed, position="there") == []
        assert len(ed.messages) == 1
        assert len(await ask(ed)) == 1


async def test_rejected_it_stays_away_until_the_next_edit_unless_asked_for() -> None:
    async with editor(SETTINGS) as ed:
        ed.open(BASKET)
        rename(ed)
        (item,) = await ask(ed)
        tell(ed, "textDocument/didShowInlineEdit", item)
        tell(ed, "hearth/didRejectInlineEdit", item, reason="rejected")
        assert await ask(ed) == []
        assert len(await ask(ed, kind=1)) == 1


async def test_the_setting_turns_it_off_and_paused_it_comes_only_by_hand() -> None:
    async with editor({**SETTINGS, "next_edit": {"enabled": False}}) as ed:
        ed.open(BASKET)
        rename(ed)
        assert await ask(ed) == [] == await ask(ed, kind=1)
    for settings in ({"next_edit": {"languages_off": ["python"]}}, {}):
        async with editor({**SETTINGS, **settings}) as ed:
            ed.open(BASKET)
            rename(ed)
            if not settings:
                await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.pause", []))
            assert await ask(ed) == []
            assert len(await ask(ed, kind=1)) == 1


async def test_a_file_that_holds_secrets_is_left_alone() -> None:
    async with editor(SETTINGS) as ed:
        ed.open(BASKET, ".env")
        rename(ed)
        assert await ask(ed) == []


async def test_what_accepted_ghost_text_uses_is_imported_next() -> None:
    async with editor(SETTINGS) as ed:
        ed.open("from pathlib import Path\n‸", "known.py")
        ed.open("import os\n\n\ndef f(name):\n    return ‸\n", "use.py")
        item = await ed.ask()
        assert item is not None and item.command is not None and item.insert_text == "Path(name)"
        ed.accept(item)
        command = lsp.ExecuteCommandParams(item.command.command, item.command.arguments)
        await ed.client.workspace_execute_command_async(command)
        (edit,) = await ask(ed)
        assert edit["text"] == "from pathlib import Path\n"
        assert edit["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}}
        await accept(ed, edit)
        assert ed.text.startswith("import os\nfrom pathlib import Path\n\n\ndef f")


async def test_a_value_that_no_rule_knows_comes_from_the_completion_model() -> None:
    model = {"completion": {"backend": "scripted", "model": "0.2) + 1"}}
    for settings, expected in ((model, ["x = total(1, 0.2)"]), ({**model, "next_edit": {"model": False}}, [])):
        async with editor(settings) as ed:
            ed.open("def total(a‸):\n    return a\n\n\nx = total(1)\n")
            await ed.ghost()  # a model that nobody has needed is not loaded for this
            await ed.until("ready")
            ed.type(", rate")
            assert [each["text"] for each in await ask(ed)] == expected


SHOP = (
    "def price_of(item):\n    return item.price * RATE‸\n\n\ndef weight_of(item):\n    return item.weight * RATE\n"
)
TRAINED = "sweep weight * RATE→weight * rate_of(item)"


async def test_what_no_rule_knows_is_written_by_a_model_that_was_trained_for_it() -> None:
    for name, expected in ((TRAINED, ["    return item.weight * rate_of(item)"]), ("sweep", []), ("", [])):
        async with editor({**SETTINGS, "next_edit": {"trained_model": name}}) as ed:
            ed.open(SHOP)
            assert await ask(ed) == []
            await ed.ghost()  # the model for completion comes first
            await ed.until("ready")
            rename(ed, "RATE", "rate_of(item)")
            assert [each["text"] for each in await ask(ed)] == expected
            assert not [each for each in await actions(ed) if each.title.startswith("Next edit")]
            assert ed.messages == []


async def test_its_edit_is_rejected_like_any_other_and_rules_come_first() -> None:
    async with editor({**SETTINGS, "next_edit": {"trained_model": TRAINED}}) as ed:
        ed.open(SHOP)
        await ed.ghost()
        await ed.until("ready")
        rename(ed, "RATE", "rate_of(item)")
        (item,) = await ask(ed)
        tell(ed, "hearth/didRejectInlineEdit", item, reason="rejected")
        assert await ask(ed) == []
        at = ed.text.index("weight_of(item") + len("weight_of(")
        ed.replace(at, at + len("item"), "thing")
        (item,) = await ask(ed)
        assert item["text"] == "    return thing.weight * RATE"


async def test_a_trained_model_whose_name_says_no_format_is_told_once() -> None:
    async with editor({**SETTINGS, "next_edit": {"trained_model": "some-model"}}) as ed:
        ed.open(SHOP)
        await ed.ghost()
        await ed.until("ready")
        rename(ed, "RATE", "rate_of(item)")
        assert await ask(ed) == [] == await ask(ed)
        (message,) = ed.messages
        assert "next_edit.trained_model" in str(message) and "sweep" in str(message)


async def test_what_a_trained_model_is_asked_can_be_looked_at() -> None:
    for name, is_asked in ((TRAINED, True), ("", False)):
        async with editor({**SETTINGS, "next_edit": {"trained_model": name}}) as ed:
            ed.open(SHOP)
            client: Any = ed.client
            here = lsp.TextDocumentPositionParams(lsp.TextDocumentIdentifier(ed.uri), ed.at(ed.cursor))
            assert "next_edit" not in plain(await client.protocol.send_request_async("hearth/inspect", here))
            rename(ed, "RATE", "rate_of(item)")
            found = plain(await client.protocol.send_request_async("hearth/inspect", here))
            assert ("next_edit" in found) == is_asked
            if is_asked:
                assert "updated:\n    return item.price * rate_of(item)\n" in found["next_edit"]


async def test_a_key_ends_what_a_trained_model_writes() -> None:
    slow = {"completion": {"backend": "scripted", "model": "600000:x"}, "next_edit": {"trained_model": TRAINED}}
    async with editor(slow) as ed:
        ed.open(SHOP)
        ed.client.protocol.notify("textDocument/didFocus", {"textDocument": {"uri": ed.uri}})
        await ed.until("ready")
        rename(ed, "RATE", "rate_of(item)")
        older = asyncio.create_task(ask(ed))
        newer = asyncio.create_task(ask(ed))
        assert await asyncio.wait_for(older, PATIENCE) == []
        assert not newer.done()
        ed.type("s")
        assert await asyncio.wait_for(newer, PATIENCE) == []


async def test_an_editor_without_a_view_gets_it_as_a_quick_fix() -> None:
    async with editor(SETTINGS) as ed:
        ed.open(BASKET)
        rename(ed)
        (action,) = [each for each in await actions(ed) if each.title.startswith("Next edit")]
        assert action.title == "Next edit: line 2: Rename prices to amounts"
        assert action.kind == lsp.CodeActionKind.QuickFix
        assert action.edit is not None and action.edit.changes is not None
        (edit,) = action.edit.changes[ed.uri]
        ed.replace(ed.offset(edit.range.start), ed.offset(edit.range.end), edit.new_text)
        assert ed.text == RENAMED and action.command is None
        assert not [each for each in await actions(ed) if each.title.startswith("Next edit")]


async def test_an_editor_that_asks_for_next_edits_gets_no_quick_fix() -> None:
    async with editor(SETTINGS) as ed:
        ed.open(BASKET)
        rename(ed)
        await ask(ed)
        assert not [each for each in await actions(ed) if each.title.startswith("Next edit")]


async def test_a_newer_request_ends_an_older_one_that_still_waits_for_the_model() -> None:
    async with editor({"completion": {"backend": "scripted", "model": "600000:0.2"}}) as ed:
        ed.open("def total(a‸):\n    return a\n\n\nx = total(1)\n")
        ed.client.protocol.notify("textDocument/didFocus", {"textDocument": {"uri": ed.uri}})
        await ed.until("ready")
        ed.type(", rate")
        older = asyncio.create_task(ask(ed))
        newer = asyncio.create_task(ask(ed))
        assert await asyncio.wait_for(older, PATIENCE) == []
        assert not newer.done()
        ed.type("s")  # and so does a key
        assert await asyncio.wait_for(newer, PATIENCE) == []


async def actions(ed: Editor) -> list[lsp.CodeAction]:
    here = lsp.Range(ed.at(ed.cursor), ed.at(ed.cursor))
    params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(ed.uri), here, lsp.CodeActionContext([]))
    found = await ed.client.text_document_code_action_async(params)
    return [each for each in found or [] if isinstance(each, lsp.CodeAction)]
