"""A commit message as an editor and a terminal get it: the real git, a scripted model."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hearth.engine import paths
from tests.lsp_server.acting import ActingEditor, acting
from tests.repositories import Repo, repository
from tests.waiting import until


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = repository(tmp_path / "shop", "Begin", "Prices are rounded")
    repo.stage("shop.py", "x = 1\n")
    return repo


async def ask(ed: ActingEditor, repo: Repo | None, **more: Any) -> Any:
    where = {"uri": repo.root.as_uri()} if repo else {}
    return await ed.client.protocol.send_request_async("hearth/commitMessage", {**where, **more})


def grown(ed: ActingEditor) -> list[str]:
    return [each.text for each in ed.progress if hasattr(each, "text") and not hasattr(each, "kind")]


async def test_the_message_grows_and_comes_whole_at_the_end(repo: Repo) -> None:
    async with acting("A shop| is opened|.") as ed:
        answer = await ask(ed, repo, partialResultToken="message")
        assert (answer.text, answer.changes, answer.message) == ("A shop is opened", "staged", None)
        assert grown(ed) == ["A shop", "A shop is opened"]


async def test_the_first_folder_of_the_workspace_is_meant_without_a_place(repo: Repo) -> None:
    async with acting("A shop is opened.", folders=(repo.root,)) as ed:
        assert (await ask(ed, None)).text == "A shop is opened"
        assert (await ask(ed, None, uri=(repo.root / "shop.py").as_uri())).text == "A shop is opened"
    async with acting("A shop is opened.") as ed:
        assert "no folder is open" in (await ask(ed, None)).message


async def test_changes_that_are_not_staged_are_named_as_such(repo: Repo) -> None:
    repo.git("commit", "--quiet", "-m", "Open a shop")
    repo.write("shop.py", "x = 2\n")
    async with acting("The shop moves.") as ed:
        answer = await ask(ed, repo)
        assert (answer.text, answer.changes) == ("The shop moves", "tracked")


async def test_why_there_is_none_is_told_each_time_and_is_no_status(repo: Repo, tmp_path: Path) -> None:
    async with acting("A shop is opened.") as ed:
        for _ in range(2):
            answer = await ask(ed, None, uri=tmp_path.as_uri())
            assert "is in no git repository" in answer.message and answer.text == ""
        assert "no file on a disk" in (await ask(ed, None, uri="untitled:Untitled-1")).message
        assert "is not understood" in (await ask(ed, None, uri=7)).message
        assert "error" not in [status.kind for status in ed.statuses] and ed.messages == []


async def test_a_request_that_is_cancelled_stops_the_model(repo: Repo) -> None:
    async with acting("100:" + "|".join(f"word{n} " for n in range(1000))) as ed:
        protocol: Any = ed.client.protocol
        waiting = protocol.send_request(
            "hearth/commitMessage", {"uri": repo.root.as_uri(), "partialResultToken": "message"}, msg_id="one"
        )
        await until(lambda: grown(ed), "the beginning of the message")
        ed.client.cancel_request(lsp.CancelParams("one"))
        with pytest.raises(JsonRpcException):
            await asyncio.wrap_future(waiting)
        count = len(grown(ed))
        answer = await ed.question("Still there?", conversation="mine")
        assert answer.text and len(grown(ed)) <= count + 1


async def test_no_key_reaches_the_message(repo: Repo) -> None:
    key = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    repo.stage("shop.py", f'TOKEN = "{key}"\n')
    async with acting("Add a token\u202e") as ed:
        assert (await ask(ed, repo)).text == "Add a token"


def hearth(*arguments: str, answer: str = "A shop is opened.") -> "subprocess.CompletedProcess[str]":
    paths.config_file().parent.mkdir(parents=True, exist_ok=True)
    paths.config_file().write_text(f'[chat]\nbackend = "scripted"\nmodel = "{answer}"\n')
    command = [sys.executable, "-m", "hearth.lsp_server.cli", "commit", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_prints_the_message_and_nothing_else(repo: Repo) -> None:
    done = hearth(str(repo.root))
    assert (done.stdout, done.stderr, done.returncode) == ("A shop is opened\n", "", 0)
    repo.git("commit", "--quiet", "-m", "Open a shop")
    repo.write("shop.py", "x = 2\n")
    done = hearth(str(repo.root / "shop.py"))
    assert done.stdout == "A shop is opened\n" and "nothing is staged" in done.stderr


def test_the_command_says_why_it_prints_nothing(tmp_path: Path) -> None:
    done = hearth(str(tmp_path))
    assert (done.stdout, done.returncode) == ("", 1)
    assert "is in no git repository" in done.stderr and done.stderr.count("\n") == 1
