"""A small HTTP/1.1 server on loopback for fakes: real sockets, and it sees when a client goes away."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CERTIFICATE = Path(__file__).parent / "tls" / "server.pem"  # signed by itself, and its key beside it


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any = None
    query: str = ""
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)  # before the answer was complete
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Reply:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Streamed:
    """`chunks` are sent as they come; when it raises `ConnectionAbortedError`, the connection is torn down."""

    content_type: str
    chunks: AsyncIterator[bytes]


Handler = Callable[[Request], Awaitable[Reply | Streamed]]


@dataclass
class HttpServer:
    """`cut` > 0 sends everything in pieces of so many bytes. `tls`: with the certificate in `fakes/tls`."""

    handler: Handler
    cut: int = 0
    tls: bool = False
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    async def start(self) -> None:
        """On the same port again when it was stopped before."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=_tls(self.tls))
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            while request := await _read(reader):
                self.requests.append(request)
                await self._answer(request, reader, writer)
                request.answered.set()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone = asyncio.create_task(_until_closed(reader))
        try:
            answer = await _unless(gone, self.handler(request))
            if isinstance(answer, Reply):
                await self._send(writer, _whole(answer))
                return
            head = f"HTTP/1.1 200 OK\r\ncontent-type: {answer.content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
            await self._send(writer, head.encode())
            async for chunk in _while_connected(gone, answer.chunks):
                await self._send(writer, b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await self._send(writer, b"0\r\n\r\n")
        except (_ClientGone, ConnectionResetError, BrokenPipeError):
            request.disconnected.set()
            raise ConnectionAbortedError from None
        finally:
            gone.cancel()
            await asyncio.wait({gone})

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        size = self.cut or len(data)
        for start in range(0, len(data), size):
            writer.write(data[start : start + size])
            await writer.drain()
            if self.cut:
                await asyncio.sleep(0)


def _tls(wanted: bool) -> ssl.SSLContext | None:
    if not wanted:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("server-key.pem"))
    return context


class _ClientGone(Exception):
    pass


async def _read(reader: asyncio.StreamReader) -> Request | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = path.partition("?")
    return Request(method, path, headers, json.loads(body) if body else None, query)


async def _until_closed(reader: asyncio.StreamReader) -> None:
    """Ends when the client closes the connection. Looks without reading: the next request may come meanwhile."""
    while not reader.at_eof() and reader.exception() is None:
        await asyncio.sleep(0.005)


async def _unless(gone: asyncio.Task[None], wanted: Awaitable[Any]) -> Any:
    task = asyncio.ensure_future(wanted)
    await asyncio.wait({gone, task}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.wait({task})
    raise _ClientGone


async def _while_connected(gone: asyncio.Task[None], chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            yield await _unless(gone, anext(chunks))
        except StopAsyncIteration:
            return


def _whole(reply: Reply) -> bytes:
    body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    data = body.encode()
    lines = {"content-type": "application/json", "content-length": str(len(data)), **reply.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {reply.status} Status\r\n{head}\r\n".encode() + data
