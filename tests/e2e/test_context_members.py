"""Names that other language servers offer behind a dot, from a client's answer to the request to the model."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.e2e.editor import PATIENCE, Editor, editor
from tests.waiting import until

SETTINGS = {"completion": {"backend": "scripted", "model": "x"}}
MAIN = "class Main {\n  void run(Chest chest) {\n    chest‸;\n  }\n}\n"
ABLE = {"hearth": {"members": True}}
SIZES = {"names": [{"name": "size()", "kind": 2}, {"name": "seal", "detail": "() -> void"}], "complete": True}


async def members(ed: Editor) -> Any:
    """What `hearth/inspect` says of the members at the cursor."""
    position = ed.at(ed.cursor)
    place = {"line": position.line, "character": position.character}
    params = {"textDocument": {"uri": ed.uri}, "position": place}
    return (await ed.client.protocol.send_request_async("hearth/inspect", params)).members


async def known(ed: Editor, *names: str) -> Any:
    """The members at the cursor once these are among them."""

    async def are_there() -> bool:
        found = await members(ed)
        return found is not None and set(names) <= set(found.names)

    await until(are_there, f"the members {names}")
    return await members(ed)


async def test_a_list_is_asked_for_behind_a_dot_and_counts_while_the_name_is_typed(tmp_path: Path) -> None:
    asked: list[Any] = []

    def answer(params: Any) -> Any:
        asked.append(params)
        return SIZES

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/members")(answer)
        ed.open(MAIN, str(tmp_path / "Main.java"), "java")
        assert await ed.ghost() == "x" and asked == []
        assert await members(ed) is None
        ed.type(".")
        found = await known(ed, "size", "seal")
        assert found.complete and found.count == len(found.names)
        assert (asked[0].position.line, asked[0].position.character) == (2, 10)
        assert asked[0].textDocument.uri == ed.uri
        ed.type("se")
        assert [*(await members(ed)).names] == ["seal", "self"]
        assert await ed.ghost() == "x"
        ed.type("a")
        assert [*(await members(ed)).names] == ["seal"]
        assert len(asked) == 1  # the place is the same
        ed.type("l().")
        await known(ed, "size")
        assert len(asked) == 2


async def test_nothing_waits_for_the_answer_and_a_late_one_serves_the_next_request(tmp_path: Path) -> None:
    came, asked = asyncio.Event(), asyncio.Event()

    async def answer(params: Any) -> Any:
        asked.set()
        await came.wait()
        return SIZES

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/members")(answer)
        ed.open(MAIN, str(tmp_path / "Main.java"), "java")
        await ed.ghost()
        ed.type(".")
        await asyncio.wait_for(asked.wait(), PATIENCE)
        assert await ed.ghost() == "x"
        assert await members(ed) is None
        ed.type("s")
        came.set()
        assert [*(await known(ed, "size")).names] == ["size", "seal", "self", "super"]


async def test_one_question_at_a_time_and_of_those_that_wait_the_last(tmp_path: Path) -> None:
    came, asked = asyncio.Event(), []

    async def answer(params: Any) -> Any:
        asked.append(params.position.character)
        await came.wait()
        return SIZES

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/members")(answer)
        ed.open(MAIN, str(tmp_path / "Main.java"), "java")
        await ed.ghost()
        for text in (".", "a.", "b.", "c."):
            ed.type(text)
            await ed.ghost()
        came.set()
        await known(ed, "size")
        assert asked == [10, 16]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "nonsense",
        {"names": 7},
        {"names": [{"name": 3}]},
        {"names": [{}], "complete": "yes"},
        SIZES["names"],
    ],
    ids=["null", "list", "text", "number", "name", "empty", "names"],
)
async def test_an_answer_that_is_no_use_changes_nothing_and_says_nothing(tmp_path: Path, answer: Any) -> None:
    asked: asyncio.Queue[Any] = asyncio.Queue()

    def told(params: Any) -> Any:
        asked.put_nowait(params)
        return answer

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/members")(told)
        ed.open(MAIN, str(tmp_path / "Main.java"), "java")
        await ed.ghost()
        ed.type(".")
        await asyncio.wait_for(asked.get(), PATIENCE)
        assert await ed.ghost() == "x"
        assert await members(ed) is None
        assert ed.messages == []


async def test_a_client_that_cannot_is_not_asked_and_trees_tell_what_they_know(tmp_path: Path) -> None:
    asked: list[Any] = []
    text = "class Basket:\n    def clear(self): ...\n\n    def add(self, item):\n        self‸\n"
    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,)) as ed:
        ed.client.feature("hearth/members")(lambda params: asked.append(params))
        ed.open(text, str(tmp_path / "main.py"))
        await ed.ghost()
        ed.type(".")
        found = await known(ed, "clear", "add")
        assert not found.complete
        assert asked == []


async def test_without_context_from_other_files_nobody_is_asked(tmp_path: Path) -> None:
    asked: list[Any] = []
    settings = {**SETTINGS, "context": {"enabled": False}}
    async with editor(settings, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/members")(lambda params: asked.append(params))
        ed.open(MAIN, str(tmp_path / "Main.java"), "java")
        await ed.ghost()
        ed.type(".")
        assert await ed.ghost() == "x"
        assert await members(ed) is None
        assert asked == []


async def test_who_comes_to_a_dot_without_typing_it_is_served_too(tmp_path: Path) -> None:
    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/members")(lambda params: SIZES)
        ed.open(MAIN.replace("‸", ".s‸"), str(tmp_path / "Main.java"), "java")
        position = ed.at(ed.cursor)
        place = {"line": position.line, "character": position.character}
        ed.client.protocol.notify("textDocument/didFocus", {"textDocument": {"uri": ed.uri}, "position": place})
        assert "seal" in (await known(ed, "size")).names


async def test_changes_that_change_nothing_ask_nothing(tmp_path: Path) -> None:
    asked: list[Any] = []
    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/members")(lambda params: asked.append(params))
        ed.open(MAIN, str(tmp_path / "Main.java"), "java")
        await ed.ghost()
        document = lsp.VersionedTextDocumentIdentifier(2, ed.uri)
        ed.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, []))
        whole = lsp.TextDocumentContentChangeWholeDocument(MAIN.replace("‸", "."))
        ed.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(3, ed.uri), [whole])
        )
        assert await members(ed) is None
        assert asked == [] and ed.messages == []


async def test_in_a_string_a_list_says_nothing(tmp_path: Path) -> None:
    asked: asyncio.Queue[Any] = asyncio.Queue()

    def answer(params: Any) -> Any:
        asked.put_nowait(params)
        return SIZES

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/members")(answer)
        ed.open(MAIN.replace("chest‸", 'String a = "chest‸"'), str(tmp_path / "Main.java"), "java")
        await ed.ghost()
        ed.type(".")
        await asyncio.wait_for(asked.get(), PATIENCE)
        await ed.ghost()
        assert await members(ed) is None


async def test_names_come_only_from_open_files_that_may_be_context(tmp_path: Path) -> None:
    (tmp_path / ".hearthignore").write_text("private/\n")
    color = "export enum Color { Red, Green }\n"
    for folder, names in (("public", ["Red", "Green"]), ("private", None)):
        async with editor(SETTINGS, tmp_path / f"home-{folder}", folders=(tmp_path,)) as ed:
            ed.open(f"{color}‸", str(tmp_path / folder / "color.ts"), "typescript")
            ed.open("const a = Color‸;\n", str(tmp_path / "main.ts"), "typescript")
            await ed.ghost()
            ed.type(".")
            if names is not None:
                assert [*(await known(ed, *names)).names] == names
            for text in ("", "G", "r"):
                ed.type(text)
                await ed.ghost()
                found = await members(ed)
                assert (found is not None) is (names is not None)


async def test_a_change_below_the_end_of_the_text_is_no_error(tmp_path: Path) -> None:
    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,)) as ed:
        ed.open("chest.lid‸\n", str(tmp_path / "chest.py"), "python")
        assert await ed.ghost() == "x"
        far = lsp.Position(99, 0)
        astray = lsp.TextDocumentContentChangePartial(lsp.Range(far, far), "bolt.")
        document = lsp.VersionedTextDocumentIdentifier(7, ed.uri)
        ed.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [astray]))
        await members(ed)
        assert ed.messages == []
