"""The host's main program: accept clients of the same user, turn messages into jobs, leave when idle.

The event loop only moves bytes; the scheduler's thread does the work. A client that goes away takes its
jobs with it. Start it with `python -P -m hearth.engine.host`; nobody but `client.py` needs to.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

import psutil

from hearth.engine import logs, paths
from hearth.engine.errors import HearthError
from hearth.engine.host import crashes, supervision, transport, trial, wire
from hearth.engine.host.layouts import LAYOUTS, Lane
from hearth.engine.host.models import Models
from hearth.engine.host.native import can_offload
from hearth.engine.host.profiles import ProfileBook
from hearth.engine.host.scheduler import Job, Scheduler
from hearth.engine.host.session import Session, Steps
from hearth.engine.types import AnyRequest, Finished, FinishReason, ModelRef, Piece, Priority

log = logging.getLogger("hearth.host")
VERSION = version("hearth-lsp")


def main() -> None:
    """Run until no client has been connected for `HEARTH_IDLE_MINUTES` (default 10)."""
    logs.to_file("host.log")
    claim = supervision.claim()
    if claim is None:
        log.info("another host runs already")
        sys.exit(supervision.ANOTHER_RUNS)
    last_words = crashes.watch()
    threading.excepthook = _die_with_the_thread
    idle_seconds = float(os.environ.get("HEARTH_IDLE_MINUTES", "10")) * 60
    asyncio.run(Host(last_words, claim, idle_seconds).serve())
    log.info("leaving")
    logging.shutdown()
    os._exit(0)  # nothing is left to save, and a native destructor must not crash a good exit


def _die_with_the_thread(death: threading.ExceptHookArgs) -> None:
    """Without the scheduler's thread all would wait for ever; without this process another one is started."""
    if death.exc_value is not None:
        log.critical("a thread of the host died", exc_info=death.exc_value)
    logging.shutdown()
    os._exit(1)


