"""What a client tells about suggestions, and what the statistics record, with the scripted backend."""

import json
import subprocess
import sys
from typing import Any

import pytest
from lsprotocol import types as lsp

from hearth.engine.stats import records
from tests.e2e.editor import Editor, editor

SETTINGS = {"completion": {"backend": "scripted", "model": "compute(y)"}}


def as_json(item: lsp.InlineCompletionItem) -> dict[str, Any]:
    """What a client keeps of an item: not its `data`."""
    assert item.command is not None
    command = {"title": item.command.title, "command": item.command.command, "arguments": item.command.arguments}
    return {"insertText": item.insert_text, "command": command}


async def accept_and_tell(ed: Editor, item: lsp.InlineCompletionItem) -> None:
    assert item.command is not None
    ed.accept(item)
    command = lsp.ExecuteCommandParams(item.command.command, item.command.arguments)
    await ed.client.workspace_execute_command_async(command)


async def suggestion(ed: Editor) -> lsp.InlineCompletionItem:
    item = await ed.ask()
    assert item is not None
    return item


async def test_shown_and_accepted_are_one_record_without_code() -> None:
    async with editor(SETTINGS) as ed:
        ed.open("x = ‸\n")
        item = await suggestion(ed)
        ed.client.protocol.notify("textDocument/didShowCompletion", {"item": as_json(item)})
        await accept_and_tell(ed, item)
    (record,) = records.load()
    assert (record.outcome, record.shown, record.saved, record.language) == ("accepted", True, 10, "python")
    assert record.latency_ms > 0
    written = records.path().read_text().replace(SETTINGS["completion"]["model"], "", 1)  # the script is the model
    assert "compute" not in written and "x =" not in written and "sample" not in written


async def test_what_a_plain_client_does_is_seen_in_its_edits() -> None:
    async with editor(SETTINGS, inline=False) as ed:
        ed.open("x = com‸\n")
        answer = await ed.complete()
        edit = answer.items[0].text_edit
        ed.replace(ed.offset(edit.range.start), ed.offset(edit.range.end), edit.new_text)
    assert [(record.outcome, record.saved, record.shown) for record in records.load()] == [("accepted", 10, True)]


async def test_an_entry_that_a_menu_inserts_letter_by_letter_was_not_typed() -> None:
    """So does Neovim, in one notification."""
    async with editor(SETTINGS, inline=False) as ed:
        ed.open("x = ‸\n")
        (entry,) = (await ed.complete()).items
        at = [lsp.Position(0, ed.cursor + index) for index in range(len(entry.label))]
        letters = [
            lsp.TextDocumentContentChangePartial(lsp.Range(here, here), letter)
            for here, letter in zip(at, entry.label, strict=True)
        ]
        document = lsp.VersionedTextDocumentIdentifier(version=2, uri=ed.uri)
        ed.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, letters))
    assert [(record.outcome, record.saved) for record in records.load()] == [("accepted", 10)]


async def test_typing_along_is_one_suggestion_and_only_the_rest_was_saved() -> None:
    async with editor(SETTINGS) as ed:
        ed.open("x = ‸\n")
        for char in "com":
            await suggestion(ed)
            ed.type(char)
        await accept_and_tell(ed, await suggestion(ed))
    assert [(record.outcome, record.saved) for record in records.load()] == [("accepted", 7)]


async def test_a_part_is_counted_in_utf_16_units() -> None:
    async with editor({"completion": {"backend": "scripted", "model": "'😀' + compute(y)"}}) as ed:
        ed.open("x = ‸\n")
        item = await suggestion(ed)
        params = {"item": as_json(item), "acceptedLength": 4}
        ed.client.protocol.notify("textDocument/didPartiallyAcceptCompletion", params)
        ed.type("'😀'")
        await suggestion(ed)
    assert [(record.outcome, record.saved) for record in records.load()] == [("partly", 3)]


async def test_what_was_rejected_does_not_come_again_at_that_place() -> None:
    async with editor(SETTINGS) as ed:
        ed.open("x = ‸\n")
        item = await suggestion(ed)
        ed.client.protocol.notify("hearth/didRejectCompletion", {"item": as_json(item)})
        assert await ed.ghost() == ""
        ed.replace(0, 1, "y")
        assert await ed.ghost() == "compute(y)"
    assert [record.outcome for record in records.load()] == ["rejected", "passed"]


