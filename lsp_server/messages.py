"""Reads the client's messages and hands them to the protocol, one after the other.

As pygls's `run_async`, but the JSON of a long message is read in a thread: it takes 2 ms for each megabyte.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

_LENGTH = re.compile(rb"Content-Length: (\d+)\r\n")
_LONG = 1 << 20  # bytes


class Reader(Protocol):
    def readline(self) -> Awaitable[bytes]: ...

    def readexactly(self, n: int) -> Awaitable[bytes]: ...


async def serve(
    reader: Reader, protocol: LanguageServerProtocol, report: Callable[[Exception, Any], None]
) -> None:
    """Until there is no more to read. What a message is that cannot be handled is told to `report`."""
    length = 0
    while header := await reader.readline():
        if found := _LENGTH.fullmatch(header):
            length = length or int(found[1])
        if header.strip() or not length:
            continue
        body, length = await reader.readexactly(length), 0
        if not body:
            return
        try:
            is_long = len(body) > _LONG
            message = await asyncio.to_thread(_decoded, body, protocol) if is_long else _decoded(body, protocol)
            protocol.handle_message(message)
        except Exception as error:
            report(error, JsonRpcException)


def _decoded(body: bytes, protocol: LanguageServerProtocol) -> Any:
    return json.loads(body, object_hook=protocol.structure_message)