class Host:
    """The connections and the scheduler."""

    def __init__(self, last_words: str, claim: supervision.Claim, idle_seconds: float) -> None:
        book = ProfileBook(paths.state_dir() / "profiles.json")
        was_killed = bool(supervision.recent_crashes()) and not last_words
        first_profile = partial(trial.first_profile, book)
        self.models = Models(
            book,
            last_words,
            self._on_loading,
            self._on_notice,
            was_killed,
            first_profile=first_profile,
            on_try=claim.loading,
        )
        self.scheduler = Scheduler(self.models)
        self._claim = claim
        self.idle_seconds = idle_seconds
        self._connections: set[Connection] = set()
        self.is_leaving = False

    async def serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        if sys.platform != "win32":
            self._loop.add_signal_handler(signal.SIGTERM, self.leave_now)
        self.scheduler.start()
        await self._listen()
        log.info("hearth host %s listens, process %d", VERSION, os.getpid())
        await self._until_leaving()
        self.leave_when_idle()
        self.scheduler.stop()

    def leave_when_idle(self) -> None:
        """Accept nothing new, finish what is asked, and let another host start meanwhile."""
        if self.is_leaving:
            return  # the socket may be another host's by now
        self.is_leaving = True
        self._stop_listening()
        self._claim.release()

    def leave_now(self) -> None:
        """The session ends, or the user or an administrator says so: leave at once, in good order."""
        self.leave_when_idle()
        self.scheduler.cancel(lambda _: True)

    async def _until_leaving(self) -> None:
        idle_since = self._loop.time()
        while not (self.is_leaving and self.scheduler.idle):
            await self._be_found()
            if self._connections or not self.scheduler.idle:
                idle_since = self._loop.time()
            if self._loop.time() - idle_since > self.idle_seconds:
                return
            await asyncio.sleep(min(0.2, self.idle_seconds))

    async def _listen(self) -> None:
        self._stop_listening = await transport.listen(paths.runtime_dir(), self._connected)

    async def _be_found(self) -> None:
        if self.is_leaving or transport.is_open(paths.runtime_dir()):
            return
        log.warning("the host's socket was removed; listening again")
        self._stop_listening()
        await self._listen()

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
        self.scheduler.moves()
        for connection in tuple(self._connections):
            connection.send_soon(wire.Loading(model, percent))

    def reload_if_changed(self, ref: ModelRef) -> None:
        """Have the model loaded with other settings, if it is loaded with others; nobody waits for idle jobs."""
        if self.models.wish(ref):
            self.scheduler.cancel(lambda job: job.priority == Priority.IDLE and job.model.path == ref.path)

    def measure_when_idle(self, ref: ModelRef) -> None:
        """Have what is not known of the model found out while nobody asks for anything."""

        def on_end(outcome: Finished | HearthError) -> None:
            log.info("%s: where its answers end is %s", ref.id, outcome)

        once = f"ends of {ref.path}"
        job = Job(self, 0, once, Priority.IDLE, ref, Session.measure_ends, lambda piece: None, on_end)
        self.scheduler.submit(job)

    def _on_notice(self, text: str) -> None:
        """Called on the scheduler's thread."""
        for connection in tuple(self._connections):
            connection.send_soon(wire.Notice(text))


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
                case wire.Hello(idle_minutes=idle_minutes):
                    if idle_minutes is not None:
                        self._host.idle_seconds = idle_minutes * 60
                    still = self._host.scheduler.still
                    self.send(wire.Welcome(wire.PROTOCOL, VERSION, os.getpid(), still))
                case wire.Generate(request=request):
                    begin = partial(Session.generate, request=request)
                    lane = LAYOUTS[type(request.prompt)].lane
                    self._submit(message, request.priority, begin, request.supersedes, lane)
                case wire.Load(id=id, model=model):
                    self._host.reload_if_changed(model)
                    self._submit(message, Priority.ACTION, partial(self._report, id))
                case wire.Inspect(id=id, request=request):
                    # It evaluates nothing, and must not wait until nobody types.
                    self._submit(message, Priority.COMPLETION, partial(self._inspect, id, request))
                case wire.Cancel(id=id):
                    self._host.scheduler.cancel(partial(self._is_mine, id))
                case wire.Shutdown(now=now):
                    if now:
                        self._host.leave_now()
                    else:
                        self._host.leave_when_idle()

    def send(self, message: wire.Message) -> None:
        if not self._writer.is_closing():
            self._writer.write(wire.encode(message))

    def send_soon(self, message: wire.Message) -> None:
        """For the scheduler's thread."""
        self._loop.call_soon_threadsafe(self.send, message)

    def _submit(
        self,
        message: wire.Generate | wire.Load | wire.Inspect,
        priority: Priority,
        begin: Callable[[Session], Steps],
        supersedes: str = "",
        lane: Lane = "none",
    ) -> None:
        id = message.id
        if self._host.is_leaving:
            self.send(wire.Failed(id, "HostDied", "the model's process is being replaced by a newer one"))
            return

        def on_piece(piece: Piece) -> None:
            self.send_soon(wire.Token(id, piece.text, piece.probability, piece.tentative))

        def on_end(outcome: Finished | HearthError) -> None:
            if isinstance(outcome, Finished):
                self.send_soon(wire.Done(id, outcome.reason, outcome.usage, outcome.alternatives, outcome.rule))
            else:
                self.send_soon(wire.Failed(id, type(outcome).__name__, str(outcome)))

        self._host.scheduler.submit(
            Job(self, id, supersedes, priority, message.model, begin, on_piece=on_piece, on_end=on_end, lane=lane)
        )

    def _is_mine(self, id: int, job: Job) -> bool:
        return job.client is self and job.id == id

    def _inspect(self, id: int, request: AnyRequest, session: Session) -> Steps:
        probe = yield from session.probe(request)
        self.send_soon(wire.Inspected(id, probe))
        yield None
        return Finished(FinishReason.DONE)

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
                news=self._host.models.news(session.ref.path),
                gpu_layers=session.model.options.gpu_layers,
                can_offload=can_offload(),
                placement=report.placement,
                why_threads=report.why_threads,
            )
        )
        self._host.measure_when_idle(session.ref)
        yield None
        return Finished(FinishReason.DONE)
