"""The client's bytes, bounded: what pygls is given to read can neither stop its loop nor fill the memory.

pygls takes the length in a header as it is: twenty digits end its loop with an exception, and a few gigabytes
are asked of the system at once. It also drops a message when bytes stand before its header on the same line.
"""

import asyncio
import logging
import re
from typing import BinaryIO

log = logging.getLogger("hearth.server")
MAX_MESSAGE = 1 << 28  # bytes; a file of this size is no file that somebody types in
_MAX_LINE = 1 << 16
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,32})[ \t]*\r?\n$", re.IGNORECASE)


class BoundedInput:
    """What pygls needs of a binary stream: `readline` and `read`. For standard input."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def readline(self) -> bytes:
        """A header line as pygls knows it; b"" ends the server, also after a length that cannot be."""
        return _bounded(self._raw.readline(_MAX_LINE))

    def read(self, count: int) -> bytes:
        return self._raw.read(count)


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
        return await self._raw.readexactly(count)


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
