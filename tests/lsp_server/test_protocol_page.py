"""`PROTOCOL.md` against the code: nothing missing, nothing invented, and every example works."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from lsprotocol import types as lsp

import hearth.lsp_server
from hearth.engine.settings import Settings
from hearth.engine.types import StatusKind
from hearth.lsp_server import params
from hearth.lsp_server.server import COMMANDS, DOCUMENTS, FEATURES, NOTEBOOKS
from tests.e2e.editor import PATIENCE, Editor, editor
from tests.lsp_server.acting import acting
from tests.waiting import until

FOLDER = Path(hearth.lsp_server.__file__).parent
PAGE = (FOLDER / "PROTOCOL.md").read_text("utf-8")
SHOP = "def total(prices):\n    return sum(prices)\n\n\nbill = ‸\n"
SETTINGS = {
    "completion": {"backend": "scripted", "model": "total(basket)"},
    "chat": {"backend": "scripted", "model": "It adds up the prices."},
}
GROWING = {"backend": "scripted", "model": "500:a = 1\n|    return a\n|", "deadline_ms": 1}
PARAMS: dict[str, type[msgspec.Struct]] = {
    "textDocument/didShowCompletion": params.ItemParams,
    "textDocument/didPartiallyAcceptCompletion": params.PartlyAcceptedParams,
    "hearth/didRejectCompletion": params.ItemParams,
    "textDocument/didFocus": params.FocusParams,
    "textDocument/copilotInlineEdit": params.InlineEditParams,
    "hearth/didRejectInlineEdit": params.RejectedEditParams,
    "hearth/chat": params.ChatParams,
    "hearth/commitMessage": params.CommitParams,
    "hearth/chat/stop": params.ConversationParams,
    "hearth/chat/context": params.ChatParams,
    "hearth/chat/delete": params.ConversationParams,
    "hearth/chat/fit": params.FitParams,
    "hearth/chat/restore": params.ConversationParams,
    "hearth/chat/rename": params.RenameParams,
    "hearth/inspect": params.InspectParams,
    "hearth/models": params.ModelsParams,
    "hearth/digest": params.DocumentParams,
}
# Names in examples that belong to types of the standard.
STANDARD = {"uri", "range", "line", "character", "start", "end", "insertText", "command", "title", "arguments"}


def sections() -> dict[str, str]:
    """What is told under the heading of each method and command."""
    parts = re.split(r"^### `([^`]+)`\n", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def examples(section: str) -> dict[str, Any]:
    """The JSON of a section by what stands behind the word `json`."""
    found = re.findall(r"^```json (\S+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return {name: json.loads(text) for name, text in found}


def types_of(section: str) -> list[str]:
    return re.findall(r"^```ts\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def names_in(value: Any) -> set[str]:
    """The keys of an example, all the way down."""
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


def sources() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(FOLDER.rglob("*.py")))


def sent_by_the_server() -> set[str]:
    """Methods of our own and of the standard that the code sends."""
    text = sources()
    own = set(re.findall(r"\.(?:notify|send_request_async)\(\s*\"([^\"]+)\"", text))
    calls = set(re.findall(r"\.((?:window|workspace|client)_[a-z_]+?)(?:_async)?\(", text))
    assert own and calls
    return own | {_method(call) for call in calls}


def _method(call: str) -> str:
    """`window_show_message` -> `window/showMessage`."""
    first, *rest = call.split("_")
    return first + "/" + rest[0] + "".join(word.title() for word in rest[1:])


def test_every_method_of_the_server_is_on_the_page_and_no_other() -> None:
    answered = {feature.method for feature in (*DOCUMENTS, *NOTEBOOKS, *FEATURES)}
    own = {method for method in answered if method not in lsp.METHOD_TO_TYPES}
    sent = sent_by_the_server()
    own_sent = {method for method in sent if method.startswith("hearth/")}
    assert set(sections()) == own | own_sent | set(COMMANDS)
    table = PAGE.partition("## Standard methods")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([$\w]+/\w+(?:/\w+)?|initialized?|shutdown)`", table))
    of_pygls = {"initialize", "workspace/executeCommand", "$/cancelRequest", "$/progress"}
    of_pygls |= {"window/workDoneProgress/create"}  # behind `work_done_progress`
    assert named == (answered - own) | (sent - own_sent) | of_pygls


def test_every_parameter_is_told_with_its_name() -> None:
    for method, kind in PARAMS.items():
        types = types_of(sections()[method])[0]
        for field in msgspec.structs.fields(kind):
            mark = "" if field.required else r"\?"
            assert re.search(rf"\b{field.encode_name}{mark}:", types), f"{method}: {field.encode_name}"


def test_every_name_in_an_example_is_in_the_types_above_it() -> None:
    for method, section in sections().items():
        told = set(re.findall(r"\w+", "\n".join(types_of(section))))
        for example in examples(section).values():
            unknown = names_in(example) - told - STANDARD
            # the result of `hearth.explain` is that of `hearth/chat`
            assert not unknown or "(#hearthchat)" in section or method == "hearth.chat", f"{method}: {unknown}"


def test_every_kind_of_status_is_told() -> None:
    assert set(re.findall(r'"(\w+)"', types_of(sections()["hearth/status"])[0])) == set(get_args(StatusKind))


def test_every_ability_that_the_server_looks_for_is_told() -> None:
    table = PAGE.partition("| `experimental.hearth` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+): true`", table)) == set(re.findall(r'ours\.get\("(\w+)"\)', sources()))


def test_every_group_of_settings_is_named() -> None:
    options = PAGE.partition("`initializationOptions`")[2].partition("A client announces")[0]
    named = set(re.findall(r"(\w+)\?:", options)) - {"token"}
    assert named == {field.name for field in fields(Settings)}


@pytest.fixture
async def shop() -> AsyncIterator[Editor]:
    async with editor(SETTINGS) as ed:
        ed.open(SHOP, "shop.py")
        yield ed


REQUESTS = [name for name, text in sections().items() if "/" in name and "result" in examples(text)]
EVENTS = [name for name, text in sections().items() if set(examples(text)) == {"params"}]


async def test_every_example_of_a_request_is_answered_in_the_shape_that_is_told(shop: Editor) -> None:
    assert len(REQUESTS) >= 6
    for method in REQUESTS:
        told = examples(sections()[method])
        answer = await shop.client.protocol.send_request_async(method, told["params"])
        assert_shape(params.plain(answer), told["result"], method)


async def test_every_example_of_a_command_is_answered_in_the_shape_that_is_told(shop: Editor) -> None:
    for name in COMMANDS:
        told = examples(sections()[name])
        command = lsp.ExecuteCommandParams(name, told["arguments"])
        answer = await shop.client.workspace_execute_command_async(command)
        assert_shape(params.plain(answer), told["result"], name)


async def test_every_example_of_an_event_is_understood(shop: Editor) -> None:
    assert len(EVENTS) >= 4
    assert await shop.ghost() == "total(basket)"
    for method in EVENTS:
        shop.client.protocol.notify(method, examples(sections()[method])["params"])
    assert await shop.ghost() == ""  # the last but one of them rejected it
    assert "error" not in [status.kind for status in shop.statuses]


async def test_pieces_of_an_answer_and_statuses_come_as_told(shop: Editor) -> None:
    section = examples(sections()["hearth/chat"])
    pieces: list[Any] = []
    shop.client.protocol.fm._features.pop(lsp.PROGRESS, None)  # pytest-lsp's own wants a title in each
    shop.client.feature(lsp.PROGRESS)(lambda params: pieces.append(params))
    answer = await shop.client.protocol.send_request_async("hearth/chat", section["params"])
    assert "".join(piece.value["text"] for piece in pieces) == answer.text
    assert_shape({"token": pieces[0].token, "value": pieces[0].value}, section["$/progress"], "$/progress")
    status = examples(sections()["hearth/status"])["hearth/status"]
    assert_shape(params.plain(shop.statuses[-1]), status, "hearth/status")


async def test_a_preview_comes_as_told_in_all_its_kinds() -> None:
    async with acting("def sum_of(prices):\n    return sum(prices)\n", previews=True) as ed:
        ed.show(SHOP.replace("‸", "").replace("def", "‸def", 1))
        await ed.run("hearth.act", {"action": "instruct", **ed.place, "instruction": "name it sum_of"})
    told = examples(sections()["hearth/preview"])["hearth/preview"]
    assert {each.kind for each in ed.previews} == {"begin", "text", "end"}
    assert_shape(params.plain(ed.previews[-1]), told, "hearth/preview")
    assert ed.previews[0].title and any(each.text for each in ed.previews if each.kind == "text")


async def test_the_example_of_a_next_edit_is_what_the_server_answers() -> None:
    told = examples(sections()["textDocument/copilotInlineEdit"])
    async with editor(SETTINGS, experimental={"hearth": {"nextEdit": True}}) as ed:
        ed.open(SHOP, "shop.py")
        ed.replace(10, 16, "amounts")
        answer = await ed.client.protocol.send_request_async("textDocument/copilotInlineEdit", told["params"])
    assert params.plain(answer) == told["result"]


async def test_that_a_suggestion_grew_comes_as_told() -> None:
    told = examples(sections()["hearth/completionGrew"])["hearth/completionGrew"]
    grown: asyncio.Queue[Any] = asyncio.Queue()
    async with editor({"completion": GROWING}, experimental={"hearth": {"completionGrew": True}}) as ed:
        ed.client.feature("hearth/completionGrew")(lambda params: grown.put_nowait(params))
        ed.open("def total(prices):\n    ‸\n", "shop.py")
        await ed.request()
        found = params.plain(await asyncio.wait_for(grown.get(), PATIENCE))
    assert_shape(found, told, "hearth/completionGrew")
    assert found["position"] == {"line": 1, "character": 4}


async def test_a_client_that_can_is_asked_for_its_text_as_told() -> None:
    told = examples(sections()["hearth/documentText"])
    asked: list[Any] = []

    def answer(asked_for: Any) -> Any:
        asked.append(params.plain(asked_for))
        return told["answer"]

    async with editor(SETTINGS, experimental={"hearth": {"documentText": True}}) as ed:
        ed.client.feature("hearth/documentText")(answer)
        ed.open(SHOP, "shop.py")
        far = lsp.Range(lsp.Position(99, 0), lsp.Position(99, 0))
        document = lsp.VersionedTextDocumentIdentifier(told["answer"]["version"], ed.uri)
        lost = lsp.TextDocumentContentChangePartial(far, "below what the server knows")
        ed.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [lost]))
        expected = hashlib.sha256(told["answer"]["text"].encode()).hexdigest()

        async def is_mended() -> bool:
            return bool((await digest(ed)).sha256 == expected)

        await until(is_mended, "the document as the client has it")
    assert asked == [told["hearth/documentText"]]


async def test_a_client_that_can_is_asked_for_definitions_as_told() -> None:
    told = examples(sections()["hearth/definitions"])
    asked: asyncio.Queue[Any] = asyncio.Queue()

    def answer(asked_for: Any) -> Any:
        asked.put_nowait(params.plain(asked_for))
        return told["answer"]

    async with editor(SETTINGS, experimental={"hearth": {"definitions": True}}) as ed:
        ed.client.feature("hearth/definitions")(answer)
        ed.open(SHOP, "shop.py")
        place = {"textDocument": {"uri": ed.uri}, "position": {"line": 4, "character": 7}}
        ed.client.protocol.notify("textDocument/didFocus", place)
        assert await asyncio.wait_for(asked.get(), PATIENCE) == told["hearth/definitions"]


async def test_a_client_that_can_is_asked_for_members_as_told() -> None:
    told = examples(sections()["hearth/members"])
    asked: asyncio.Queue[Any] = asyncio.Queue()

    def answer(asked_for: Any) -> Any:
        asked.put_nowait(params.plain(asked_for))
        return told["answer"]

    async with editor(SETTINGS, experimental={"hearth": {"members": True}}) as ed:
        ed.client.feature("hearth/members")(answer)
        ed.open(SHOP, "shop.py")
        await ed.ghost()
        ed.type("basket.")
        assert await asyncio.wait_for(asked.get(), PATIENCE) == told["hearth/members"]


async def digest(ed: Editor) -> Any:
    client: Any = ed.client
    return await client.protocol.send_request_async("hearth/digest", {"textDocument": {"uri": ed.uri}})


async def test_explain_needs_no_words_of_the_client(shop: Editor) -> None:
    asked = {"action": "explain", "textDocument": {"uri": shop.uri}}
    answer = await shop.client.protocol.send_request_async("hearth/chat", asked)
    assert answer.text == "It adds up the prices."
    wrong = await shop.client.protocol.send_request_async("hearth/chat", {"action": "sing"})
    assert wrong.reason == "error" and "sing" in wrong.message


def assert_shape(value: Any, told: Any, where: str) -> None:
    """The same names and kinds of values; lists by their first items, where null is told anything may be."""
    anything = ("path", "licence", "role", "fits", "range", "changes", "bytes", "uri")
    if told is None or (value is None and where.endswith(anything)):
        return
    if isinstance(told, dict):
        assert isinstance(value, dict) and set(value) == set(told), f"{where}: {value}"
        for name, each in told.items():
            assert_shape(value[name], each, f"{where}.{name}")
    elif isinstance(told, list):
        assert isinstance(value, list), f"{where}: {value}"
        if told and where.count(".") == 0 and not where.startswith("hearth."):
            assert value, f"{where} is empty"
        for each in value if told else []:
            assert_shape(each, told[0], f"{where}[]")
    else:
        numbers = isinstance(told, int | float) and not isinstance(told, bool)
        assert isinstance(value, (int, float) if numbers else type(told)), f"{where}: {value!r}"
