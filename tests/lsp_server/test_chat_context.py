"""What goes along with a question, for an editor: attachments, and definitions from all of the workspace."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.editor import patient
from tests.lsp_server.acting import ActingEditor, acting
from tests.waiting import until

KEY = "gh" + "p_" + "aB3dE6gH9" * 4
SHOP = "def total(prices):\n    return sum(prices)\n"
TAX = 'def add_tax(amount, percent):\n    """For the state."""\n    return amount * (1 + percent / 100)\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "lib").mkdir(parents=True)
    (root / "shop.py").write_text(SHOP)
    (root / "lib" / "taxes.py").write_text(TAX)
    return root


@asynccontextmanager
async def loaded(*script: str, **more: Any) -> AsyncIterator[ActingEditor]:
    """A server whose imports are done, which then are no part of the first question."""
    async with acting(*script, **more) as ed:
        await ed.client.protocol.send_request_async("hearth/chat/stop", {"conversation": "none"})
        yield ed


async def context(ed: ActingEditor, message: str = "What is it?", **more: Any) -> Any:
    return await ed.client.protocol.send_request_async("hearth/chat/context", {"message": message, **more})


def paths(answer: Any) -> list[str]:
    return [each.path for each in answer.used]


def sent(home: Path) -> str:
    """What the model was asked last, of the one conversation that is kept."""
    (file,) = (home / "state" / "chats").glob("*.json")
    return str(json.loads(file.read_text())["turns"][-1]["asked"])


def open_shop(ed: ActingEditor, project: Path) -> None:
    ed.open_file(project / "shop.py", "‸" + SHOP)


async def test_a_question_is_shown_the_definition_that_it_names_of_a_file_that_is_not_open(
    project: Path, tmp_path: Path
) -> None:
    async with loaded("It adds.", home=tmp_path, folders=(project,)) as ed:
        open_shop(ed, project)
        answer = await ed.question("How does add_tax work?", textDocument={"uri": ed.uri})
        assert paths(answer) == ["shop.py", "lib/taxes.py"]
        used = answer.used[1]
        assert used.why == "the question names add_tax" and used.uri == (project / "lib" / "taxes.py").as_uri()
        assert (used.range.start.line, used.range.end.line) == (0, 3)
    assert "return amount * (1 + percent / 100)" in sent(tmp_path)


async def test_without_an_open_file_the_project_is_asked_all_the_same(project: Path) -> None:
    async with loaded("It adds.", folders=(project,)) as ed:
        assert paths(await ed.question("Where is the tax added?")) == ["lib/taxes.py"]


async def test_a_question_about_nothing_of_the_project_gets_nothing_of_it(project: Path) -> None:
    async with loaded("Hello.", folders=(project,)) as ed:
        assert paths(await ed.question("Thanks, and why?")) == []


async def test_the_search_can_be_left_out_and_switched_off(project: Path) -> None:
    async with loaded("It adds.", folders=(project,)) as ed:
        assert paths(await context(ed, "How does add_tax work?", search=False)) == []
        found = await context(ed, "How does add_tax work?")
        assert paths(found) == ["lib/taxes.py"] and found.found == 1
    chat = {"backend": "scripted", "model": "x"}
    settings = {"chat": chat, "context": {"off": ["workspace_symbols"]}}
    async with loaded(settings=settings, folders=(project,)) as ed:
        assert paths(await context(ed, "How does add_tax work?")) == []


async def test_what_is_typed_and_not_saved_counts(project: Path) -> None:
    async with loaded("Yes.", folders=(project,)) as ed:
        ed.open_file(project / "lib" / "taxes.py", TAX + "‸")
        ed.type("\n\ndef drop_tax(amount):\n    return amount / 1.19\n")
        ed.replace(ed.text.index("add_tax"), ed.text.index("add_tax") + len("add_tax"), "raise_tax")
        assert paths(await context(ed, "How does drop_tax work?")) == ["lib/taxes.py"]
        found = await context(ed, "What does `raise_tax` do?")
        assert found.used[0].why == "the question names raise_tax"
        found = await context(ed, "What of #symbol:add_tax?")
        assert [each.name for each in found.leftOut] == ["add_tax"]


async def test_files_that_change_on_the_disk_are_found_as_they_are(project: Path) -> None:
    async with loaded("Yes.", folders=(project,)) as ed:
        assert paths(await context(ed, "What does add_tax do?")) == ["lib/taxes.py"]
        (project / "lib" / "taxes.py").unlink()
        (project / "fresh.py").write_text("def brand_new(): pass\n")
        assert paths(await context(ed, "What does add_tax do?")) == []
        assert paths(await context(ed, "What does brand_new do?")) == ["fresh.py"]


async def test_the_index_is_built_in_idle_time_once_a_file_is_open(project: Path, tmp_path: Path) -> None:
    async with loaded("Yes.", home=tmp_path, folders=(project,)) as ed:
        open_shop(ed, project)
        kept = tmp_path / "cache" / "symbols"
        await until(lambda: any(b"add_tax" in file.read_bytes() for file in kept.glob("*")), "the index")


@pytest.mark.parametrize(
    ("name", "text"), [(".env", "ADD_TAX=1\n"), ("keys.py", f'def add_tax():\n    return "{KEY}"\n')]
)
async def test_secret_files_are_neither_found_nor_shown(project: Path, name: str, text: str) -> None:
    (project / "lib" / "taxes.py").unlink()
    (project / name).write_text(text)
    async with loaded("Yes.", folders=(project,)) as ed:
        assert paths(await context(ed, "What does add_tax do?")) == []
        found = await context(ed, attachments=[{"kind": "file", "uri": (project / name).as_uri()}])
        shown = json.dumps([each.path for each in found.used]) + str(found)
        assert KEY not in shown
        assert [each.name for each in found.leftOut] == ([".env"] if name == ".env" else [])


async def test_what_forbids_a_question_is_no_message_while_it_is_typed(project: Path) -> None:
    async with loaded("Yes.", folders=(project,)) as ed:
        ed.show("KEY=‸1\n", name=".env")
        for _ in range(3):
            found = await context(ed, textDocument={"uri": ed.uri})
            assert found.used == [] and "secrets" in found.leftOut[0].reason
        assert len(ed.messages) == 1, "that it is not completed"
    async with loaded(settings={"chat": {"backend": "nonsense"}}, folders=(project,)) as ed:
        found = await context(ed, "How does add_tax work?")
        assert "nonsense" in found.leftOut[0].reason


async def test_files_selections_and_symbols_are_attached(project: Path, tmp_path: Path) -> None:
    taxes = (project / "lib" / "taxes.py").as_uri()
    async with loaded("It adds.", home=tmp_path, folders=(project,)) as ed:
        open_shop(ed, project)
        end = {"line": 1, "character": 5}
        part = {"kind": "selection", "uri": ed.uri, "range": {"start": {"line": 1, "character": 0}, "end": end}}
        attachments = [{"kind": "file", "uri": taxes}, part, {"kind": "symbol", "name": "total"}]
        answer = await ed.question("Are they fine?", attachments=attachments)
        assert [(each.path, each.why) for each in answer.used] == [
            ("lib/taxes.py", "attached"),
            ("shop.py", "the question names total"),
        ], "a selection that stands in another passage is shown once"
        assert answer.leftOut == []
    assert TAX.strip() in sent(tmp_path) and SHOP.strip() in sent(tmp_path)


async def test_problems_changes_and_other_text_are_attached(project: Path, tmp_path: Path) -> None:
    problem = {
        "uri": (project / "shop.py").as_uri(),
        "range": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 9}},
        "message": "`sum` wants numbers",
        "severity": "error",
        "source": "mypy",
    }
    diff = f"diff --git a/shop.py b/shop.py\n+TOKEN = '{KEY}'\n"
    async with loaded("I see.", home=tmp_path, folders=(project,)) as ed:
        open_shop(ed, project)
        attachments = [
            {"kind": "problems", "problems": [problem]},
            {"kind": "changes", "text": diff},
            {"kind": "text", "name": "Terminal", "text": "1 failed"},
        ]
        answer = await ed.question("What is wrong?", attachments=attachments)
        assert paths(answer) == ["Problems", "Changes", "Terminal"]
        assert {each.uri for each in answer.used} == {None}
    asked = sent(tmp_path)
    assert "shop.py:2: error `sum` wants numbers [mypy]\n    return sum(prices)" in asked
    assert "1 failed" in asked and "diff --git" in asked and KEY not in asked


async def test_words_of_the_question_attach(project: Path) -> None:
    async with loaded("Yes.", folders=(project,)) as ed:
        found = await context(ed, "Is #file:lib/taxes.py like #file:shop.py, and what of #symbol:total?")
        assert paths(found) == ["lib/taxes.py", "shop.py"]
        found = await context(ed, "Is #file:taxes.py right? See issue#file and #filet.")
        assert paths(found) == ["lib/taxes.py"]
        found = await context(ed, "Do #problems and #changes matter? #symbol:nothing #file:no/such.py")
        assert {each.name for each in found.leftOut} == {"#problems", "#changes", "nothing", "no/such.py"}
        assert all(each.reason for each in found.leftOut)
        found = await context(ed, f"#file:../other.py #file:{project.parent}/other.py")
        assert {each.reason for each in found.leftOut} == {"it is not in the workspace"}


async def test_what_cannot_go_along_is_said_and_the_question_is_answered(project: Path) -> None:
    (project / "picture.bin").write_bytes(b"\0\1")
    (project / ".hearthignore").write_text("private.py\n")
    (project / "private.py").write_text("x = 1\n")
    names = ("picture.bin", "private.py", "gone.py")
    async with loaded("Fine.", folders=(project,)) as ed:
        attachments = [{"kind": "file", "uri": (project / name).as_uri()} for name in names]
        answer = await ed.question("Well?", attachments=[*attachments, {"kind": "changes", "text": " "}])
        assert answer.text == "Fine." and answer.used == []
        assert [each.name for each in answer.leftOut] == [*names, "#changes"]
        reasons = " / ".join(each.reason for each in answer.leftOut)
        assert all(word in reasons for word in ("binary", ".hearthignore", "cannot be read", "empty")), reasons


async def test_long_files_are_shown_as_an_outline_when_all_of_them_is_too_much(project: Path) -> None:
    long = "".join(f"def part{number}():\n    return {'1 + ' * 40}1\n\n\n" for number in range(80))
    (project / "long.py").write_text(long)
    async with loaded("Fine.", folders=(project,)) as ed:
        uris = [(project / name).as_uri() for name in ("long.py", "shop.py")]
        found = await context(ed, attachments=[{"kind": "file", "uri": uri} for uri in uris])
        assert [each.why for each in found.used] == ["attached, as an outline with the parts that fit", "attached"]
        assert found.tokens <= found.room


async def test_what_a_client_sends_wrongly_is_an_answer_with_a_message(project: Path) -> None:
    async with loaded("Fine.", folders=(project,)) as ed:
        answer = await ed.question("Well?", attachments=[{"kind": "song"}])
        assert answer.reason == "error" and "not understood" in answer.message
        assert (await ed.question("Well?", attachments=[{"kind": "file"}])).leftOut[0].name == "#file"


async def test_a_kept_chat_tells_what_was_shown_its_workspace_and_its_name(project: Path, tmp_path: Path) -> None:
    send: Any
    async with loaded("It adds.", home=tmp_path, folders=(project,)) as ed:
        send = ed.client.protocol.send_request_async
        await ed.question("How does add_tax work?", conversation="mine")
        assert await send("hearth/chat/rename", {"conversation": "mine", "title": "  About\ntaxes "})
        assert not await send("hearth/chat/rename", {"conversation": "other", "title": "x"})
    async with loaded("Yes.", home=tmp_path, folders=(project,)) as ed:
        (kept,) = await ed.client.protocol.send_request_async("hearth/chat/list", {})
        assert (kept["title"], kept["workspace"]) == ("About taxes", str(project))
        assert [(each["path"], each["uri"]) for each in kept["turns"][0]["used"]] == [
            ("lib/taxes.py", (project / "lib" / "taxes.py").as_uri())
        ]


async def test_an_explanation_is_listed_with_what_it_explains(project: Path) -> None:
    async with loaded("It adds.", folders=(project,)) as ed:
        open_shop(ed, project)
        send: Any = ed.client.protocol.send_request_async
        await send(
            "hearth/chat", {"action": "explain", "textDocument": {"uri": ed.uri}, "range": ed.place["range"]}
        )
        (kept,) = await send("hearth/chat/list", {})
        assert kept["title"] == "Explain shop.py:1–2" and kept["turns"][0]["question"] == kept["title"]


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_deletion_is_taken_back_and_the_disk_forgets_meanwhile(tmp_path: Path, keeps: bool) -> None:
    settings = {"chat": {"backend": "scripted", "model": "Yes.", "keep_history": keeps}}
    async with loaded(settings=patient(settings), home=tmp_path) as ed:
        send: Any = ed.client.protocol.send_request_async
        await ed.question("Is it?", conversation="mine")
        assert await send("hearth/chat/delete", {"conversation": "mine"})
        assert not list(tmp_path.rglob("mine*")), "it is gone from the disk"
        assert await send("hearth/chat/restore", {"conversation": "mine"})
        assert not await send("hearth/chat/restore", {"conversation": "mine"})
        kept = await send("hearth/chat/list", {})
        assert [each["conversation"] for each in kept] == (["mine"] if keeps else [])
        answer = await ed.question("Really?", conversation="mine")
        assert answer.reason != "error"
