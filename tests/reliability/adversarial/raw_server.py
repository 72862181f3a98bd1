"""A server on loopback, in a thread of its own, that sends whatever bytes it is told to, however wrong."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

SILENCE = b"\0silence"  # as a step: nothing more comes, and the connection stays open

# The path of a request -> the bytes that answer it, step by step; behind the last one the connection is closed.
Script = Callable[[str], AsyncIterator[bytes]]


@dataclass
class RawServer:
    """`open` counts the connections that nobody has closed yet; `asked` are the paths, `heads` whole requests."""

    script: Script | None = None
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    open: int = 0
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "RawServer":
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(60)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        assert self._thread
        self._thread.join(60)

    def _run(self, ready: threading.Event) -> None:
        async def start() -> None:
            server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()

        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(start())
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        gone = asyncio.create_task(self._answers(reader, writer))
        try:
            await gone
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next(
            (line.split(":")[1] for line in head.lower().split("\r\n") if "content-length:" in line), "0"
        )
        await reader.readexactly(int(length))
        path = head.split(" ")[1].partition("?")[0]
        self.asked.append(path)
        self.heads.append(head)
        assert self.script
        async for step in self.script(path):
            if step is SILENCE:
                await reader.read()  # until the client goes away
                return
            writer.write(step)
            await writer.drain()
            if writer.transport.is_closing():
                raise ConnectionResetError
            await asyncio.sleep(0)
