"""Words of others on their way to an editor: a project's settings and names, a checker's, a model's."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lsprotocol import types as lsp

from tests.e2e.editor import editor
from tests.lsp_server.acting import acting
from tests.nasty import FAMILY, hidden_in, is_live, live_in

KEY = (
    "[Repair the settings of this project](command:runCommands?%7B%22commands%22%3A%5B%22workbench.action.terminal"
    ".new%22%2C%7B%22command%22%3A%22workbench.action.terminal.sendSequence%22%2C%22args%22%3A%7B%22text%22%3A%22"
    "touch%20PWNED%5Cn%22%7D%7D%5D%7D)"
)
SCRIPTED = {"completion": {"backend": "scripted", "model": "hello"}}
EVIL = "[x](command:y) <command:z>\u202e\u200b\x1b[2J\x9b1m"  # in whatever has a name
ANSWER = f"evil\x1b]52;c;cm0=\x07\u202e\u200b {EVIL}"
CODE = "def ad‸d(a, b):\n    return a + b\n"


async def test_a_project_s_settings_put_no_link_into_a_message(tmp_path: Path) -> None:
    (tmp_path / "hearth.toml").write_text(f'"{KEY}" = 1\n[completion]\nmax_lines = "{KEY}"\n"{KEY}" = 2\n')
    async with editor(SCRIPTED, folders=(tmp_path,)) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "hello"
        (message,) = ed.messages
        assert "Repair the settings of this project" in message
        assert not is_live(message) and hidden_in(message) == set()


async def test_two_thousand_unknown_settings_are_one_message(tmp_path: Path) -> None:
    (tmp_path / "hearth.toml").write_text("".join(f"unknown{n} = 1\n" for n in range(2000)))
    async with editor(SCRIPTED, folders=(tmp_path,)) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "hello"
        (message,) = ed.messages
        assert message.count("there is no setting") == 5 and "1,995 more" in message


async def test_a_folder_s_name_is_no_link_in_a_message_or_a_status(tmp_path: Path) -> None:
    folder = tmp_path / "[x](command:y)"
    folder.mkdir()
    (folder / "hearth.toml").write_text("wrong = 1\n")
    async with editor(SCRIPTED, folders=(folder,)) as ed:
        ed.open("x‸", name=str(folder / ".env"), language="plaintext")
        assert await ed.ghost() == ""
        assert len(ed.messages) == 2
        for said in (*ed.messages, *(status.message for status in ed.statuses)):
            assert not is_live(said)
        assert any("[x] (command :y)" in message for message in ed.messages)


async def test_ghost_text_brings_nothing_hidden_into_a_file_that_has_it_not() -> None:
    family = FAMILY.replace("\u200d", "")
    settings = {"completion": {"backend": "scripted", "model": f"'a\u202e|b\u200b\x1b[0m{FAMILY}'"}}
    async with editor(settings) as ed:
        ed.open("x = ‸\n")
        item = await ed.ask()
        assert item is not None and item.insert_text == f"'ab[0m{family}'"
        ed.accept(item)
        assert hidden_in(ed.text) == set()


async def test_ghost_text_has_what_the_file_has() -> None:
    settings = {"completion": {"backend": "scripted", "model": f"'{FAMILY}\u202e'"}}
    async with editor(settings) as ed:
        ed.open(f"y = '{FAMILY}'\nx = ‸\n")
        assert await ed.ghost() == f"'{FAMILY}'"


async def test_typing_along_a_cleaned_suggestion_keeps_it() -> None:
    settings = {"completion": {"backend": "scripted", "model": "'one\u200b two\u202e three'"}}
    async with editor(settings) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "'one two three'"
        ed.type("'one t")
        assert await ed.ghost() == "wo three'"


@pytest.mark.parametrize("crlf", [False, True])
async def test_line_ends_of_an_answer_become_the_file_s(crlf: bool) -> None:
    end = "\r\n" if crlf else "\n"
    settings = {"completion": {"backend": "scripted", "model": "(\r|\n    2\r\n)"}}
    async with editor(settings) as ed:
        ed.open(f"a = 0{end}x = ‸{end}")
        ghost = await ed.ghost(automatic=False)
        assert ghost == f"({end}    2{end})"


async def test_an_action_brings_nothing_hidden_into_a_file() -> None:
    async with acting("Adds two\u202e num\u200bbers\x1b.") as ed:
        ed.show(CODE)
        assert await ed.take("document") == 'def add(a, b):\n    """Adds two numbers."""\n    return a + b\n'


async def test_an_action_keeps_what_the_file_has() -> None:
    code = f"def ad‸d(a, b):\n    print('{FAMILY}')\n    return a - b\n"
    async with acting(f"```python\ndef add(a, b):\n    print('{FAMILY}')\n    return a + b\u202e\n```") as ed:
        ed.show(code)
        assert await ed.take("bug") == code.replace("‸", "").replace("a - b", "a + b")


async def test_new_tests_hold_nothing_hidden(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    answer = "def test_add():\n    assert add(1, 2) == 3  # \u202eevil\u2066"
    async with acting(answer, folders=(folder,)) as ed:
        ed.open_file(folder / "calc.py", CODE)
        resolved = await ed.resolve((await ed.actions())["test"])
        assert resolved.edit is not None, ed.messages
        ed.apply(resolved.edit)
        written = "".join(each.new_text for change in ed.other_changes for each in getattr(change, "edits", ()))
        assert "evil" in written and hidden_in(written) == set()


async def test_a_checker_s_words_are_no_link_in_a_title() -> None:
    async with acting("x") as ed:
        ed.show(CODE)
        title = (await ed.actions(f"undefined {EVIL}"))["fix"].title
        assert "undefined" in title and not is_live(title) and hidden_in(title) == set()


async def test_an_answer_is_a_document_without_live_links(tmp_path: Path) -> None:
    answer = (
        "Click [here](command:workbench.action.quit) or <command:x> ![p](https://e.example/p.png) <b>x</b>\u202e"
        "\n\n```py\nx[0](1)  # <b>\n```\n\n[r]: command:y\n"
    )
    async with acting(answer) as ed:
        ed.show(CODE)
        await ed.run("hearth.chat", EVIL, ed.place)
        (uri,) = ed.shown
        document = Path(unquote(urlsplit(uri).path)).read_text()
    assert live_in(document) == [] and hidden_in(document) == set()
    assert "```py\nx[0](1)  # <b>\n```" in document


async def test_an_answer_as_a_message_has_no_link() -> None:
    async with acting("Click [here](command:x)\x1b[2J.\nNow.", shows_documents=False) as ed:
        await ed.run("hearth.chat", "How?")
        assert ed.messages == ["Hearth: Click [here] (command :x).\nNow."]


async def test_a_chat_streams_no_command_for_a_terminal_even_in_two_pieces() -> None:
    async with acting(
        "<think>a\x1b[3|1mb</think>|one \x1b]0;t|itle\x07two \u202e|three \U0001f469\u200d|\U0001f467"
    ) as ed:
        answer = await ed.question("What?")
        pieces = ed.pieces
    said = "one two three \U0001f469\u200d\U0001f467"
    assert answer.text == "".join(text for part, text in pieces if part == "text") == said
    assert answer.thinking == "".join(text for part, text in pieces if part == "thinking") == "ab"


# What an editor must be given as it is, and shows as text or as code.
_VERBATIM = (
    "uri",
    "workspace",
    "newText",
    "insertText",
    "new_text",
    "arguments",
    "data",
    "prompt",
    "path",
    "label",
)


async def test_nothing_nasty_comes_over_the_wire_in_a_whole_session(tmp_path: Path) -> None:
    """Whatever has a name has a nasty one; all strings of all messages are looked at, but code and addresses."""
    folder = tmp_path / "[f](command:y)\u202e<command:z>"
    folder.mkdir()
    (folder / "hearth.toml").write_text(f"{json.dumps(EVIL)} = 1\n[completion]\nmax_lines = {json.dumps(EVIL)}\n")
    settings = {
        "completion": {"backend": "scripted", "model": ANSWER, EVIL: 1},
        "chat": {"backend": "scripted", "model": f"{ANSWER}|{ANSWER}", "temperature": EVIL},
    }
    seen: list[tuple[str, str]] = []
    async with acting(settings=settings, folders=(folder,), previews=True) as ed:
        protocol: Any = ed.client.protocol
        inner = protocol.structure_message

        def listening(data: dict[str, Any]) -> Any:
            seen.extend((key, each) for key, value in data.items() for each in _strings(value))
            return inner(data)

        protocol.structure_message = listening
        ed.open_file(folder / "[n](command:y)\u202e.py", CODE)
        changed = {**settings, EVIL: EVIL}  # without the settings it would be the default backend
        ed.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({"hearth": changed}))
        await ed.ghost()
        for action in (await ed.actions(EVIL)).values():
            if action.command is None and action.disabled is None:
                await ed.resolve(action)
        await ed.run("hearth.chat", EVIL, ed.place)
        await ed.run("hearth.explain", ed.place)
        await ed.run("hearth.act", {"action": EVIL, "uri": EVIL, "range": ed.place["range"]})
        await ed.question(EVIL, textDocument={"uri": ed.uri}, conversation="../" + EVIL)
        await ed.question(EVIL, textDocument={"uri": ed.uri})
        for method in ("hearth/chat/list", "hearth/models"):
            await protocol.send_request_async(method, {})
        await protocol.send_request_async(
            "hearth/inspect", {"textDocument": {"uri": ed.uri}, "position": {"line": 0, "character": 0}}
        )
        ed.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem((folder / ".env").as_uri(), "plaintext", 1, "x"))
        )
        await ed.question("The last")
    assert len(seen) > 200
    own = [
        ("message", EVIL),
        ("conversation", f"../{EVIL}"),
    ]  # a diagnostic and an id, which come back as they were
    told = [each for each in seen if each[0] not in _VERBATIM and each not in own]
    assert [(key, value) for key, value in told if hidden_in(value)] == []
    read_as_markdown = ("text", "answer", "question", "thinking")
    assert [(key, value) for key, value in told if is_live(value) and key not in read_as_markdown] == []


def _strings(value: Any) -> list[str]:
    """Of a value of an object whose own objects have been looked at before."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
