"""How much of an HTTP answer is read, whatever library reads it.

A server may be broken, or a program of another user that took its port. What it sends is counted before it is put
together or decoded, so that it costs neither memory nor the event loop's time.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

_HANDED_ON = 4096  # bytes: what a library makes of them takes the loop a few milliseconds
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")


@dataclass(frozen=True, slots=True)
class Bounds:
    """In bytes. `event`: of what is decoded at once; `lines`: of one such event, as they are joined one by one.

    `page`: of what a server says of itself; `error`: of an error's body, whose beginning says enough.
    """

    event: int = 256 * 1024
    lines: int = 256
    page: int = 1024 * 1024
    error: int = 64 * 1024
    whole: int = 16 * 1024 * 1024
    by_line: bool = False  # an event is a line (NDJSON), not what a blank line ends


class OutOfBounds(httpx.TransportError):
    """The server sent more than is read. The message goes on behind its name: "sent …"."""


def hooks(bounds: Bounds) -> dict[str, list[Any]]:
    """The `event_hooks` of an `httpx.AsyncClient` that keep its answers within `bounds`."""

    async def limit(response: httpx.Response) -> None:
        # Redirects are not followed, so that where they lead is not even parsed.
        response.headers.pop("location", None)
        encoding = response.headers.get("content-encoding", "identity")
        if encoding.strip().lower() != "identity":
            raise OutOfBounds("a compressed answer, which was not asked for")
        stream = response.stream
        if isinstance(stream, httpx.AsyncByteStream):
            response.stream = _Bounded(stream, bounds, _kind(response, bounds))

    return {"request": [], "response": [limit]}


def _kind(response: httpx.Response, bounds: Bounds) -> str:
    if response.is_error:
        return "error"
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_page = response.request.method == "GET" or (bounds.by_line and media == "application/json")
    return "page" if is_page else "stream"


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, bounds: Bounds, kind: str) -> None:
        self._stream, self._bounds, self._kind = stream, bounds, kind
        self._total = self._event = self._lines = 0
        self._tail = b""  # of what came last: a blank line may be cut in the middle

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            for start in range(0, len(chunk), _HANDED_ON):
                part = chunk[start : start + _HANDED_ON]
                self._total += len(part)
                if self._kind == "error" and self._total > self._bounds.error:
                    return
                self._check(part)
                yield part
                await asyncio.sleep(0)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _check(self, part: bytes) -> None:
        whole = self._bounds.page if self._kind == "page" else self._bounds.whole
        if self._total > whole:
            raise OutOfBounds(f"more than {_mib(whole)}")
        if self._kind != "stream":
            return
        if self._bounds.by_line:
            behind = len(part) - 1 - part.rfind(b"\n")
            self._event = behind if behind < len(part) else self._event + len(part)
        else:
            self._count_event(part)
        if self._event > self._bounds.event:
            raise OutOfBounds(f"a line or event of more than {_mib(self._bounds.event)}")
        if self._lines > self._bounds.lines:
            raise OutOfBounds(f"an event of more than {self._bounds.lines} lines")

    def _count_event(self, part: bytes) -> None:
        """The longest event within `part`, and how far the last one has come."""
        seen = self._tail + part
        self._tail = seen[-3:]
        pieces = _BLANK_LINE.split(seen)
        if len(pieces) == 1:
            self._event += len(part)
            self._lines += part.count(b"\n") + part.count(b"\r")
            return
        lines = [piece.count(b"\n") + piece.count(b"\r") for piece in pieces]
        first = self._lines + lines[0]
        self._event, self._lines = len(pieces[-1]), lines[-1]
        if max(first, *lines) > self._bounds.lines:
            self._lines = max(first, *lines)


def _mib(size: int) -> str:
    return f"{size / 2**20:g} MiB"
