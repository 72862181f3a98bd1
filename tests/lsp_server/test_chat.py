"""Chat as an editor sees it, with scripted answers."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.e2e.editor import PATIENCE
from tests.lsp_server.acting import ActingEditor, acting
from tests.waiting import until

CODE = 'def add(a, b):\n    """Sum."""\n    ret‸urn a + b\n\n\nx = 1\n'


async def send(ed: ActingEditor, method: str, **params: Any) -> Any:
    return await ed.client.protocol.send_request_async(method, params)


async def test_an_answer_streams_and_comes_whole_at_the_end() -> None:
    async with acting("It |adds |two numbers.") as ed:
        ed.show(CODE)
        answer = await ed.question("What is this?")
        assert ed.pieces == [("text", "It "), ("text", "adds "), ("text", "two numbers.")]
        assert (answer.text, answer.thinking, answer.reason) == ("It adds two numbers.", "", "eog")
        assert answer.conversation


async def test_without_a_token_nothing_is_streamed() -> None:
    async with acting("It |adds.") as ed:
        answer = await send(ed, "hearth/chat", message="What?")
        assert answer.text == "It adds." and ed.pieces == []


async def test_thinking_is_a_part_of_its_own() -> None:
    async with acting("<thi|nk>Let me| see.</th|ink>|It adds.") as ed:
        answer = await ed.question("What?")
        assert (answer.text, answer.thinking) == ("It adds.", "Let me see.")
        assert {kind for kind, _ in ed.pieces} == {"thinking", "text"}
        assert "".join(text for kind, text in ed.pieces if kind == "text") == "It adds."


async def test_what_was_shown_to_the_model_is_named() -> None:
    async with acting("It adds.") as ed:
        ed.show(CODE)
        place = ed.place
        answer = await ed.question("What?", textDocument={"uri": ed.uri}, range=place["range"])
        used = answer.used[0]
        assert (used.path, used.why) == ("sample.py", "add is around the cursor")
        assert (used.range.start.line, used.range.end.line) == (0, 3)


async def test_stop_ends_the_answer_and_keeps_what_there_is() -> None:
    async with acting("100:" + "|".join(f"word{n} " for n in range(1000))) as ed:
        waiting = asyncio.create_task(ed.question("Count", conversation="mine"))
        await until(lambda: ed.pieces, "the beginning of the answer")
        assert await send(ed, "hearth/chat/stop", conversation="mine")
        answer = await asyncio.wait_for(waiting, PATIENCE)
        assert answer.reason == "stopped" and answer.text.startswith("word0 ")
        assert len(ed.pieces) < 1000
        assert not await send(ed, "hearth/chat/stop", conversation="mine")


async def test_ghost_text_is_answered_while_a_chat_streams() -> None:
    settings = {
        "completion": {"backend": "scripted", "model": "hello"},
        "chat": {"backend": "scripted", "model": "100:" + "|".join("abc " for _ in range(1000))},
    }
    async with acting(settings=settings) as ed:
        ed.open("x = ‸\n")
        waiting = asyncio.create_task(ed.question("Count", conversation="mine"))
        await until(lambda: ed.pieces, "the beginning of the answer")
        assert await ed.ghost() == "hello"
        assert not waiting.done()
        await send(ed, "hearth/chat/stop", conversation="mine")
        await waiting


async def test_chats_are_listed_and_deleted() -> None:
    async with acting("Yes.") as ed:
        first = await ed.question("Is it?")
        await ed.question("Really?", conversation=first.conversation)
        (kept,) = await send(ed, "hearth/chat/list")
        assert kept["conversation"] == first.conversation and kept["title"] == "Is it?"
        assert [turn["question"] for turn in kept["turns"]] == ["Is it?", "Really?"]
        assert {turn["answer"] for turn in kept["turns"]} == {"Yes."}
        assert await send(ed, "hearth/chat/delete", conversation=first.conversation)
        assert await send(ed, "hearth/chat/list") == []
        assert not await send(ed, "hearth/chat/delete", conversation=first.conversation)


async def test_nothing_is_written_when_history_is_off(tmp_path: Path) -> None:
    async with acting("Yes.", home=tmp_path, keep_history=False) as ed:
        await ed.question("Is it?")
        assert await send(ed, "hearth/chat/list") == []
    assert not (tmp_path / "state" / "chats").exists()


async def test_a_saved_chat_goes_on_in_the_next_session(tmp_path: Path) -> None:
    async with acting("Yes.", home=tmp_path) as ed:
        await ed.question("Is it?", conversation="mine")
    async with acting("No.", home=tmp_path) as ed:
        await ed.question("Really?", conversation="mine")
    saved = json.loads((tmp_path / "state" / "chats" / "mine.json").read_text())
    assert [turn["answer"] for turn in saved["turns"]] == ["Yes.", "No."]


@pytest.mark.parametrize("name", ["../../evil", "a/b", "x" * 100, "ü"])
async def test_a_conversation_cannot_name_another_file(name: str, tmp_path: Path) -> None:
    async with acting("Yes.", home=tmp_path) as ed:
        answer = await ed.question("Is it?", conversation=name)
        assert answer.reason == "error" and "is not a valid name for a conversation" in answer.message
        assert not await send(ed, "hearth/chat/delete", conversation=name)
    assert not list(tmp_path.rglob("evil*"))


async def test_a_selection_of_two_thousand_lines_is_a_clear_message() -> None:
    async with acting("Yes.") as ed:
        ed.show("‸" + "".join(f"value_{n} = {n}\n" for n in range(2000)) + "‸")
        answer = await ed.question("What?", textDocument={"uri": ed.uri}, range=ed.place["range"])
        assert answer.reason == "error"
        assert "do not fit the model's window" in answer.message and "select less" in answer.message


async def test_an_empty_question_and_an_unusable_model_are_answers_with_a_message() -> None:
    async with acting("Yes.") as ed:
        assert (await ed.question("  ")).message == "there is no question"
    async with acting(settings={"chat": {"model": "no-such-model"}}) as ed:
        answer = await ed.question("What?")
        assert answer.reason == "error" and "no-such-model" in answer.message


async def test_files_that_hold_secrets_are_not_shown_to_the_model() -> None:
    async with acting("Yes.") as ed:
        ed.show("KEY=‸1\n", name=".env")
        answer = await ed.question("What?", textDocument={"uri": ed.uri})
        assert answer.reason == "error" and "secrets" in answer.message


async def test_explain_opens_a_markdown_document_that_names_its_sources() -> None:
    async with acting("It **adds**.") as ed:
        ed.show(CODE)
        action = (await ed.actions())["explain"]
        assert action.command is not None and action.title == "Explain add"
        answer = await ed.run(action.command.command, *(action.command.arguments or []))
        assert answer["text"] == "It **adds**."
        document = Path(unquote(urlsplit(ed.shown[0]).path)).read_text()
        assert "It **adds**." in document
        assert "- `sample.py`, lines 1 to 3: add is around the cursor" in document


async def test_clients_that_cannot_show_documents_get_a_message() -> None:
    async with acting("It adds.", shows_documents=False) as ed:
        ed.show(CODE)
        await ed.run("hearth.explain", ed.place)
        assert ed.shown == [] and ed.messages == ["Hearth: It adds."]


async def test_the_chat_command_takes_a_question_and_a_place() -> None:
    async with acting("Two.") as ed:
        ed.show(CODE)
        answer = await ed.run("hearth.chat", "How many parameters?", ed.place)
        assert answer["text"] == "Two." and [each["path"] for each in answer["used"]] == ["sample.py"]
        assert len(ed.shown) == 1


async def test_an_answer_that_looks_like_a_command_is_only_text(tmp_path: Path) -> None:
    evil = "[click](command:rm) <script>alert(1)</script>\n```bash\ntouch pwned\n```"
    async with acting(evil, home=tmp_path) as ed:
        ed.show(CODE)
        before = ed.text
        assert (await ed.run("hearth.explain", ed.place))["text"] == evil
        assert ed.text == before
        assert not Path("pwned").exists()


async def test_an_answer_that_came_to_its_limit_goes_on(tmp_path: Path) -> None:
    async with acting("one |two |three\f|four", home=tmp_path, max_tokens=2) as ed:
        first = await ed.question("Count", conversation="mine")
        assert (first.text, first.reason, first.forgotten) == ("one two ", "limit", 0)
        rest = await send(ed, "hearth/chat", action="continue", conversation="mine", partialResultToken="more")
        assert (rest.text, rest.reason) == ("four", "eog")
        assert ("text", "four") in ed.pieces
        (kept,) = await send(ed, "hearth/chat/list")
        assert [(turn["question"], turn["answer"]) for turn in kept["turns"]] == [("Count", "one two four")]


async def test_without_an_answer_there_is_none_to_go_on_with() -> None:
    async with acting("Yes.") as ed:
        answer = await send(ed, "hearth/chat", action="continue", conversation="nobody")
        assert answer.reason == "error" and "no answer to go on with" in answer.message


async def test_the_user_is_told_how_many_questions_are_forgotten() -> None:
    async with acting("word " * 1200, window=4096) as ed:
        told = [(await ed.question(f"Question {n}", conversation="mine")).forgotten for n in range(4)]
        assert told[0] == 0 and told[-1] > 0
        await ed.run("hearth.chat", "More?", {"conversation": "mine"})
        document = Path(unquote(urlsplit(ed.shown[0]).path)).read_text()
        assert "of this chat do not fit the model's window any more." in document


async def test_a_whole_file_that_is_too_long_is_shown_as_an_outline_with_the_parts_that_are_named() -> None:
    functions = "\n\n".join(
        f"def f{number}(a):\n" + "    a = str(a)\n" * 20 + f"    return a + {number}\n" for number in range(120)
    )
    async with acting("Yes.") as ed:
        ed.show(f"‸{functions}")
        answer = await ed.question("What does f77 return?", textDocument={"uri": ed.uri})
        assert answer.reason == "eog"
        assert "as an outline" in answer.used[0].why


async def test_a_cursor_on_a_class_line_is_about_the_class() -> None:
    async with acting("Yes.") as ed:
        ed.show("x = 1\n\n\nclass ‸Cart:\n    def total(self):\n        return 1\n")
        answer = await ed.question("What?", textDocument={"uri": ed.uri}, range=ed.place["range"])
        used = answer.used[0]
        assert used.why == "Cart is at the cursor"
        assert (used.range.start.line, used.range.end.line) == (3, 6)


async def test_a_question_may_call_a_prompt_of_the_user_s_own(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    folder = project / ".hearth" / "prompts"
    folder.mkdir(parents=True)
    (folder / "review.md").write_text("# Review\n\nReview {input} sternly.")
    async with acting("Yes.", home=tmp_path / "home", folders=(project,)) as ed:
        assert await send(ed, "hearth/prompts") == []
        await ed.question("/review it", conversation="a")
    trusted = [str(tmp_path)]
    async with acting("Yes.", home=tmp_path / "home", folders=(project,), trusted_folders=trusted) as ed:
        (prompt,) = await send(ed, "hearth/prompts")
        assert (prompt["name"], prompt["summary"]) == ("review", "Review")
        assert prompt["uri"] == (folder / "review.md").as_uri()
        await ed.question("/review it", conversation="b")
    chats = tmp_path / "home" / "state" / "chats"
    asked = {name: json.loads((chats / f"{name}.json").read_text())["turns"][0] for name in ("a", "b")}
    assert asked["a"]["asked"] == "/review it"
    assert (asked["b"]["question"], asked["b"]["asked"]) == ("/review it", "# Review\n\nReview it sternly.")
