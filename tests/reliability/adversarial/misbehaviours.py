"""What a server may do wrong: one row of `MISBEHAVIOURS` each, in the words of both protocols."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain, repeat
from typing import Any

from tests.reliability.adversarial.raw_server import SILENCE

OPENAI, OLLAMA = "openai", "ollama"
MODEL = "qwen2.5-coder"
TEXT = "value + 1"

Steps = Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """`steps`: what is sent, head and all. `text` is the right answer, or `error` a pattern of what is told.

    `is_either`: it depends on what is asked. `pause`: seconds before each step. `servers`: who can do that.
    """

    name: str
    steps: Callable[[str], Steps]
    text: str | None = None
    error: str = ""
    reason: str = ""
    is_either: bool = False
    pause: float = 0.0
    servers: tuple[str, ...] = (OPENAI, OLLAMA)

    async def answer(self, server: str) -> AsyncIterator[bytes]:
        for step in self.steps(server):
            if self.pause:
                await asyncio.sleep(self.pause)
            yield step


def head(server: str = OPENAI, status: str = "200 OK", kind: str | None = None, **more: str) -> bytes:
    """The head of an answer that ends with its connection."""
    kind = kind if kind is not None else {OPENAI: "text/event-stream", OLLAMA: "application/x-ndjson"}[server]
    fields = {"content-type": kind, "connection": "close", **{name.replace("_", "-"): more[name] for name in more}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode()


def message(server: str, text: str | None, end: str = "", **more: Any) -> dict[str, Any]:
    """A piece of an answer in the forms of completion and chat at once; `end` is why it ended."""
    if server == OLLAMA:
        said = {"response": text, "message": {"role": "assistant", "content": text}}
        return {"model": MODEL, **said, "done": bool(end), "done_reason": end or None, **more}
    choice = {"index": 0, "text": text, "delta": {"content": text}, "finish_reason": end or None}
    return {"id": "1", "object": "x", "created": 1, "model": MODEL, "choices": [choice], **more}


def line(server: str, body: Any) -> bytes:
    said = body if isinstance(body, bytes) else json.dumps(body).encode()
    return said + b"\n" if server == OLLAMA else b"data: " + said + b"\n\n"


def said(server: str, text: str | None, end: str = "", **more: Any) -> bytes:
    return line(server, message(server, text, end, **more))


def ended(server: str, end: str = "stop") -> bytes:
    return said(server, "", end) + (b"data: [DONE]\n\n" if server == OPENAI else b"")


def good(server: str) -> bytes:
    return said(server, "value") + said(server, " + ") + said(server, "1") + ended(server)


def row(name: str, steps: Callable[[str], Steps], **more: Any) -> Misbehaviour:
    return Misbehaviour(name, steps, **more)


def body(name: str, make: Callable[[str], bytes | Steps], kind: str | None = None, **more: Any) -> Misbehaviour:
    """An answer whose head is right."""

    def steps(server: str) -> Steps:
        made = make(server)
        yield head(server, kind=kind)
        yield from [made] if isinstance(made, bytes) else made

    return Misbehaviour(name, steps, **more)


def chunked(name: str, make: Callable[[str], bytes], **more: Any) -> Misbehaviour:
    return row(name, lambda server: [head(server, transfer_encoding="chunked"), make(server)], **more)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def deep(server: str, count: int = 100_000) -> bytes:
    return line(server, b"[" * count)


def in_gzip(data: bytes) -> bytes:
    return gzip.compress(data, 6)


@cache
def bomb() -> bytes:
    """200 MB of line feeds, in 200 kB."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b"\n" * 2**20) for _ in range(200)) + packer.flush()


@cache
def giant(server: str) -> list[bytes]:
    whole = said(server, "x" * 10_000_000)
    return [whole[at : at + BLOCK] for at in range(0, len(whole), BLOCK)]


def split(data: bytes) -> Steps:
    return (data[at : at + 1] for at in range(len(data)))


BLOCK = 64 * 1024
BROKE = r"broke|Nothing answers|protocol"
LATE = r"has not (answered|finished its answer) for"
NO_PROTOCOL = r"not .*protocol|in the middle"
TOO_MUCH = r"sent .*more than|sent an event|not .*protocol"
ONLY_OPENAI, ONLY_OLLAMA = (OPENAI,), (OLLAMA,)
REPLACED = "value \ufffd"