@pytest.mark.parametrize("params", [{}, {"item": 3}, {"item": {"command": {"arguments": [[]]}}}, None, [1]])
async def test_events_that_make_no_sense_disturb_nothing(params: Any) -> None:
    async with editor(SETTINGS) as ed:
        ed.open("x = ‸\n")
        for method in ("didShowCompletion", "didPartiallyAcceptCompletion"):
            ed.client.protocol.notify(f"textDocument/{method}", params)
        ed.client.protocol.notify("hearth/didRejectCompletion", params)
        assert await ed.ghost() == "compute(y)"


async def test_nothing_is_counted_when_that_is_switched_off() -> None:
    async with editor({**SETTINGS, "stats": {"enabled": False}}) as ed:
        ed.open("x = ‸\n")
        await accept_and_tell(ed, await suggestion(ed))
    assert not records.path().exists()


async def test_statistics_that_cannot_be_written_disturbs_nothing() -> None:
    records.path().parent.mkdir(parents=True, exist_ok=True)
    records.path().mkdir()
    async with editor(SETTINGS) as ed:
        ed.open("x = ‸\n")
        await accept_and_tell(ed, await suggestion(ed))
        ed.type("\nz = ")
        assert await ed.ghost() == "compute(y)"
        assert ed.messages == []


async def test_pause_and_resume_tell_how_the_model_is_and_not_more() -> None:
    """`hearth.resume` used to say "ready" for a model that was never there."""
    async with editor({"completion": {"model": "/no/such/model.gguf"}, "downloads": {"allowed": False}}) as ed:
        await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.pause"))
        await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.resume"))
        ed.open("x = ‸\n")
        assert await ed.ghost() == ""
        await ed.until("error", 20)
        assert "ready" not in [status.kind for status in ed.statuses]


async def test_the_advice_of_the_statistics_is_used_when_the_user_wants_that() -> None:
    """The scripted backend is as sure as can be, so what is hidden shows which threshold is in force."""
    confidences = [index / 400 for index in range(400)]
    records.append(
        [
            records.SuggestionRecord(
                at=4e9,
                language="python",
                model="m",
                latency_ms=1,
                confidence=each,
                characters=10,
                lines=1,
                saved=10 if each > 0.6 else 0,
            )
            for each in confidences
        ]
    )
    async with editor({**SETTINGS, "stats": {"tune": True}}) as ed:
        ed.open("x = ‸\n")
        await suggestion(ed)
    assert records.load()[0].min_confidence == 0.6


def hearth(*arguments: str) -> str:
    command = [sys.executable, "-P", "-m", "hearth.lsp_server.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def test_stats_shows_the_figures_and_deletes_them() -> None:
    assert "Nothing was suggested" in hearth("stats")
    async with editor(SETTINGS) as ed:
        ed.open("x = ‸\n")
        await accept_and_tell(ed, await suggestion(ed))
    shown = hearth("stats")
    assert "python" in shown and "1 (100%)" in shown and "200 suggestions; there are 1" in shown
    figures = json.loads(hearth("stats", "--json", "--days", "7"))
    assert figures["all"]["accepted"] == 1 and figures["languages"]["python"]["characters_saved"] == 10
    assert len(figures["saved_by_day"]) == 7
    assert "deleted" in hearth("stats", "--delete")
    assert not records.path().exists()


async def test_other_answers_come_when_asked_for_by_hand_and_are_counted_by_their_own_ids() -> None:
    settings = {"completion": {"backend": "scripted", "model": "compute(y)\fsum(|y)\flen(|y)"}}
    async with editor(settings) as ed:
        ed.open("x = ‸\n")
        assert [item.insert_text for item in (await ed.request()).items] == ["compute(y)"]
        items = (await ed.request(automatic=False)).items
        assert [item.insert_text for item in items] == ["compute(y)", "sum(y)", "len(y)"]
        assert len({item.command.arguments[0] for item in items}) == 3
        await accept_and_tell(ed, items[1])
        assert ed.text == "x = sum(y)\n"
    (record,) = records.load()
    assert (record.outcome, record.characters, record.saved) == ("accepted", 6, 6)


async def test_of_several_answers_the_first_one_is_seen_in_the_edits() -> None:
    settings = {"completion": {"backend": "scripted", "model": "compute(y)\fsum(|y)\flen(|y)"}}
    async with editor(settings) as ed:
        ed.open("x = ‸\n")
        items = (await ed.request(automatic=False)).items
        assert len(items) == 3
        ed.accept(items[0])  # and nothing is told of it
        await ed.ask()
    record = records.load()[0]
    assert (record.outcome, record.characters, record.saved) == ("accepted", 10, 10)
