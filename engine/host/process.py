"""The host's main program: accept clients of the same user, turn messages into jobs, leave when idle.

The event loop only moves bytes; the scheduler's thread does the work. A client that goes away takes its
jobs with it. Start it with `python -P -m engine.host`; nobody but `client.py` needs to.
"""

import asyncio
import faulthandler
import logging
import os
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from logging.handlers import RotatingFileHandler

import psutil

from engine import paths
from engine.errors import HearthError
from engine.host import transport, wire
from engine.host.models import Models
from engine.host.profiles import ProfileBook, last_words_in
from engine.host.scheduler import Job, Scheduler
from engine.host.session import Session, Steps
from engine.types import ChatRequest, CompletionRequest, Finished, Piece, Priority

log = logging.getLogger("hearth.host")
VERSION = version("hearth-lsp")


def main() -> None:
    """Run until no client has been connected for `HEARTH_IDLE_MINUTES` (default 10)."""
    _log_to_file()
    last_words = _watch_for_crashes()
    idle_seconds = float(os.environ.get("HEARTH_IDLE_MINUTES", "10")) * 60
    asyncio.run(Host(last_words).serve(idle_seconds))
    log.info("leaving")
    logging.shutdown()
    os._exit(0)  # nothing is left to save, and a native destructor must not crash a good exit


class Host:
    """The connections and the scheduler."""

    def __init__(self, last_words: str) -> None:
        book = ProfileBook(paths.state_dir() / "profiles.json")
        self.models = Models(book, last_words, self._on_loading)
        self.scheduler = Scheduler(self.models)
        self._connections: set[Connection] = set()
        self._leave = asyncio.Event()

    async def serve(self, idle_seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.scheduler.start()
        await transport.listen(paths.runtime_dir(), self._connected)
        log.info("hearth host %s listens, process %d", VERSION, os.getpid())
        await self._until_leaving(idle_seconds)
        transport.socket_path(paths.runtime_dir()).unlink(missing_ok=True)
        self.scheduler.stop()

    def leave_when_idle(self) -> None:
        """A newer client came: finish what is asked, accept nothing new."""
        transport.socket_path(paths.runtime_dir()).unlink(missing_ok=True)
        self._leave.set()

    async def _until_leaving(self, idle_seconds: float) -> None:
        idle_since = self._loop.time()
        while not (self._leave.is_set() and self.scheduler.idle):
            if self._connections or not self.scheduler.idle:
                idle_since = self._loop.time()
            if self._loop.time() - idle_since > idle_seconds:
                return
            await asyncio.sleep(min(0.2, idle_seconds))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, writer, self._loop)
        self._connections.add(connection)
        try:
            await connection.talk(reader)
        except wire.WireError as error:
            log.warning("a client was disconnected: %s", error)
        except ConnectionError:
            pass
        finally:
            self._connections.discard(connection)
            self.scheduler.cancel(lambda job: job.client is connection)
            writer.close()

    def _on_loading(self, model: str, percent: int) -> None:
        """Called on the scheduler's thread."""
        for connection in tuple(self._connections):
            connection.send_soon(wire.Loading(model, percent))


class Connection:
    """One client."""

    def __init__(self, host: Host, writer: asyncio.StreamWriter, loop: asyncio.AbstractEventLoop) -> None:
        self._host = host
        self._writer = writer
        self._loop = loop

    async def talk(self, reader: asyncio.StreamReader) -> None:
        """Serve this client until it goes. Raises `wire.WireError` when it talks nonsense."""
        while (message := await wire.read(reader, "client")) is not None:
            match message:
                case wire.Hello():
                    self.send(wire.Welcome(wire.PROTOCOL, VERSION, os.getpid()))
                case wire.Complete(request=request, warm_up=True):
                    self._submit(message, Priority.WARM_UP, request.document, partial(_warm_up, request))
                case wire.Complete(request=request):
                    self._submit(message, Priority.COMPLETION, request.document, partial(_complete, request))
                case wire.Chat(request=request):
                    self._submit(message, request.priority, request.conversation, partial(_chat, request))
                case wire.Load(id=id, model=model):
                    self._submit(message, Priority.ACTION, model.path, partial(self._report, id))
                case wire.Inspect(id=id, request=request):
                    self._submit(message, Priority.ACTION, request.document, partial(self._inspect, id, request))
                case wire.Cancel(id=id):
                    self._host.scheduler.cancel(partial(self._is_mine, id))
                case wire.Shutdown():
                    self._host.leave_when_idle()

    def send(self, message: wire.Message) -> None:
        if not self._writer.is_closing():
            self._writer.write(wire.encode(message))

    def send_soon(self, message: wire.Message) -> None:
        """For the scheduler's thread."""
        self._loop.call_soon_threadsafe(self.send, message)

    def _submit(
        self,
        message: wire.Complete | wire.Chat | wire.Load | wire.Inspect,
        priority: Priority,
        topic: str,
        begin: Callable[[Session], Steps],
    ) -> None:
        id = message.id

        def on_piece(piece: Piece) -> None:
            self.send_soon(wire.Token(id, piece.text, piece.probability))

        def on_end(outcome: Finished | HearthError) -> None:
            if isinstance(outcome, Finished):
                self.send_soon(wire.Done(id, outcome.reason, outcome.usage))
            else:
                self.send_soon(wire.Failed(id, type(outcome).__name__, str(outcome)))

        self._host.scheduler.submit(
            Job(self, id, topic, priority, message.model, begin, on_piece=on_piece, on_end=on_end)
        )

    def _is_mine(self, id: int, job: Job) -> bool:
        return job.client is self and job.id == id

    def _inspect(self, id: int, request: CompletionRequest, session: Session) -> Steps:
        self.send_soon(wire.Inspected(id, session.probe(request)))
        yield None
        return Finished("inspected")

    def _report(self, id: int, session: Session) -> Steps:
        """The job of a `Load` message: by now the model is loaded."""
        report = self._host.models.reports[session.ref.path]
        self.send_soon(
            wire.Report(
                id=id,
                model=session.ref.id,
                profile=report.profile,
                fim=report.verdict.fim,
                notes=report.notes,
                prefill_speed=report.verdict.prefill_speed,
                decode_speed=report.verdict.decode_speed,
                resident_bytes=psutil.Process().memory_info().rss,
                threads=session.model.options.threads,
            )
        )
        yield None
        return Finished("loaded")


def _complete(request: CompletionRequest, session: Session) -> Steps:
    return session.complete(request)


def _warm_up(request: CompletionRequest, session: Session) -> Steps:
    return session.complete(request, warm_up=True)


def _chat(request: ChatRequest, session: Session) -> Steps:
    return session.chat(request)


def _log_to_file() -> None:
    folder = paths.log_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = RotatingFileHandler(folder / "host.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    logging.basicConfig(
        level=logging.DEBUG if os.environ.get("HEARTH_DEBUG") else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=[handler],
    )


def _watch_for_crashes() -> str:
    """Let a native crash leave a report; return the first line of the one before, or ""."""
    path = paths.state_dir() / "host-crash.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    report = path.read_text("utf-8", "replace") if path.exists() else ""
    if report.strip():
        log.error("the host before this one crashed:\n%s", report)
        path.replace(path.with_name("host-crash-last.txt"))
    # Kept open for the life of the process: the handler writes to its descriptor.
    faulthandler.enable(path.open("w"))
    return last_words_in(report)
