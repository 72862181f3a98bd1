"""The private door of the host: a Unix socket in a folder of mode 0700, or a named pipe on Windows."""

import asyncio
import hashlib
import logging
import os
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

log = logging.getLogger("hearth.host")
Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_LIMIT = 1 << 20


def socket_path(runtime: Path) -> Path:
    return runtime / "host.sock"


def is_open(runtime: Path) -> bool:
    """Whether the socket can be found; programs that tidy temporary folders take it away."""
    return sys.platform == "win32" or socket_path(runtime).is_socket()


async def connect(runtime: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the host of this runtime folder. Raises `OSError` when nobody listens."""
    if sys.platform == "win32":
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_LIMIT, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.create_pipe_connection(lambda: protocol, _pipe_name(runtime))
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
    reader, writer = await asyncio.open_unix_connection(str(socket_path(runtime)), limit=_LIMIT)
    if not _is_ours(writer):
        writer.close()
        raise PermissionError(f"{socket_path(runtime)} is served by another user")
    return reader, writer


async def listen(runtime: Path, connected: Connected) -> Callable[[], None]:
    """Accept connections from processes of the same user; call what it returns to accept no more."""
    if sys.platform == "win32":
        loop = asyncio.get_running_loop()

        def protocol() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=_LIMIT), connected, loop=loop)

        servers = await loop.start_serving_pipe(protocol, _pipe_name(runtime))

        def close() -> None:
            for server in servers:
                server.close()

        return close

    path = socket_path(runtime)
    path.unlink(missing_ok=True)  # a host that was killed leaves its socket behind

    async def same_user_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not _is_ours(writer):
            log.warning("a process of another user was turned away")
            writer.close()
            return
        await connected(reader, writer)

    mask = os.umask(0o177)  # the socket must never exist with a wider mode, not even for a moment
    try:
        server = await asyncio.start_unix_server(same_user_only, str(path), limit=_LIMIT)
    finally:
        os.umask(mask)

    def stop() -> None:
        server.close()
        path.unlink(missing_ok=True)

    return stop


def peer_pid(writer: asyncio.StreamWriter) -> int | None:
    """The process at the other end, or None where the system does not tell."""
    peer = _peer(writer)
    return peer[0] if peer else None


def _is_ours(writer: asyncio.StreamWriter) -> bool:
    """Whether the process at the other end runs as this user; where nothing tells, the folder's mode must do."""
    peer = _peer(writer)
    return peer is None or sys.platform == "win32" or peer[1] == os.getuid()


def _peer(writer: asyncio.StreamWriter) -> tuple[int, int] | None:
    """(process id, user id)."""
    sock = writer.get_extra_info("socket")
    if sock is None or not hasattr(socket, "SO_PEERCRED"):
        return None
    size = struct.calcsize("3i")
    pid, uid, _gid = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(pid), int(uid)


def _pipe_name(runtime: Path) -> str:
    digest = hashlib.sha256(str(runtime).lower().encode()).hexdigest()[:16]
    return rf"\\.\pipe\hearth-{digest}"
