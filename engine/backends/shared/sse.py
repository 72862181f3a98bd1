"""Server-sent events, read as the standard says and as servers write them.

Source: the HTML standard, section 9.2. Lines end with LF, CR or both; comments and other fields than "data" are
skipped. Servers that leave out the blank line behind an event are understood too, as each of their lines is JSON.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TypeVar

T = TypeVar("T")
_QUIET = 256 * 1024  # bytes that may come without an event: comments keep a connection alive
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")


async def events(chunks: AsyncIterator[bytes], decode: Callable[[bytes], T]) -> AsyncGenerator[T | None, None]:
    """What `decode` makes of each event's data; None for "[DONE]", behind which nothing is read.

    Whatever `decode` raises of a whole event goes on, and `ValueError` is raised when nothing but comments and
    blank lines comes. `hearth.engine.backends.shared.bounds` keeps events short.
    """
    data: list[bytes] = []
    is_first, quiet = True, 0
    async for line in lines(chunks):
        if is_first:
            is_first, line = False, line.removeprefix(_BOM)
        is_data = line.startswith(b"data:")
        quiet = 0 if is_data else quiet + len(line) + 1
        if quiet > _QUIET:
            raise ValueError("it says nothing")
        if data and (not line or is_data):
            try:
                event = decode(b"\n".join(data))
            except ValueError:
                if not line:
                    raise
            else:
                data = []
                yield event
        if is_data:
            said = line[5:].removeprefix(b" ")
            if said.strip() == b"[DONE]":
                if data:
                    yield decode(b"\n".join(data))
                yield None
                return
            if said.strip():
                data.append(said)
    if data:  # it ended without the last blank line
        yield decode(b"\n".join(data))


async def lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The lines of what comes in chunks, without their ends."""
    rest = bytearray()
    async for chunk in chunks:
        seen = len(rest)
        rest += chunk
        start = 0
        while end := _LINE_END.search(rest, max(start, seen - 1)):
            if end[0] == b"\r" and end.end() == len(rest):
                break  # the other half may come yet
            yield bytes(rest[start : end.start()])
            start = end.end()
        del rest[:start]
    if rest:
        yield bytes(rest.rstrip(b"\r"))
