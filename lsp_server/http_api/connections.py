"""One HTTP connection: requests in, answers out, within bounds of size and time, until either side ends it.

`h11` knows HTTP; this knows when to stop. A client that goes away while it is answered is noticed at once, and the
model stops.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AbstractContextManager, aclosing, suppress
from dataclasses import dataclass, field
from typing import Protocol

import h11

from hearth.lsp_server.http_api.messages import Answer, Asked

log = logging.getLogger("hearth.http")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes in bytes, times in seconds."""

    head: int = 16 << 10
    body: int = 4 << 20
    idle: float = 60.0  # until a request begins
    request: float = 15.0  # from its first byte to its last
    answer: float = 600.0  # to the last byte of an answer: a model may have to be loaded first
    taken: float = 30.0  # until the client has taken what was written
    unread: int = 64 << 10  # sent while the answer before is still given
    lingering: float = 1.0  # for a client to take the answer to a request that was not read


class Service(Protocol):
    """What answers. `look` is asked before the body is read: an answer there is given without reading it."""

    def look(self, asked: Asked) -> Answer | None: ...

    async def answer(self, asked: Asked) -> Answer: ...

    def at_work(self) -> AbstractContextManager[None]:
        """Around an answer, to the end of its last piece."""
        ...

    def wrong(self, status: int, why: str) -> Answer:
        """The answer to something that is no request."""
        ...


