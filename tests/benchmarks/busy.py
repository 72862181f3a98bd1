"""Ghost text while a chat answer streams: the same keystrokes with and without, in turns, through the server.

Each place is opened twice under two names, so that nothing is remembered. One of the two is typed in while the
model answers a long question; which one comes first changes from place to place.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types as lsp
from rich.progress import track

from tests.benchmarks import machine
from tests.benchmarks.home import fresh_home
from tests.benchmarks.metrics import percentile
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, console, number, publish, ratio
from tests.e2e.editor import MARK
from tests.hosts import stop_host
from tests.lsp_server.acting import ActingEditor, acting

_REST_SECONDS = 2.5  # before the first timed key: the prompt is prefilled
_LONG = "Count from 1 to 500, one number a line, and nothing else."
_PLACES = (
    "def area(width, height):\n    return ‸",
    "def is_even(number):\n    return ‸",
    "import json\n\n\ndef load(path):\n    with open(path) as file:\n        return ‸",
    "class Cart:\n    def __init__(self):\n        self.items = []\n\n    def add(self, item):\n        ‸",
    "def mean(values):\n    total = sum(values)\n    return ‸",
    "def names(users):\n    return [‸]",
    "import re\n\nWORD = re.compile(r'\\w+')\n\n\ndef words(text):\n    return ‸",
    "def largest(values):\n    best = values[0]\n    for value in values:\n        if ‸",
)
# What no model expects: typing along a suggestion is answered from memory, and would measure nothing.
_TYPED = "qzxkv"


@dataclass(frozen=True, slots=True)
class Timed:
    place: int
    chatting: bool
    ms: float


async def run(options: Options, model: Path) -> None:
    about = machine.describe(options, model)
    settings = {
        "completion": {"backend": "local", "model": str(model)},
        "chat": {"backend": "local", "model": str(model), "keep_history": False, "max_tokens": 2048},
        "host": {"threads": options.threads},
    }
    timed: list[Timed] = []
    with fresh_home() as home:
        try:
            async with acting(settings=settings, home=home) as ed:
                ed.open(f"{MARK}\n", "load_the_model.py")
                await ed.until("ready", 300)
                for number_, text in enumerate(track(_PLACES[: 2 if options.quick else None], console=console)):
                    for chatting in (False, True) if number_ % 2 else (True, False):
                        timed += await _place(ed, number_, text, chatting)
        finally:
            stop_host(home)
    quiet, busy = ([each.ms for each in timed if each.chatting is chatting] for chatting in (False, True))
    rows = tuple(
        (label, number(of(quiet), 0, " ms"), number(of(busy), 0, " ms"), ratio(of(busy), of(quiet)))
        for label, of in (("median", lambda ms: percentile(ms, 50)), ("p95", lambda ms: percentile(ms, 95)))
    )
    title = f"Warm ghost text while a chat streams, {model.name}, {len(quiet)} keys each"
    data = {"timed": [(each.place, each.chatting, each.ms) for each in timed]}
    publish(options.out, "busy", about, Sheet(title, ("", "alone", "chat streams", "ratio"), rows), data, [])


async def _place(ed: ActingEditor, place: int, text: str, chatting: bool) -> list[Timed]:
    """The times of some keys at one place."""
    ed.open(f"# {'b' if chatting else 'a'}{place}\n{text}\n", f"place_{place}_{chatting}.py")
    # The prompt is made before the chat begins: what is measured is typing on, not opening a file.
    await ed.ghost()
    await asyncio.sleep(_REST_SECONDS)
    timed: list[Timed] = []
    async with _chat(ed, f"busy{place}", chatting):
        for key in _TYPED:
            ed.type(key)
            began = time.perf_counter()
            await ed.ghost()
            timed.append(Timed(place, chatting, round((time.perf_counter() - began) * 1000, 1)))
    ed.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(ed.uri)))
    return timed[1:]


class _chat:  # reads as a function
    """A long answer that streams meanwhile; it has begun when this is entered."""

    def __init__(self, ed: ActingEditor, conversation: str, wanted: bool) -> None:
        self._ed, self._conversation, self._wanted = ed, conversation, wanted

    async def __aenter__(self) -> None:
        if self._wanted:
            before = len(self._ed.pieces)
            self._asking = asyncio.create_task(self._ed.question(_LONG, conversation=self._conversation))
            while len(self._ed.pieces) < before + 3 and not self._asking.done():
                await asyncio.sleep(0.02)

    async def __aexit__(self, *_: object) -> None:
        if self._wanted:
            assert not self._asking.done(), "the chat ended before the keys were typed"
            stop = {"conversation": self._conversation}
            await self._ed.client.protocol.send_request_async("hearth/chat/stop", stop)
            await self._asking
