"""What an editor's other language servers know reaches the prompt, and what they do wrong harms nobody."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.editor import PATIENCE, Editor, editor
from tests.waiting import until

SETTINGS = {"completion": {"backend": "scripted", "model": "5:x"}}
CLIENT = "import socket\n\n\nclass Client:\n    def fetch_all(self, url: str) -> bytes:\n        return b''\n"
MAIN = "from plugins import registry\n\nclient = registry['http']()\nanswer = client.‸\n"
ABLE = {"hearth": {"definitions": True}}


def focus(ed: Editor) -> None:
    position = ed.at(ed.cursor)
    place = {"line": position.line, "character": position.character}
    ed.client.protocol.notify("textDocument/didFocus", {"textDocument": {"uri": ed.uri}, "position": place})


def the_class(folder: Path, asked: Any) -> dict[str, Any]:
    """An answer that knows the class in http_client.py, and no definitions."""
    start = {"line": 3, "character": 6}
    place = {"uri": (folder / "http_client.py").as_uri(), "range": {"start": start, "end": start}}
    return {"definitions": [[] for _ in asked.definitions], "types": [[place] for _ in asked.types]}


async def prompt(ed: Editor) -> str:
    position = ed.at(ed.cursor)
    place = {"line": position.line, "character": position.character}
    params = {"textDocument": {"uri": ed.uri}, "position": place}
    answer: Any = await ed.client.protocol.send_request_async("hearth/inspect", params)
    return str(answer.prompt)


async def test_the_members_of_what_only_another_language_server_knows_are_in_the_prompt(tmp_path: Path) -> None:
    (tmp_path / "http_client.py").write_text(CLIENT)
    asked: list[Any] = []

    def answer(params: Any) -> Any:
        asked.append(params)
        return the_class(tmp_path, params)

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/definitions")(answer)
        ed.open(MAIN, str(tmp_path / "main.py"))
        assert "fetch_all" not in await prompt(ed)
        focus(ed)

        async def is_there() -> bool:
            return "def fetch_all(self, url: str) -> bytes:" in await prompt(ed)

        await until(is_there, "the class of the other language server")
        text = await prompt(ed)
        assert "import socket" not in text and "return b''" not in text  # heads, no bodies
        assert [(each.line, each.character) for each in asked[0].types] == [(3, 9)]
        questions = len(asked)
        focus(ed)
        assert "fetch_all" in await prompt(ed)
        assert len(asked) == questions  # what is known is not asked for again


async def test_an_answer_that_comes_late_is_shown_where_the_user_rests(tmp_path: Path) -> None:
    (tmp_path / "http_client.py").write_text(CLIENT)
    came = asyncio.Event()

    async def answer(params: Any) -> Any:
        await came.wait()
        return the_class(tmp_path, params)

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/definitions")(answer)
        ed.open(MAIN, str(tmp_path / "main.py"))
        focus(ed)
        assert await ed.ghost() == "x"  # nothing waits for it
        assert "fetch_all" not in await prompt(ed)
        came.set()

        async def is_there() -> bool:
            return "def fetch_all(self, url: str) -> bytes:" in await prompt(ed)

        await until(is_there, "the class of the other language server")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "nonsense",
        {"definitions": 7, "types": [[{"uri": 3}]]},
        {"definitions": [], "types": [[{"uri": "http://example.org/x", "range": None}]]},
        {
            "types": [
                [
                    {
                        "uri": "file:///etc/passwd",
                        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
                    }
                ]
            ]
        },
        {
            "types": [
                [
                    {
                        "uri": "file:///dev/zero",
                        "range": {"start": {"line": 9**9, "character": -1}, "end": {"line": 0, "character": 0}},
                    }
                ]
            ]
        },
    ],
    ids=["null", "list", "text", "types", "place", "outside", "device"],
)
async def test_an_answer_that_is_no_use_changes_nothing_and_says_nothing(tmp_path: Path, answer: Any) -> None:
    asked: asyncio.Queue[Any] = asyncio.Queue()

    def told(params: Any) -> Any:
        asked.put_nowait(params)
        return answer

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/definitions")(told)
        ed.open(MAIN, str(tmp_path / "main.py"))
        before = await prompt(ed)
        focus(ed)
        await asyncio.wait_for(asked.get(), PATIENCE)
        assert await prompt(ed) == before
        assert await ed.ghost() == "x"
        assert ed.messages == []


async def test_a_client_that_does_not_answer_holds_nothing_up(tmp_path: Path) -> None:
    asked: asyncio.Queue[Any] = asyncio.Queue()
    end = asyncio.Event()

    async def late(params: Any) -> Any:
        asked.put_nowait(params)
        await end.wait()

    async with editor(SETTINGS, tmp_path / "home", folders=(tmp_path,), experimental=ABLE) as ed:
        ed.client.feature("hearth/definitions")(late)
        ed.open(MAIN, str(tmp_path / "main.py"))
        focus(ed)
        await asyncio.wait_for(asked.get(), PATIENCE)
        assert await ed.ghost() == "x"
        end.set()


async def test_without_context_from_other_files_nobody_is_asked(tmp_path: Path) -> None:
    asked: list[Any] = []

    async with editor(
        {**SETTINGS, "context": {"enabled": False}}, tmp_path / "home", folders=(tmp_path,), experimental=ABLE
    ) as ed:
        ed.client.feature("hearth/definitions")(lambda params: asked.append(params))
        ed.open(MAIN, str(tmp_path / "main.py"))
        focus(ed)
        assert await ed.ghost() == "x"
        assert asked == []