@dataclass(eq=False)
class Connection:
    """One client. `is_busy` while one of its requests is being answered."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    service: Service
    bounds: Bounds = field(default_factory=Bounds)
    is_busy: bool = False

    def __post_init__(self) -> None:
        self._wire = h11.Connection(h11.SERVER, max_incomplete_event_size=self.bounds.head)

    async def serve(self) -> None:
        """Answer until the client has gone, or has sent something that cannot be followed."""
        try:
            while await self._exchange():
                self._wire.start_next_cycle()
            self.writer.close()
            async with asyncio.timeout(self.bounds.taken):
                await self.writer.wait_closed()
        except (OSError, h11.LocalProtocolError) as error:
            log.debug("a connection broke: %s", type(error).__name__)
        finally:
            self.abort()

    def abort(self) -> None:
        """End it at once, whatever is under way."""
        self.writer.transport.abort()

    async def _exchange(self) -> bool:
        """One request and its answer; whether another one may follow."""
        try:
            if not await self._begun():
                return False
            asked, refusal = await self._request()
        except TimeoutError:
            return await self._refuse(408, "the request took too long")
        except h11.RemoteProtocolError as error:
            return await self._refuse(error.error_status_hint, "this is no HTTP request that can be read")
        except _TooLong:
            return await self._refuse(413, f"a request may have {self.bounds.body >> 20} MB")
        if asked is None:
            return False
        if refusal is not None:
            await self._send(asked, refusal)
        else:
            self.is_busy = True
            try:
                with self.service.at_work():
                    await self._while_connected(self._answer(asked))
            finally:
                self.is_busy = False
        is_over = self._wire.our_state is not h11.DONE or self._wire.their_state is not h11.DONE
        if is_over:
            await self._linger()
        return not is_over

    # What comes in.

    async def _begun(self) -> bool:
        """Wait for the first bytes of a request. Whether they came; a client may keep a connection for later."""
        if self._wire.trailing_data[0]:
            return True
        try:
            async with asyncio.timeout(self.bounds.idle):
                return await self._read()
        except TimeoutError:
            return False

    async def _request(self) -> tuple[Asked | None, Answer | None]:
        """The next request, with an answer if it is refused unread; (None, None) once the client has gone."""
        async with asyncio.timeout(self.bounds.request):
            head = await self._event()
            if not isinstance(head, h11.Request):
                return None, None
            asked = _asked(head)
            if refusal := self.service.look(asked):
                if not asked.headers.keys() & {"content-length", "transfer-encoding"}:
                    await self._event()  # its end: the connection can go on
                return asked, refusal
            if _length(asked) > self.bounds.body:
                raise _TooLong
            body = bytearray()
            while isinstance(event := await self._event(), h11.Data):
                body += event.data
                if len(body) > self.bounds.body:
                    raise _TooLong
            if isinstance(event, h11.ConnectionClosed):
                return None, None
            return Asked(asked.method, asked.path, asked.headers, bytes(body)), None

    async def _event(self) -> h11.Event:
        while True:
            event = self._wire.next_event()
            if event is h11.PAUSED:
                return h11.ConnectionClosed()
            if event is not h11.NEED_DATA:
                assert isinstance(event, h11.Event)
                return event
            if self._wire.they_are_waiting_for_100_continue:
                await self._write(h11.InformationalResponse(status_code=100, headers=[]))
            await self._read()

    async def _read(self) -> bool:
        """Whether there was something; else the client has said its last."""
        data = await self.reader.read(1 << 16)
        self._wire.receive_data(data)
        return bool(data)

    # What goes out.

    async def _while_connected(self, answering: Coroutine[None, None, None]) -> None:
        """Do that until the client goes away, or it takes too long."""
        task = asyncio.create_task(answering)
        gone = asyncio.create_task(self._until_gone())
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED, timeout=self.bounds.answer)
        finally:
            stopped = [each for each in (task, gone) if not each.done()]
            for each in stopped:
                each.cancel()
            await asyncio.wait({task, gone})
            if not gone.cancelled():
                gone.exception()  # a connection that breaks is one that has gone
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
        if task.cancelled() and gone.cancelled() and self._wire.our_state is h11.SEND_RESPONSE:
            await self._send(None, self.service.wrong(504, "the answer takes too long"))

    async def _until_gone(self) -> None:
        """Return when the client has gone; what it sends meanwhile is its next request."""
        unread = 0
        while unread < self.bounds.unread:
            data = await self.reader.read(1 << 14)
            if not data:
                return
            unread += len(data)
            self._wire.receive_data(data)
        await asyncio.Event().wait()  # so much is not read before it is wanted

    async def _answer(self, asked: Asked) -> None:
        await self._send(asked, await self.service.answer(asked))

    async def _refuse(self, status: int, why: str) -> bool:
        if self._wire.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self._send(None, self.service.wrong(status, why))
            await self._linger()
        return False

    async def _send(self, asked: Asked | None, answer: Answer) -> None:
        if isinstance(answer.body, bytes):
            await self._write_head(answer)
            if asked is None or asked.method != "HEAD":
                await self._write(h11.Data(data=answer.body))
        else:
            async with aclosing(answer.body) as pieces:
                await self._write_head(answer)
                await self._write(h11.Data(data=answer.first))
                async for piece in pieces:
                    await self._write(h11.Data(data=piece))
        await self._write(h11.EndOfMessage())

    async def _write_head(self, answer: Answer) -> None:
        headers = [("Content-Type", answer.content_type), ("Cache-Control", "no-store"), *answer.headers]
        if isinstance(answer.body, bytes):
            headers.append(("Content-Length", str(len(answer.body))))
        if self._wire.their_state not in (h11.DONE, h11.MUST_CLOSE):
            headers.append(("Connection", "close"))  # the rest of the request is not read
        await self._write(h11.Response(status_code=answer.status, headers=headers))

    async def _write(self, event: h11.Event) -> None:
        data = self._wire.send(event)
        if data:
            self.writer.write(data)
            async with asyncio.timeout(self.bounds.taken):
                await self.writer.drain()

    async def _linger(self) -> None:
        """Read on for a moment: to close at once would take the answer away from a client that still sends."""
        with suppress(OSError, RuntimeError):
            self.writer.write_eof()
            async with asyncio.timeout(self.bounds.lingering):
                left = 4 * self.bounds.body
                while left > 0 and (data := await self.reader.read(1 << 16)):
                    left -= len(data)


class _TooLong(Exception):
    pass


def _asked(head: h11.Request) -> Asked:
    headers = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in head.headers}
    path = head.target.decode("ascii", "replace").partition("?")[0]
    return Asked(head.method.decode("ascii"), path, headers)


def _length(asked: Asked) -> int:
    """What the client says of the body's length; 0 when it does not."""
    digits = asked.headers.get("content-length", "")
    return int(digits) if digits.isdigit() and len(digits) < 20 else 0