MISBEHAVIOURS: list[Misbehaviour] = [
    # Connections and heads.
    row("closes at once", lambda server: [], error=BROKE),
    row("never answers", lambda server: [SILENCE], error=LATE),
    row("half a status line, then silence", lambda server: [b"HTTP/1.1 20", SILENCE], error=LATE),
    row("a head without an end", lambda server: [b"HTTP/1.1 200 OK\r\nx: y\r\n", SILENCE], error=LATE),
    row(
        "no HTTP at all", lambda server: [b"220 mail.example.org ESMTP\r\n" * 2, SILENCE], error=BROKE + "|" + LATE
    ),
    row("binary noise", lambda server: [bytes(range(256)) * 64], error=BROKE),
    row(
        "TLS where none is wanted",
        lambda server: [b"\x15\x03\x01\x00\x02\x02\x28", SILENCE],
        error=BROKE + "|" + LATE,
    ),
    row(
        "a header line without an end",
        lambda server: chain([b"HTTP/1.1 200 OK\r\nx: "], repeat(b"a" * BLOCK)),
        error=BROKE,
    ),
    row(
        "headers without an end, one by one",
        lambda server: chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"x: y\r\n")),
        error=BROKE + "|" + LATE,
        pause=0.01,
    ),
    row(
        "a cookie of 90 kB",
        lambda server: [head(server, set_cookie="a=" + "b;" * 45_000), good(server)],
        text=TEXT,
    ),
    row(
        "two lengths",
        lambda server: [head(server, content_length="5\r\ncontent-length: 6"), b"hello!"],
        error=BROKE,
    ),
    row("a length that is none", lambda server: [head(server, content_length="many"), good(server)], error=BROKE),
    row(
        "a length longer than the answer",
        lambda server: [head(server, content_length="9999"), said(server, "value")],
        error=BROKE,
    ),
    row(
        "a length that cuts the answer",
        lambda server: [head(server, content_length="40"), good(server)],
        error=NO_PROTOCOL,
    ),
    row(
        "100 Continue a hundred times",
        lambda server: [b"HTTP/1.1 100 Continue\r\n\r\n"] * 100 + [head(server), good(server)],
        text=TEXT,
    ),
    row("100 Continue for ever", lambda server: repeat(b"HTTP/1.1 100 Continue\r\n\r\n"), error=LATE, pause=0.001),
    row(
        "101 Switching Protocols",
        lambda server: [b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n", SILENCE],
        error=".",
    ),
    row("204 without a body", lambda server: [head(server, "204 No Content", kind="")], error=NO_PROTOCOL),
    row("304", lambda server: [head(server, "304 Not Modified", kind="")], error="elsewhere|refused|protocol"),
    row("a status of 999", lambda server: [head(server, "999 Odd"), b"{}"], error="."),
    row(
        "500 with a body without an end",
        lambda server: chain([head(server, "500 Oh")], repeat(b"x" * BLOCK)),
        error="HTTP 500",
    ),
    row(
        "400 with a deep body",
        lambda server: [head(server, "400 No", kind="application/json"), b"[" * 60_000],
        error="HTTP 400|" + NO_PROTOCOL,
    ),
    row(
        "401 with a long nest of words",
        lambda server: [
            head(server, "401 No", kind="application/json"),
            b'{"error":' * 5_000 + b'"x"' + b"}" * 5_000,
        ],
        error="another key|" + NO_PROTOCOL,
    ),
    row(
        "an error with half a character",
        lambda server: [head(server, "400 No", kind="application/json"), b'{"error":"bad \\ud800 thing"}'],
        error="bad \ufffd thing",
    ),
    row(
        "an error page of unclosed titles",
        lambda server: [head(server, "502 Bad", kind="text/html"), b"<html>" + b"<title>" * 8_000],
        error="HTTP 502",
    ),
    # Redirects.
    row(
        "a redirect to another host",
        lambda server: [head(server, "307 There", location="http://127.0.0.2:9/x")],
        error="sends its callers elsewhere",
    ),
    row(
        "a redirect to itself",
        lambda server: [head(server, "308 Here", location="/")],
        error="sends its callers elsewhere",
    ),
    row(
        "a redirect to nowhere",
        lambda server: [head(server, "302 Odd", location="http://[::bad")],
        error="sends its callers elsewhere",
    ),
    row(
        "a redirect to a file",
        lambda server: [head(server, "301 Odd", location="file:///etc/passwd")],
        error="sends its callers elsewhere",
    ),
    # Encodings.
    row(
        "200 MB of line feeds in gzip",
        lambda server: [head(server, content_encoding="gzip"), bomb()],
        error="compressed",
    ),
    row(
        "honest gzip",
        lambda server: [head(server, content_encoding="gzip"), in_gzip(good(server))],
        error="compressed",
    ),
    row(
        "gzip in gzip",
        lambda server: [head(server, content_encoding="gzip, gzip"), in_gzip(in_gzip(good(server)))],
        error="compressed",
    ),
    row(
        "gzip that is none",
        lambda server: [head(server, content_encoding="gzip"), good(server)],
        error="compressed",
    ),
    row(
        "an encoding that nobody knows",
        lambda server: [head(server, content_encoding="zz"), good(server)],
        error="compressed",
    ),
    row(
        "identity, said aloud", lambda server: [head(server, content_encoding="identity"), good(server)], text=TEXT
    ),
    row(
        "a charset that nobody knows",
        lambda server: [head(server, kind="text/event-stream; charset=zz"), good(server)],
        text=TEXT,
    ),
    # Chunks.
    chunked("a chunk's size in no number", lambda server: b"xyz\r\nabc\r\n", error=BROKE),
    chunked("a chunk's size beyond all numbers", lambda server: b"f" * 40 + b"\r\nabc", error=BROKE),
    chunked("a negative chunk", lambda server: b"-5\r\nabc\r\n", error=BROKE),
    chunked("a chunk without its end", lambda server: b"5\r\nabcdefgh\r\n", error=BROKE),
    chunked("chunks that break off", lambda server: chunk(said(server, "value")), error=BROKE),
    chunked("chunks that break off behind the end", lambda server: chunk(good(server)), text=TEXT),
    chunked("a chunk's extension without an end", lambda server: b"5;" + b"x" * 300_000, error=BROKE),
    chunked(
        "chunks of one byte", lambda server: b"".join(map(chunk, split(good(server)))) + b"0\r\n\r\n", text=TEXT
    ),
    chunked("trailers behind the chunks", lambda server: chunk(good(server)) + b"0\r\nx: y\r\n\r\n", text=TEXT),
    # Bodies without an end.
    body("a line without an end", lambda server: repeat(b"a" * BLOCK), error=TOO_MUCH),
    body("data without an end", lambda server: chain([b'data: {"a":"'], repeat(b"a" * BLOCK)), error=TOO_MUCH),
    body("blank lines without an end", lambda server: repeat(b"\n" * BLOCK), error=TOO_MUCH),
    body("carriage returns without an end", lambda server: repeat(b"\r" * BLOCK), error=TOO_MUCH),
    body("comments without an end", lambda server: repeat(b": ping\n\n" * 8_000), error=TOO_MUCH),
    body(
        "comments now and then, and nothing else",
        lambda server: repeat(b": ping\n\n"),
        pause=0.01,
        error=LATE + "|" + NO_PROTOCOL,
    ),
    body("lines of an event without an end", lambda server: repeat(b"data: 1,\n" * 7_000), error=TOO_MUCH),
    body(
        "pieces without text, without an end",
        lambda server: repeat(said(server, "") * 100),
        reason="limit",
        error=TOO_MUCH + "|" + LATE,
        is_either=True,
    ),
    body("pieces without text now and then", lambda server: repeat(said(server, "")), pause=0.01, error=LATE),
    body("text without an end", lambda server: repeat(said(server, "x y ") * 100), reason="limit"),
    body(
        "thoughts without an end",
        lambda server: repeat(line(server, thought(server)) * 100),
        reason="limit",
        error=TOO_MUCH,
        is_either=True,
    ),
    body("letter by letter, for ever", lambda server: repeat(said(server, "x")), pause=0.005, error=LATE),
    body("10 MB of text in one piece", giant, error=TOO_MUCH),
    body(
        "60 kB of text in one piece", lambda server: said(server, "x y\n" * 15_000) + ended(server), reason="limit"
    ),
    body("a piece, then silence", lambda server: [said(server, "value"), SILENCE], error=LATE),
    # JSON.
    body("a nest of 100,000", deep, error=NO_PROTOCOL),
    body("a nest in a field that nobody reads", lambda server: line(server, b'{"x":' * 50_000), error=NO_PROTOCOL),
    body(
        "a nest where the text should be",
        lambda server: line(server, b'{"choices":[{"text":' + b"[" * 50_000),
        error=NO_PROTOCOL,
    ),
    body("half a character", lambda server: said(server, "value \ud800") + ended(server), text=REPLACED),
    body(
        "both halves, the wrong way round",
        lambda server: said(server, "value \udc00\ud83d") + ended(server),
        text=REPLACED + "\ufffd",
    ),
    body("both halves", lambda server: said(server, "value \U0001f600") + ended(server), text="value \U0001f600"),
    body(
        "bytes that are no UTF-8",
        lambda server: good(server).replace(b" + ", b" \xff "),
        text="value \ufffd 1",
        servers=ONLY_OPENAI,
    ),
    body(
        "NaN and numbers beyond all",
        lambda server: (
            said(server, TEXT, usage={"prompt_tokens": float("nan"), "completion_tokens": 10**300}) + ended(server)
        ),
        text=TEXT,
    ),
    body(
        "figures that are words",
        lambda server: said(server, TEXT, usage="lots", timings={"prompt_n": "x"}) + ended(server),
        text=TEXT,
    ),
    body(
        "a number of 100,000 digits that nobody reads",
        lambda server: line(server, b'{"created":' + b"1" * 100_000 + b"}") + good(server),
        text=TEXT,
    ),
    body(
        "a number of 100,000 digits",
        lambda server: line(server, b'{"eval_count":' + b"1" * 100_000 + b"}") + good(server),
        error=NO_PROTOCOL,
        servers=ONLY_OLLAMA,
    ),
    body(
        "100,000 choices",
        lambda server: line(server, b'{"choices":[' + b"{}," * 70_000 + b"{}]}") + good(server),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body("an array", lambda server: line(server, [1]) + good(server), error=NO_PROTOCOL),
    body("null", lambda server: line(server, None) + good(server), error=NO_PROTOCOL),
    body("a string", lambda server: line(server, "hello") + good(server), error=NO_PROTOCOL),
    body("text that is a number", lambda server: said(server, 5) + ended(server), error=NO_PROTOCOL),  # type: ignore[arg-type]
    body(
        "choices that are none",
        lambda server: line(server, {"choices": "x"}),
        error=NO_PROTOCOL,
        servers=ONLY_OPENAI,
    ),
    body(
        "choices that are null",
        lambda server: line(server, {"choices": None}) + good(server),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body(
        "a choice that is null",
        lambda server: line(server, {"choices": [None]}) + good(server),
        error=NO_PROTOCOL,
        servers=ONLY_OPENAI,
    ),
    body(
        "no choices at first",
        lambda server: line(server, {"choices": []}) + good(server),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body("text that is null", lambda server: said(server, None) + good(server), text=TEXT),
    body("a tool call", lambda server: line(server, tool_call(server)) + good(server), text=TEXT),
    body("thoughts of its own", lambda server: line(server, thought(server)) + good(server), text=TEXT),
    body("cut in a piece", lambda server: said(server, "value") + line(server, b'{"choi'), error=NO_PROTOCOL),
    # Events.
    body("line ends of Windows", lambda server: good(server).replace(b"\n", b"\r\n"), text=TEXT),
    body("line ends of old", lambda server: good(server).replace(b"\n", b"\r"), text=TEXT, servers=ONLY_OPENAI),
    body(
        "comments between",
        lambda server: b": hello\n\n" + good(server).replace(b"\n\n", b"\n: ping\n\n"),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body(
        "names and numbers of events",
        lambda server: good(server).replace(b"data:", b"event: x\nid: 7\nretry: 1\ndata:"),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body(
        "data over several lines",
        lambda server: good(server).replace(b'"choices"', b'\ndata: "choices"'),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body(
        "no blank behind the colon",
        lambda server: good(server).replace(b"data: ", b"data:"),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body(
        "no blank line between",
        lambda server: good(server).replace(b"\n\n", b"\n"),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body(
        "no blank line behind the last",
        lambda server: good(server).removesuffix(b"\n\n"),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body("a byte order mark", lambda server: b"\xef\xbb\xbf" + good(server), text=TEXT, servers=ONLY_OPENAI),
    body("byte by byte", lambda server: split(good(server)), text=TEXT),
    body("without [DONE]", lambda server: good(server).replace(b"data: [DONE]\n\n", b""), text=TEXT),
    body(
        "[DONE] without a reason",
        lambda server: said(server, TEXT) + b"data: [DONE]\n\n",
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body("[DONE] and nothing else", lambda server: b"data: [DONE]\n\n", error=NO_PROTOCOL, servers=ONLY_OPENAI),
    body(
        "figures behind the end",
        lambda server: (
            said(server, TEXT)
            + said(server, "", "stop")
            + line(server, {"choices": [], "usage": {"prompt_tokens": 1}})
        ),
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body("more behind the end", lambda server: good(server) + good(server), text=TEXT),
    body(
        "text behind the reason",
        lambda server: said(server, TEXT) + said(server, "", "stop") + said(server, "more"),
        text=TEXT,
    ),
    body(
        "the end, and an open connection",
        lambda server: [said(server, TEXT), said(server, "", "stop"), SILENCE],
        text=TEXT,
    ),
    body(
        "an event without an end behind the end",
        lambda server: chain([said(server, TEXT) + said(server, "", "stop")], repeat(b"a" * BLOCK)),
        text=TEXT,
        servers=ONLY_OLLAMA,
    ),
    body("nothing at all", lambda server: b"", error=NO_PROTOCOL),
    body(
        "an error inside",
        lambda server: said(server, "value") + line(server, {"error": {"message": "out of memory"}}),
        error="out of memory|" + NO_PROTOCOL,
    ),
    body(
        "an error with half a character inside",
        lambda server: line(server, {"error": "out \ud800 of memory"}),
        error="out \ufffd of memory",
    ),
    # Kinds of content.
    body(
        "200 and an error",
        lambda server: b'{"error":"Unexpected endpoint or method. (POST /x)"}',
        kind="application/json",
        error="Unexpected endpoint",
    ),
    body(
        "the whole answer in one piece",
        lambda server: json.dumps(
            {"choices": [{"text": TEXT, "message": {"content": TEXT}, "finish_reason": "stop"}]}
        ).encode(),
        kind="application/json",
        text=TEXT,
        servers=ONLY_OPENAI,
    ),
    body(
        "one piece without an end",
        lambda server: chain([b'{"x":"'], repeat(b"a" * BLOCK)),
        kind="application/json",
        error=TOO_MUCH,
    ),
    body("called plain text", good, kind="text/plain", text=TEXT),
    body("called nothing", good, kind="", text=TEXT),
    body("called an image", good, kind="image/png", text=TEXT),
    body(
        "a web page", lambda server: b"<!doctype html><title>Log in</title>", kind="text/html", error=NO_PROTOCOL
    ),
]


def thought(server: str) -> dict[str, Any]:
    if server == OLLAMA:
        return {
            "response": "",
            "thinking": "hm ",
            "message": {"role": "assistant", "content": "", "thinking": "hm "},
            "done": False,
        }
    return {"choices": [{"index": 0, "text": "", "delta": {"content": None, "reasoning_content": "hm "}}]}


def tool_call(server: str) -> dict[str, Any]:
    call = {"function": {"name": "rm", "arguments": {} if server == OLLAMA else "{}"}}
    if server == OLLAMA:
        return {
            "response": "",
            "message": {"role": "assistant", "content": "", "tool_calls": [call]},
            "done": False,
        }
    return {
        "choices": [{"index": 0, "text": None, "delta": {"content": None, "tool_calls": [{"index": 0, **call}]}}]
    }
