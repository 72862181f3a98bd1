"""Random messages, sound and broken, to the real server in this process; the client counts the answers."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hearth.lsp_server.server import COMMANDS, build
from hearth.lsp_server.session import Server

WITNESS = "file:///project/witness.py"
OTHER = "file:///project/other.py"
# Whatever the settings are made to be by junk, no model and no network are reached.
CONFIG = """
[completion]
backend = "scripted"
model = "a|b()"
[chat]
backend = "scripted"
model = "x"
keep_history = false
[downloads]
allowed = false
"""
_PLACE = {"textDocument": {"uri": OTHER}, "position": {"line": 0, "character": 1}}
_RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 2}}
_REQUESTS: dict[str, Any] = {
    "textDocument/inlineCompletion": {**_PLACE, "context": {"triggerKind": 2}},
    "textDocument/completion": _PLACE,
    "textDocument/codeAction": {**_PLACE, "range": _RANGE, "context": {"diagnostics": []}},
    "codeAction/resolve": {
        "title": "t",
        "kind": "refactor",
        "data": {"action": "x", "uri": OTHER, "range": _RANGE},
    },
    "hearth/inspect": _PLACE,
    "hearth/chat": {"message": "m", "conversation": "c", **_PLACE},
    "hearth/chat/context": {"message": "m", **_PLACE, "attachments": [{"kind": "file", "uri": OTHER}]},
    "hearth/chat/stop": {"conversation": "c"},
    "hearth/chat/list": {},
    "hearth/prompts": {},
    "hearth/chat/delete": {"conversation": "c"},
    "hearth/chat/fit": {**_PLACE, "code": "x = 1", "range": _RANGE, "how": "cursor"},
    "hearth/chat/restore": {"conversation": "c"},
    "hearth/chat/rename": {"conversation": "c", "title": "t"},
    "workspace/executeCommand": {"command": "hearth.pause", "arguments": [{"uri": OTHER, "range": _RANGE}]},
    "textDocument/hover": _PLACE,
    "no/such": {"a": [1]},
    "$/no/such": {},
}
_NOTIFICATIONS: dict[str, Any] = {
    "textDocument/didOpen": {
        "textDocument": {"uri": OTHER, "languageId": "python", "version": 1, "text": "x = 1\ny = 2\n"}
    },
    "textDocument/didChange": {
        "textDocument": {"uri": OTHER, "version": 2},
        "contentChanges": [{"range": _RANGE, "text": "é"}, {"text": "whole\n"}],
    },
    "textDocument/didSave": {"textDocument": {"uri": OTHER}, "text": "s"},
    "textDocument/didClose": {"textDocument": {"uri": OTHER}},
    "textDocument/didFocus": _PLACE,
    "workspace/didChangeConfiguration": {"settings": {"hearth": {"completion": {"max_lines": 3}}}},
    "workspace/didChangeWatchedFiles": {"changes": [{"uri": OTHER, "type": 1}]},
    "$/cancelRequest": {"id": 1},
    "$/setTrace": {"value": "off"},
    "no/such": [],
}
_JUNK: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2**31 - 1,
        2**31,
        -(2**31),
        2**63,
        10**30,
        1.5,
        1e308,
        float("inf"),
        float("nan"),
    ),
    *(
        "",
        "x",
        "\0",
        "\ud800",
        "a\udfffb",
        "\U0001f600",
        "\u2028\x0c\r",
        "é" * 3000,
        "(" * 5000,
        "file:///%ff%00",
        "://",
    ),
    *(
        [],
        {},
        [[]],
        [None],
        {"": {}},
        {"jsonrpc": "2.0", "id": "inner", "method": "hearth/inner"},
        {"type_name": "1 2"},
    ),
    *({"uri": OTHER}, {"class": 1, "a b": 2}, "hearth.act", "hearth.chat", "hearth.explain", "hearth.resume"),
)


@dataclass
class Client:
    """The other end. `answers` counts the answers to each of our requests."""

    server: Server = field(default_factory=build)
    answers: Counter[Any] = field(default_factory=Counter)
    asked: list[int] = field(default_factory=list)
    replies: random.Random = field(default_factory=lambda: random.Random(0))
    last: Any = None
    errors: int = 0
    deliver: Callable[[bytes], None] | None = None
    silent: bool = False  # requests of the server are not answered
    reply_with: Any = None  # to requests of the server, instead of nonsense
    replied: set[str] = field(default_factory=set)
    capabilities: dict[str, Any] = field(default_factory=dict)

    def write(self, data: bytes) -> None:
        """What the server says. Its own requests are answered, mostly with nonsense."""
        message = json.loads(data.split(b"\r\n\r\n", 1)[1])
        if "method" not in message:
            self.answers[message["id"]] += 1
            self.errors += "error" in message
            self.last = message
        elif "id" in message and not self.silent:
            result = self.reply_with if self.reply_with is not None else self.replies.choice(_JUNK)
            reply = {"jsonrpc": "2.0", "id": message["id"], "result": result}
            self.replied.add(message["method"])
            asyncio.get_running_loop().call_soon(self.send, json.dumps(reply).encode())

    def close(self) -> None: ...

    def send(self, body: bytes) -> None:
        """As pygls's loop does it, unless the messages go elsewhere."""
        if self.deliver is not None:
            return self.deliver(body)
        protocol = self.server.protocol
        try:
            message = json.loads(body, object_hook=protocol.structure_message)
        except (ValueError, RecursionError):
            return
        protocol.handle_message(message)

    def request(self, method: Any, params: Any) -> int:
        id = len(self.asked) + 1
        self.asked.append(id)
        self.send(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode())
        return id

    def notify(self, method: Any, params: Any) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())

    async def settle(self, seconds: float = 30.0) -> None:
        """Wait until everything is answered, or so long."""
        async with asyncio.timeout(seconds):
            while any(not self.answers[id] for id in self.asked):
                await asyncio.sleep(0.005)

    async def until_replied(self, method: str, seconds: float = 10.0) -> None:
        """Wait until the server has asked this and has dealt with the answer."""
        async with asyncio.timeout(seconds):
            while method not in self.replied:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)

    def wrongly_answered(self) -> dict[int, int]:
        """The requests that have not exactly one answer."""
        return {id: self.answers[id] for id in self.asked if self.answers[id] != 1}


