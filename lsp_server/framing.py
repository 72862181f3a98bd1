"""The client's bytes, bounded: what pygls is given to read can neither stop its loop nor fill the memory.

pygls takes the length in a header as it is: twenty digits end its loop with an exception, and a few gigabytes
are asked of the system at once. It also drops a message when bytes stand before its header on the same line, and
one that Python's JSON cannot read, because it is nested too deeply or holds a number of thousands of digits: a
request would have no answer.
"""

import asyncio
import logging
import re
from typing import BinaryIO

log = logging.getLogger("hearth.server")
MAX_MESSAGE = 1 << 28  # bytes; a file of this size is no file that somebody types in
_MAX_LINE = 1 << 16
_MAX_DEPTH = 200  # of lists and objects in each other
_LONG_NUMBER = re.compile(rb"\d{1000}")
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|\d{1000,}+[\d.eE+-]*+', re.DOTALL)
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,32})[ \t]*\r?\n$", re.IGNORECASE)


class BoundedInput:
    """What pygls needs of a binary stream: `readline` and `read`. For standard input."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def readline(self) -> bytes:
        """A header line as pygls knows it; b"" ends the server, also after a length that cannot be."""
        return _bounded(self._raw.readline(_MAX_LINE))

    def read(self, count: int) -> bytes:
        return readable(self._raw.read(count))


class BoundedReader:
    """The same for a socket: what pygls needs of an asyncio stream."""

    def __init__(self, raw: asyncio.StreamReader) -> None:
        self._raw = raw

    async def readline(self) -> bytes:
        try:
            return _bounded(await self._raw.readline())
        except ValueError:  # the stream's own limit
            log.error("the client sent a header line that does not end; leaving")
            return b""

    async def readexactly(self, count: int) -> bytes:
        return readable(await self._raw.readexactly(count))


def _bounded(line: bytes) -> bytes:
    if line in (b"\n", b"\r\n", b""):
        return line
    found = _LENGTH.search(line)
    if found is None:
        return b"Ignored: 1\r\n"
    length = int(found[1])
    if length > MAX_MESSAGE:
        log.error("the client announced a message of %d bytes, which cannot be; leaving", length)
        return b""
    return b"Content-Length: %d\r\n" % length


def readable(body: bytes) -> bytes:
    """The JSON with null for what is nested too deeply, and for numbers that are too long."""
    # Counting takes no time; what is below the bound cannot be nested more deeply than that.
    if body.count(b"[") + body.count(b"{") <= _MAX_DEPTH and not _LONG_NUMBER.search(body):
        return body
    kept: list[bytes] = []
    depth = end = 0
    for token in _TOKEN.finditer(body):
        found = token[0]
        if found in b"[{":
            depth += 1
            if depth == _MAX_DEPTH + 1:
                kept.append(body[end : token.start()] + b"null")
        elif found in b"]}":
            if depth == _MAX_DEPTH + 1:
                end = token.end()
            depth -= 1
        elif found[:1] != b'"' and depth <= _MAX_DEPTH:
            kept.append(body[end : token.start()].rstrip(b"-+.eE0123456789") + b"null")
            end = token.end()
    return b"".join(kept) + body[end:] if kept else body
