"""`hearth serve --tcp PORT`: one client on the loopback interface, who must know the token.

Every user and every web page on the machine can reach a loopback port. So the token lies in a file that only this
user can read, and the first message must be an `initialize` that brings it as `initializationOptions.token`.
Whoever does not is disconnected without a word; once a client is in, nobody listens any more. Of those who have
not brought it yet only the newest are kept, so that silent ones cannot keep the client out.
"""

import asyncio
import hmac
import json
import logging
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from pygls.exceptions import JsonRpcException

from hearth.engine import paths
from hearth.engine.errors import BackendUnavailable, HearthError
from hearth.engine.files import write_atomically
from hearth.lsp_server import messages, watchdog
from hearth.lsp_server.framing import BoundedReader
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import stderr

log = logging.getLogger("hearth.server")
_ADDRESS = "127.0.0.1"
_SECONDS = 5.0  # for the first message; a client sends it as soon as it is connected
_LONGEST = 1 << 20  # bytes of the first message; editors send about 20 KB
_MOST_WAITING = 16
_MOST_TOLD = 10  # strangers
Client = tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]


def serve(server: Server, port: int) -> None:
    """Serve one client and return when it has left; port 0 takes a free one."""
    try:
        watchdog.run(_serve(server, port))
    except HearthError as error:
        stderr.tell(str(error))
        sys.exit(1)
    except OSError as error:
        stderr.tell(f"cannot listen on port {port} of {_ADDRESS}: {os.strerror(error.errno or 0)}")
        sys.exit(1)
    except (KeyboardInterrupt, SystemExit):
        pass  # `exit` has come


async def _serve(server: Server, port: int) -> None:
    first_message, reader, writer = await _wait_for_client(port)
    server.protocol.set_writer(writer)
    try:
        structure = server.protocol.structure_message
        server.protocol.handle_message(json.loads(first_message, object_hook=structure))
    except Exception as error:
        server.report_server_error(error, JsonRpcException)
    try:
        await messages.serve(BoundedReader(reader), server.protocol, server.report_server_error)
    except (ConnectionError, EOFError) as error:
        log.warning("the client's connection broke: %s", type(error).__name__)
    await server.close()


async def _wait_for_client(port: int) -> Client:
    """Listen until somebody brings the token."""
    token = secrets.token_urlsafe(32)
    admitted: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
    waiting: dict[asyncio.StreamWriter, None] = {}  # in the order in which they came
    strangers = 0

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal strangers
        if len(waiting) >= _MOST_WAITING:
            oldest = next(iter(waiting))
            del waiting[oldest]
            oldest.transport.abort()
        waiting[writer] = None
        message = await first_message(reader, token)
        is_waiting = writer in waiting
        waiting.pop(writer, None)
        if message is not None and is_waiting and not admitted.done():
            admitted.set_result((message, reader, writer))
            return
        writer.close()
        strangers += 1
        if strangers <= _MOST_TOLD:
            _tell("a client that did not bring the token was turned away")

    listening = await asyncio.start_server(connected, _ADDRESS, port)
    port = listening.sockets[0].getsockname()[1]
    token_file = _write_token(port, token)
    try:
        _tell(f"listening on {_ADDRESS}:{port}; initializationOptions.token must be what is in {token_file}")
        return await admitted
    finally:
        listening.close()
        for writer in waiting:
            writer.close()
        token_file.unlink(missing_ok=True)


async def first_message(reader: asyncio.StreamReader, token: str, seconds: float = _SECONDS) -> bytes | None:
    """The `initialize` that brings the token, without it; None for anything else, or when none comes in time."""
    try:
        async with asyncio.timeout(seconds):
            head = await reader.readuntil(b"\r\n\r\n")
            length = _content_length(head)
            return _without_token(await reader.readexactly(length), token) if 0 < length <= _LONGEST else None
    except (TimeoutError, OSError, EOFError, asyncio.LimitOverrunError):
        return None


def _content_length(head: bytes) -> int:
    """0 when it does not say."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        digits = value.strip()
        if name.lower() == b"content-length" and digits.isdigit():
            return int(digits[:20])
    return 0


def _without_token(body: bytes, token: str) -> bytes | None:
    try:
        message: Any = json.loads(body)
        given = message["params"]["initializationOptions"].pop("token")
        is_initialize = message["method"] == "initialize"
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    if not is_initialize or not isinstance(given, str):
        return None
    right = hmac.compare_digest(given.encode(errors="replace"), token.encode())
    return json.dumps(message).encode() if right else None


def _write_token(port: int, token: str) -> Path:
    try:
        path = paths.runtime_dir() / f"tcp-{port}.token"
        write_atomically(path, token.encode())
    except OSError as error:
        raise BackendUnavailable(f"the token cannot be written for the client: {error}") from error
    return path


def _tell(what: str) -> None:
    log.info("%s", what)
    stderr.tell(what)
