"""No planted secret reaches a model: what `hearth/inspect` shows, and what a server is really sent."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

from tests.e2e.editor import Editor, editor
from tests.fakes.openai import FakeOpenAI
from tests.lsp_server.acting import ActingEditor, acting

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
        assert "KEY = 'hidden" in answer.prompt


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


GITHUB = "gh" + "p_" + "aB3dE6gH9" * 4
PASSWORD = "hunter" + "2Kd9"
SESSION = "FwoGZXIvYXdzEBYaDK" + "x1Yz2" * 8
OPENAI = "sk" + "-proj-" + "Zx9Cv8Bn7M" * 5
EVERYWHERE = (GITHUB, PASSWORD, SESSION, OPENAI, KEY)
PAY = (
    f'URL = "postgres://shop:{PASSWORD}@db/shop"\n\n\n'
    f'def connect(url="postgres://shop:{PASSWORD}@db/shop", retries=3):\n    return url\n'
)
KEYED = (
    f'from pay import connect\n\nAWS_SESSION_TOKEN = "{SESSION}"\nACCESS = "{KEY}"\n\n\n'
    f'def ch‸arge(amount, token="{GITHUB}"):\n'
    f'    client = connect("postgres://shop:{PASSWORD}@db/shop")\n'
    f'    api_key = "{OPENAI}"\n'
    "    first = client.login(token, api_key, AWS_SESSION_TOKEN)\n"
    "    second = first\n"
    "    return second\n"
)
EMPTY = f'\n\ndef later(token="{GITHUB}"):\n    pass\n'


@asynccontextmanager
async def recorded(folder: Path, **settings: Any) -> AsyncIterator[tuple[ActingEditor, FakeOpenAI]]:
    """Files with keys, one of them open, one that is only imported, and the server that all is asked of."""
    for name, text in {"pay.py": PAY, "open.py": PAY.replace("def connect", "def login")}.items():
        (folder / name).write_text(text)
    server = FakeOpenAI(pieces=("def charge(amount): ", "return amount"))
    await server.http.start()
    url = {"url": f"{server.http.url}/v1", "fim": "infill", **settings}
    options = {
        "completion": {"backend": "openai_compatible", "model": "qwen2.5-coder"},
        "chat": {"backend": "openai_compatible", "model": "qwen2.5-coder"},
        "openai_compatible": url,
    }
    try:
        async with acting(settings=options, folders=(folder,)) as ed:
            ed.open_file(folder / "open.py", (folder / "open.py").read_text() + "‸")
            yield ed, server
    finally:
        await server.http.stop()


def bodies(server: FakeOpenAI) -> list[str]:
    return [json.dumps(request.body, ensure_ascii=False) for request in server.http.requests if request.body]


async def test_no_key_reaches_a_server_by_chat_or_by_any_action(tmp_path: Path) -> None:
    async with recorded(tmp_path) as (ed, server):
        text = KEYED + EMPTY
        ed.open_file(tmp_path / "shop.py", text)
        problem = f'"{PASSWORD}" is a password; {GITHUB} and {KEY} are keys'
        asked: list[str] = []
        for words in ((), (problem,)):
            for name, offered in (await ed.actions(*words)).items():
                asked.append(name)
                with suppress(JsonRpcException):  # the answer is of no use to most of them
                    await ed.resolve(offered)
        data = {**ed.place, "action": "instruct", "instruction": f"log in with {GITHUB} and password={PASSWORD}"}
        with suppress(JsonRpcException):
            await ed.run("hearth.act", data)
        later = ed.text.index("later")
        ed.selection = (later, later)
        for name, offered in (await ed.actions()).items():
            asked.append(name)
            with suppress(JsonRpcException):
                await ed.resolve(offered)
        assert {"fix", "bug", "document", "annotate", "test", "simplify", "implement"} <= set(asked)
        place = {"textDocument": {"uri": ed.uri}}
        everything = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 12, "character": 0}}}
        for where in (place, {**place, **everything}, {**place, "range": ed.place["range"]}):
            await ed.question(f"Is {GITHUB} right, and password={PASSWORD}?", **where)
            await ed.question("", action="explain", **where)
        await ed.run("hearth.explain", {"uri": ed.uri, "range": everything["range"]})
        ed.cursor = len(ed.text)
        ed.type("\n\ntotal = ")
        await ed.request(automatic=False)
        ed.type("cha")
        await ed.request()
        sent = bodies(server)
        assert len(sent) > 15
        assert any("def charge(amount, token=" in body for body in sent)
        assert any("is a password" in body for body in sent)
        for key in EVERYWHERE:
            assert [body for body in sent if key in body] == []
        shown = await inspected(ed)
        assert [key for key in EVERYWHERE if key in str(shown)] == []


async def test_a_key_in_a_question_is_told_and_kept_from_the_disk(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with acting("It is |right.", home=home) as ed:
        answer = await ed.question(f"Is {GITHUB} right?")
        assert answer.text.startswith("*(Your question contains a key or a password")
        assert answer.text.endswith("It is right.")
        assert "".join(text for _, text in ed.pieces) == answer.text
        plain = await ed.question("And is 5?", conversation=answer.conversation)
        assert plain.text == "It is right."
        kept = [file.read_text() for file in home.rglob("*") if file.is_file()]
        assert any("And is 5?" in text for text in kept)
        assert not any(GITHUB in text for text in kept)


@pytest.mark.parametrize("typed", [GITHUB, OPENAI, KEY])
async def test_nothing_is_asked_inside_of_a_key(tmp_path: Path, typed: str) -> None:
    async with recorded(tmp_path) as (ed, server):
        ed.open_file(tmp_path / "shop.py", "import os\n\n\nx = ‸\n")
        ed.cursor = ed.selection[0]
        ed.type('"')
        for letter in typed:
            ed.type(letter)
            await ed.request()
        for length in range(16, len(typed)):
            assert not any(typed[:length] in body for body in bodies(server))
        ed.type('"\nsecond = ')
        await ed.request(automatic=False)
        assert any("second = " in body for body in bodies(server))
        assert not any(typed in body for body in bodies(server))


@pytest.mark.parametrize("line", ['password = "{}', 'connect(token="{}', "api_key: str = '{}"])
async def test_nothing_is_asked_in_the_value_of_a_secret_name(tmp_path: Path, line: str) -> None:
    async with recorded(tmp_path) as (ed, server):
        ed.open_file(tmp_path / "shop.py", f"import os\n\n\n{line.format('')}‸\n")
        ed.cursor = ed.selection[0]
        for letter in PASSWORD:
            ed.type(letter)
            assert await ed.ghost() == ""
            assert await ed.ghost(automatic=False) == ""
        assert not any(PASSWORD[:2] in body for body in bodies(server))
