"""The private door of the host: a Unix socket in a folder of mode 0700, or a named pipe on Windows.

Names of pipes are one list for all users of a machine, and whoever makes a pipe first has it. So each host makes
up a name that nobody can guess and writes it into the private folder, where only this user's clients read it. A
host that leaves and one that comes thus never want the same name.
"""

import asyncio
import logging
import os
import secrets
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from hearth.engine.files import MANIFEST, read_text, write_atomically

log = logging.getLogger("hearth.host")
Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_LIMIT = 1 << 20
_PIPES = "\\\\.\\pipe\\"


def socket_path(runtime: Path) -> Path:
    return runtime / "host.sock"


def pipe_file(runtime: Path) -> Path:
    """On Windows: holds the name of the pipe of the host that listens."""
    return runtime / "host.pipe"


def is_open(runtime: Path) -> bool:
    """Whether the socket can be found; programs that tidy temporary folders take it away."""
    return pipe_file(runtime).exists() if sys.platform == "win32" else socket_path(runtime).is_socket()


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

        name = rf"{_PIPES}hearth-{secrets.token_hex(16)}"
        servers = await loop.start_serving_pipe(protocol, name)
        write_atomically(pipe_file(runtime), name.encode())

        def close() -> None:
            for server in servers:
                server.close()
            with suppress(OSError):  # another host may have written its own name by now
                if _pipe_name(runtime) == name:
                    pipe_file(runtime).unlink()

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
    """Raises `OSError` where no host has written one."""
    name = read_text(pipe_file(runtime), MANIFEST).strip()
    if not name.startswith(_PIPES):
        raise FileNotFoundError(f"{pipe_file(runtime)} names no pipe")
    return name
