"""The private door of the host: a Unix socket in a folder of mode 0700, or a named pipe on Windows."""

import asyncio
import hashlib
import os
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_LIMIT = 1 << 20


def socket_path(runtime: Path) -> Path:
    return runtime / "host.sock"


async def connect(runtime: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the host of this runtime folder. Raises `OSError` when nobody listens."""
    if sys.platform == "win32":
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_LIMIT, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.create_pipe_connection(lambda: protocol, _pipe_name(runtime))
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
    return await asyncio.open_unix_connection(str(socket_path(runtime)), limit=_LIMIT)


async def listen(runtime: Path, connected: Connected) -> None:
    """Accept connections from processes of the same user, until the event loop ends."""
    if sys.platform == "win32":
        loop = asyncio.get_running_loop()

        def protocol() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=_LIMIT), connected, loop=loop)

        await loop.start_serving_pipe(protocol, _pipe_name(runtime))
        return

    path = socket_path(runtime)
    path.unlink(missing_ok=True)  # a host that was killed leaves its socket behind

    async def same_user_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = _peer_uid(writer.get_extra_info("socket"))
        if peer is not None and peer != os.getuid():
            writer.close()
            return
        await connected(reader, writer)

    mask = os.umask(0o177)  # the socket must never exist with a wider mode, not even for a moment
    try:
        await asyncio.start_unix_server(same_user_only, str(path), limit=_LIMIT)
    finally:
        os.umask(mask)


def _peer_uid(sock: socket.socket) -> int | None:
    """The user id of the process at the other end, or None where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        _pid, uid, _gid = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
        return int(uid)
    return None  # elsewhere the folder's mode alone keeps others out


def _pipe_name(runtime: Path) -> str:
    digest = hashlib.sha256(str(runtime).lower().encode()).hexdigest()[:16]
    return rf"\\.\pipe\hearth-{digest}"