async def started(experimental: Any = None) -> Client:
    client = Client()
    client.server.protocol.set_writer(client)
    capabilities = {"textDocument": {"inlineCompletion": {}}, "experimental": experimental}
    client.request("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
    client.capabilities = client.last["result"]["capabilities"]
    client.notify("initialized", {})
    client.notify(
        "textDocument/didOpen",
        {"textDocument": {"uri": WITNESS, "languageId": "python", "version": 1, "text": ""}},
    )
    await client.settle()
    return client


def step(client: Client, rng: random.Random) -> None:
    """One random message: sound, with some of it replaced by junk, or random bytes."""
    kind = rng.random()
    if kind < 0.05:
        client.send(_bytes(rng))
    elif kind < 0.1:
        client.send(json.dumps(rng.choice(_JUNK)).encode())
    elif kind < 0.55:
        method = rng.choice(list(_REQUESTS))
        params = _mutated(_REQUESTS[method], rng)
        if method == "workspace/executeCommand" and isinstance(params, dict) and rng.random() < 0.8:
            params["command"] = rng.choice(list(COMMANDS))
        client.request(method if rng.random() < 0.98 else rng.choice(("", "a\0b", "\ud800")), params)
    else:
        method = rng.choice(list(_NOTIFICATIONS))
        client.notify(method, _mutated(_NOTIFICATIONS[method], rng))


def _mutated(value: Any, rng: random.Random, chance: float = 0.12) -> Any:
    if rng.random() < chance:
        return rng.choice(_JUNK)
    if isinstance(value, dict):
        return {key: _mutated(item, rng, chance) for key, item in value.items() if rng.random() > chance / 4}
    if isinstance(value, list):
        return [_mutated(item, rng, chance) for item in value for _ in range(rng.choice((1, 1, 1, 0, 3)))]
    return value


def _bytes(rng: random.Random) -> bytes:
    whole = json.dumps({"jsonrpc": "2.0", "id": "x", "method": "hearth/chat/list", "params": {}}).encode()
    cases = (
        rng.randbytes(rng.randrange(200)),
        whole[: rng.randrange(len(whole))],
        b"[" * 100_000,
        b'{"jsonrpc": "1.0", "id": "x", "method": "a"}',
        b'{"jsonrpc": "2.0", "id": [1], "method": "a"}',
        b'{"jsonrpc": "2.0", "id": "x", "method": 7}',
        b'{"jsonrpc": "2.0", "id": "unknown", "result": 7}',
        b'{"jsonrpc": "2.0", "id": "unknown", "error": 7}',
        b"[" + whole + b"]",
        b'{"id": 3}',
        b'{"jsonrpc": "2.0"}',
        b"1" * 5000,
    )
    return rng.choice(cases)


async def run(cases: int, seed: int) -> Client:
    """So many messages, and every so often an edit of the witness, whose text must stay what it is here.

    Raises `AssertionError` with the seed when the texts differ or a request has not one answer.
    """
    rng = random.Random(seed)
    client = await started()
    text, version = "", 1
    for number in range(cases):
        step(client, rng)
        if number % 10 == 0:
            text, version = _edit_witness(client, rng, text, version)
            await asyncio.sleep(0)
        if number % 500 == 499:
            await client.settle()
    await client.settle()
    witness = client.server.documents.get(WITNESS)
    assert witness is not None and witness.text == text, f"the witness differs, seed {seed}"
    assert not (wrong := client.wrongly_answered()), f"answers by request: {wrong}, seed {seed}"
    client.notify("hearth/nothing", {})
    client.request("hearth/chat/list", {})
    await client.settle()
    assert client.last["id"] == client.asked[-1] and "result" in client.last
    await client.server.close()
    # pygls caches these by protocol, which keeps every server of this process; a real process has one.
    protocol: Any = type(client.server.protocol)
    protocol.get_message_type.cache_clear()
    protocol.get_result_type.cache_clear()
    return client


def _edit_witness(client: Client, rng: random.Random, text: str, version: int) -> tuple[str, int]:
    """A sound edit, described in UTF-16."""
    start = rng.randrange(len(text) + 1)
    end = min(len(text), start + rng.choice((0, 0, 0, 1, 5)))
    new = (
        rng.choice(("a", "\n", "é", "\U0001f600", "\t", "\u2028", "\0", "\x0c", "漢\n")) if len(text) < 500 else ""
    )
    change = {"range": {"start": _at(text, start), "end": _at(text, end)}, "text": new}
    document = {"uri": WITNESS, "version": version + 1}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    return text[:start] + new + text[end:], version + 1


def _at(text: str, offset: int) -> dict[str, int]:
    line = text[:offset].split("\n")
    return {"line": len(line) - 1, "character": len(line[-1].encode("utf-16-le")) // 2}
