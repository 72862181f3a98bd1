"""No planted secret reaches a model: what `hearth/inspect` shows, and what a server is really sent."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.editor import Editor, editor
from tests.fakes.openai import FakeOpenAI

# Put together here, so that no scanner takes this file for a leak.
KEY = "AK" + "IA" + "PLANTEDPLANTED77"
PLANTED = ("planted-in-env", "planted-in-ignored", "planted-outside", "planted-in-own-ignore", KEY)

FILES = {
    ".gitignore": "ignored.py\n",
    ".hearthignore": "private/\n",
    ".env": "TOKEN=planted-in-env\ndef charge(): pass\n",
    "ignored.py": "def charge(x='planted-in-ignored'): pass\n",
    "private/own.py": "def charge(x='planted-in-own-ignore'): pass\n",
    "../outside.py": "def charge(x='planted-outside'): pass\n",
    "keyed.py": f"KEY = '{KEY}'\ndef charge(x=KEY): pass\n",
    "prices.py": "def charge(amount: float) -> float:\n    return amount\n",
}
OPEN = (".env", "ignored.py", "private/own.py", "../outside.py", "keyed.py", "prices.py")
SHOP = (
    "from prices import charge\nfrom keyed import charge as a\nfrom ignored import charge as b\n"
    "from private.own import charge as c\n\n\ntotal = charge(‸)\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    for name, text in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root.resolve()


@asynccontextmanager
async def shop(project: Path, settings: dict[str, Any]) -> AsyncIterator[Editor]:
    """An editor with everything open and lately edited, the cursor in `shop.py`."""
    async with editor(settings, folders=(project,)) as ed:
        for name in OPEN:
            ed.open((project / name).read_text() + "‸", str(project / name))
            ed.type("\n# edited\n")
        ed.open(SHOP, str(project / "shop.py"))
        yield ed


async def inspected(ed: Editor) -> Any:
    place = ed.at(ed.cursor)
    params = {
        "textDocument": {"uri": ed.uri},
        "position": {"line": place.line, "character": place.character},
    }
    return await ed.client.protocol.send_request_async("hearth/inspect", params)


async def test_inspect_shows_no_planted_secret_and_says_what_was_left_out(project: Path) -> None:
    async with shop(project, {"completion": {"backend": "scripted", "model": "x"}}) as ed:
        answer = await inspected(ed)
        assert "def charge(amount: float)" in answer.prompt
        for secret in PLANTED:
            assert secret not in str(answer)
        reasons = {left.path: left.reason for left in answer.left_out}
        assert "secrets" in reasons[".env"]
        assert ".gitignore" in reasons["ignored.py"]
        assert ".hearthignore" in reasons["private/own.py"]
        assert "outside" in reasons["outside.py"]
        assert "AWS" in reasons["keyed.py"]


@pytest.mark.parametrize("fim", ["infill", "raw"])
async def test_no_planted_secret_reaches_a_server(project: Path, fim: str) -> None:
    server = FakeOpenAI()
    await server.http.start()
    try:
        settings = {
            "completion": {"backend": "openai_compatible", "model": "qwen2.5-coder"},
            "openai_compatible": {"url": f"{server.http.url}/v1", "fim": fim},
        }
        async with shop(project, settings) as ed:
            assert await ed.ghost(automatic=False)
            ed.type("price")
            await ed.request()
            for name in (".env", "ignored.py"):  # the first is not completed, the second from itself alone
                ed.open((project / name).read_text().split("planted")[0] + "‸", str(project / name))
                await ed.request(automatic=False)
            ed.open((project / "keyed.py").read_text() + f"other = '{KEY}'\nthird = ‸", str(project / "keyed.py"))
            assert await ed.ghost(automatic=False)
        sent = [json.dumps(request.body) for request in server.http.requests]
        assert any("def charge(amount: float)" in body for body in sent)
        for secret in PLANTED:
            assert not any(secret in body for body in sent)
        assert not any("TOKEN=" in body for body in sent)
    finally:
        await server.http.stop()


async def test_a_key_in_the_very_file_is_crossed_out_of_its_prompt(project: Path) -> None:
    async with shop(project, {"completion": {"backend": "scripted", "model": "x"}}) as ed:
        ed.open((project / "keyed.py").read_text() + "‸", str(project / "keyed.py"))
        answer = await inspected(ed)
        assert KEY not in str(answer)
        assert "KEY = 'xxxx" in answer.prompt


async def test_an_ignored_file_is_completed_from_itself_alone_and_the_status_says_so(project: Path) -> None:
    async with shop(project, {"completion": {"backend": "scripted", "model": "x"}}) as ed:
        ed.open("from prices import charge\n\ntotal = charge(‸)\n", str(project / "ignored.py"))
        assert await ed.ghost(automatic=False) == "x"
        answer = await inspected(ed)
        assert "amount" not in answer.prompt
        assert {piece.source for piece in answer.pieces} <= {"above", "below", "typed"}
        said = [status.message for status in ed.statuses]
        assert any("ignored.py" in message and ".gitignore" in message for message in said)


async def test_a_file_on_the_secrets_list_is_not_completed_and_the_status_says_so(project: Path) -> None:
    async with shop(project, {"completion": {"backend": "scripted", "model": "x"}}) as ed:
        ed.open("TOKEN=‸\n", str(project / ".env"))
        assert await ed.ghost(automatic=False) == ""
        said = [status.message for status in ed.statuses]
        assert any(".env" in message and "secrets" in message for message in said)
        assert await inspected(ed) is None
        assert any(".env" in message for message in ed.messages)
