"""The server as a client sees it, with the scripted backend."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.e2e.editor import PATIENCE, Encoding, editor


def scripted(script: str, **more: Any) -> dict[str, Any]:
    return {"completion": {"backend": "scripted", "model": script, **more}}


async def test_ghost_text_is_an_insertion_at_the_cursor() -> None:
    async with editor(scripted("hello")) as ed:
        ed.open("x = ‸\n")
        item = await ed.ask()
        assert item is not None and item.range is not None
        ed.accept(item)
        assert ed.text == "x = hello\n"


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_positions_are_right_in_every_encoding(encoding: Encoding) -> None:
    async with editor(scripted("!"), encoding=encoding) as ed:
        ed.open('s = "😀é漢‸"\r\n')
        ed.type("\U00010348")
        item = await ed.ask()
        assert item is not None
        ed.accept(item)
        assert ed.text == 's = "😀é漢\U00010348!"\r\n'


async def test_the_answer_replaces_the_closing_bracket_that_the_editor_typed() -> None:
    async with editor(scripted("a, b):")) as ed:
        ed.open("def f(‸)\n")
        item = await ed.ask()
        assert item is not None
        ed.accept(item)
        assert ed.text == "def f(a, b):\n"


async def test_typing_along_a_suggestion_keeps_it_and_backspace_restores_it() -> None:
    async with editor(scripted("hello")) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "hello"
        ed.type("he")
        assert await ed.ghost() == "llo"
        ed.replace(ed.cursor - 1, ed.cursor, "")
        assert await ed.ghost() == "ello"


async def test_clients_without_ghost_text_get_a_menu_and_only_a_menu() -> None:
    async with editor(scripted("lo()"), inline=False) as ed:
        assert ed.capabilities.inline_completion_provider is None
        assert ed.capabilities.completion_provider is not None
        ed.open("hel‸\n")
        answer = await ed.complete()
        assert [(item.label, item.text_edit.new_text) for item in answer.items] == [("hello()", "hello()")]
    async with editor(scripted("lo()")) as ed:
        assert ed.capabilities.completion_provider is None


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("says", ["\n", "\r\n"], ids=["LF", "CRLF"])
async def test_a_menu_entry_has_the_line_ends_of_the_document(ends: str, says: str) -> None:
    async with editor(scripted(f"a = n{says}    return a"), inline=False) as ed:
        ed.open(f"def f(n):{ends}    ‸{ends}{ends}x = 1{ends}")
        answer = await ed.complete()
        (item,) = answer.items
        assert (item.label, item.text_edit.new_text) == ("a = n", f"a = n{ends}    return a")


async def test_every_request_of_a_burst_is_answered_once_and_only_the_last_with_text() -> None:
    async with editor(scripted("2000:done")) as ed:
        ed.open("x = ‸\n")
        requests = []
        for char in "abcdefghij":
            ed.type(char)
            requests.append(asyncio.create_task(ed.request()))
            await asyncio.sleep(0)  # it is sent
        answers = await asyncio.gather(*requests)
        assert [answer is None for answer in answers] == [True] * 9 + [False]
        assert answers[-1].items[0].insert_text == "done"


async def test_a_cancelled_request_is_answered_and_the_next_one_works() -> None:
    async with editor(scripted("2000:done")) as ed:
        ed.open("x = ‸\n")
        params = lsp.InlineCompletionParams(
            lsp.InlineCompletionContext(lsp.InlineCompletionTriggerKind.Automatic),
            lsp.TextDocumentIdentifier(ed.uri),
            ed.at(ed.cursor),
        )
        request = ed.client.protocol.send_request_async(
            lsp.TEXT_DOCUMENT_INLINE_COMPLETION, params, msg_id="cancel-me"
        )
        waiting = asyncio.ensure_future(request)
        await asyncio.sleep(0.05)  # the answer is in progress then
        ed.client.cancel_request(lsp.CancelParams("cancel-me"))
        with pytest.raises(Exception, match="cancel"):
            await asyncio.wait_for(waiting, PATIENCE)
        assert await ed.ghost() == "done"


async def test_unknown_and_wrong_settings_give_defaults_and_one_message() -> None:
    settings = scripted("hello", max_lnes=3, deadline_ms="soon")
    async with editor(settings) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "hello"
        assert len(ed.messages) == 1
        assert "hearth.completion.max_lnes (did you mean max_lines?)" in ed.messages[0]
        assert "hearth.completion.deadline_ms = 'soon' is wrong" in ed.messages[0]


async def test_settings_come_from_workspace_configuration_too() -> None:
    async with editor(configuration=scripted("configured")) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "configured"


async def test_settings_come_from_the_users_hearth_toml(tmp_path: Path) -> None:
    (tmp_path / "hearth.toml").write_text('[completion]\nbackend = "scripted"\nmodel = "from a file"\n')
    async with editor(home=tmp_path) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "from a file"


async def test_a_projects_own_file_cannot_choose_the_model(tmp_path: Path) -> None:
    (tmp_path / "hearth.toml").write_text('[completion]\nmodel = "evil"\nmax_lines = 2\n')
    async with editor(scripted("good"), folders=(tmp_path,)) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "good"
        assert [message for message in ed.messages if "hearth.completion.model is ignored there" in message]


QUIET: dict[str, dict[str, Any]] = {
    "automatic": {"automatic": False},
    "language": {"languages_off": ["python"]},
    "comments": {"off_in": ["comments"]},
    "strings": {"off_in": ["strings"]},
    "paused": {},
}
PLACES = {"comments": "x = 1  # as ‸\n", "strings": 's = "as ‸"\n'}


@pytest.mark.parametrize("why", QUIET)
async def test_where_nothing_comes_by_itself_who_asks_is_answered(why: str) -> None:
    async with editor(scripted("hello", **QUIET[why])) as ed:
        ed.open(PLACES.get(why, "x = ‸\n"))
        if why == "paused":
            await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.pause"))
        assert await ed.ghost() == ""
        assert await ed.ghost(automatic=False) == "hello"
        ed.type("he")
        assert await ed.ghost() == "llo", "it is typed along"
        ed.type("x")
        assert await ed.ghost() == ""


@pytest.mark.parametrize("kind", PLACES)
async def test_a_kind_of_place_that_is_switched_off_leaves_the_others_on(kind: str) -> None:
    for place, marked in {"code": "x = ‸\n", **PLACES}.items():
        async with editor(scripted("hello", off_in=[kind])) as ed:
            ed.open(marked)
            assert await ed.ghost() == ("" if place == kind else "hello"), place


async def test_a_menu_keeps_out_of_the_kinds_of_places_that_are_switched_off() -> None:
    async with editor(scripted("hello", off_in=["comments"]), inline=False) as ed:
        ed.open(PLACES["comments"])
        assert not (await ed.complete()).items


async def test_completion_that_is_switched_off_gets_an_empty_answer_however_one_asks() -> None:
    async with editor(scripted("hello", enabled=False)) as ed:
        ed.open("x = ‸\n")
        for automatic in (True, False):
            assert not (await ed.request(automatic)).items


async def test_pause_and_resume_are_commands() -> None:
    async with editor(scripted("hello")) as ed:
        ed.open("x = ‸\n")
        await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.pause"))
        assert await ed.ghost() == ""
        await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.resume"))
        assert await ed.ghost() == "hello"


async def test_an_unknown_backend_is_one_message_and_empty_answers() -> None:
    async with editor({"completion": {"backend": "nonsense"}}) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == ""
        assert await ed.ghost() == ""
        assert len([message for message in ed.messages if "no backend named 'nonsense'" in message]) == 1


async def test_an_unknown_model_is_one_message_and_empty_answers() -> None:
    async with editor({"completion": {"model": "no-such-model"}}) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == ""
        await ed.until("error")
        assert len([message for message in ed.messages if "no-such-model" in message]) == 1


async def test_lines_end_where_the_protocol_says_and_nowhere_else() -> None:
    async with editor(scripted("!")) as ed:
        ed.open("a\u2028b\x0cc\n‸", "notes.txt", "plaintext")
        ed.type("second")
        item = await ed.ask()
        assert item is not None
        ed.accept(item)
        assert ed.text == "a\u2028b\x0cc\nsecond!"


async def test_inspect_tells_what_would_be_sent_and_what_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "prices.py").write_text("def tax(amount: float) -> float:\n    return amount * 0.2\n")
    (tmp_path / ".env").write_text("TOKEN=secret-value\n")
    async with editor(scripted("x"), folders=(tmp_path,)) as ed:
        for name in ("prices.py", ".env"):
            ed.open((tmp_path / name).read_text() + "‸", str(tmp_path / name))
        ed.open("from prices import tax\n\ntotal = tax(‸)\n", str(tmp_path / "shop.py"))
        params = {"textDocument": {"uri": ed.uri}, "position": {"line": 2, "character": 12}}
        answer = await ed.client.protocol.send_request_async("hearth/inspect", params)
        pieces = {piece.source: piece for piece in answer.pieces}
        assert any("def tax(amount: float)" in piece.text and piece.reason for piece in answer.pieces)
        assert pieces["typed"].text == "total = tax("
        assert "def tax(amount: float)" in answer.prompt
        assert answer.prompt.endswith("total = tax(")
        assert "secret-value" not in str(answer)
        assert any(".env" in left.path for left in answer.left_out)


async def test_a_file_that_holds_secrets_is_not_completed_and_the_user_is_told() -> None:
    async with editor(scripted("x")) as ed:
        ed.open("TOKEN=‸\n", ".env", "plaintext")
        assert await ed.ghost() == ""
        assert any(".env" in message for message in ed.messages)


@pytest.mark.parametrize(("client", "line_end"), [("Neovim", "\n"), ("another editor", "\r\n")])
async def test_ghost_text_has_the_line_ends_of_the_document_or_those_that_neovim_wants(
    client: str, line_end: str
) -> None:
    async with editor(
        {"completion": {"backend": "scripted", "model": "a = n\r\n    return a\r\n"}}, client_name=client
    ) as ed:
        ed.open("def f(n):\r\n    ‸\r\n\r\nx = 1\r\n")
        assert await ed.ghost() == f"a = n{line_end}    return a"
