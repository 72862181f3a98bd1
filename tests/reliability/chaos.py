"""Random faults while somebody types: `python -m tests.reliability.chaos --faults 500` (the real model).

Every request must get exactly one answer, the server's text must be the editor's after each fault, and the model
must answer again. Fails otherwise; reports how long each kind of fault was felt.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from hearth.engine.host import transport
from tests.e2e.editor import MARK, Editor, editor
from tests.hosts import hosts_of, stop_host

_PATIENCE = 90.0  # seconds until a request counts as lost or a fault as not survived
_TEXT = (
    "import os\n\n\ndef total(rows):\n    result = 0\n    for row in rows:\n        "
    + MARK
    + "\n    return result\n"
)
_KEYS = "result += row[0]\nif row is None: continue\né😀漢\nfor key in row:\n    print(key)\n"


@dataclass
class Chaos:
    """One run. `seconds` is, by kind of fault, from its end until the model answers again."""

    ed: Editor
    home: Path
    model: Path
    rng: random.Random
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked: int = 0
    answered: int = 0
    lost: list[str] = field(default_factory=list)
    answers: Counter[Any] = field(default_factory=Counter)

    @property
    def hosts(self) -> list[psutil.Process]:
        return hosts_of(self.home)

    @property
    def server(self) -> psutil.Process:
        return next(child for child in psutil.Process().children() if "serve" in child.cmdline())

    @property
    def state(self) -> Path:
        return self.home / "state"

    def kill(self) -> None:
        for host in self.hosts:
            with suppress(psutil.Error):
                host.kill()


async def kill(chaos: Chaos) -> None:
    chaos.kill()


async def terminate(chaos: Chaos) -> None:
    for host in chaos.hosts:
        with suppress(psutil.Error):
            host.terminate()


async def freeze(chaos: Chaos) -> None:
    """SIGSTOP for a while."""
    hosts = chaos.hosts
    for host in hosts:
        with suppress(psutil.Error):
            host.send_signal(signal.SIGSTOP)
    await asyncio.sleep(chaos.rng.uniform(0.1, 0.6))
    for host in hosts:
        with suppress(psutil.Error):
            host.send_signal(signal.SIGCONT)


async def full_disk(chaos: Chaos) -> None:
    """No file can grow, neither the server's nor the host's, and the host dies meanwhile."""
    _limit_files(chaos, 0)
    try:
        chaos.kill()
        await asyncio.sleep(chaos.rng.uniform(0.1, 0.6))
    finally:
        _limit_files(chaos, resource.RLIM_INFINITY)


async def lost_socket(chaos: Chaos) -> None:
    """The socket's file is gone, as after a clean-up of temporary files; then the host dies."""
    _socket(chaos).unlink(missing_ok=True)
    await asyncio.sleep(0.05)
    chaos.kill()


async def garbage_on_the_socket(chaos: Chaos) -> None:
    for _ in range(10):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as door:
            door.settimeout(1)
            door.connect(str(_socket(chaos)))
            door.sendall(chaos.rng.randbytes(chaos.rng.randrange(1, 4000)))


async def broken_model(chaos: Chaos) -> None:
    """The model's file is replaced by rubbish while the host dies, and comes back."""
    kept = chaos.model.with_suffix(".kept")
    chaos.model.rename(kept)
    try:
        chaos.model.write_bytes(b"GGUF" + chaos.rng.randbytes(4000))
        chaos.kill()
        await asyncio.sleep(chaos.rng.uniform(0.1, 1.0))
    finally:
        kept.replace(chaos.model)


async def clock_jump(chaos: Chaos) -> None:
    """The host's crashes seem to lie a day ahead or behind, which is what is left when the clock was set."""
    now = time.time() + chaos.rng.choice((-86400, 86400))
    record = json.dumps({"running": 0, "crashes": [now + i for i in range(9)]})
    (chaos.home / "run" / "host.json").write_text(record)
    chaos.kill()


async def rubbish_in_the_state(chaos: Chaos) -> None:
    for file in (chaos.home / "run" / "host.json", chaos.state / "profiles.json"):
        file.write_bytes(chaos.rng.randbytes(200))
    chaos.kill()


FAULTS: tuple[Callable[[Chaos], Any], ...] = (
    *(kill, kill, terminate, freeze, full_disk, lost_socket),
    *(garbage_on_the_socket, broken_model, clock_jump, rubbish_in_the_state),
)


async def run(
    faults: int,
    home: Path,
    model: Path,
    seed: int,
    pace: float = 0.05,
    on_fault: Callable[[Chaos], None] = lambda chaos: None,
) -> Chaos:
    """So many faults, the first ones one of each kind. `model` is a path in `home` that may be replaced."""
    settings = {
        "completion": {"model": str(model)},
        "host": {"threads": 1, "crash_budget": 100_000},
        "downloads": {"allowed": False},
    }
    async with editor(settings, home) as ed:
        chaos = Chaos(ed, home, model, random.Random(seed))
        _count_answers(chaos)
        ed.open(_TEXT)
        await _until_it_answers(chaos)
        async with _typing(chaos, pace):
            for number in range(faults):
                fault = FAULTS[number] if number < len(FAULTS) else chaos.rng.choice(FAULTS)
                await fault(chaos)
                begun = time.monotonic()
                await _until_it_answers(chaos)
                chaos.seconds[fault.__name__].append(time.monotonic() - begun)
                await _compare(chaos)
                on_fault(chaos)
                await asyncio.sleep(chaos.rng.uniform(0.0, 0.3))
        twice = {id: count for id, count in chaos.answers.items() if count != 1}
        assert not twice, f"answers by request: {twice}"
    return chaos


@asynccontextmanager
async def _typing(chaos: Chaos, pace: float) -> AsyncIterator[None]:
    """Type and ask meanwhile; at the end every request must have been answered."""
    asked: list[asyncio.Task[None]] = []
    typist = asyncio.create_task(_type(chaos, pace, asked))
    try:
        yield
        if typist.done():
            typist.result()
    finally:
        typist.cancel()
        await asyncio.gather(typist, return_exceptions=True)
        await asyncio.gather(*asked)
    assert not chaos.lost, f"of {chaos.asked} requests these were not answered well: {chaos.lost}"
    assert chaos.asked == chaos.answered


async def _type(chaos: Chaos, pace: float, asked: list[asyncio.Task[None]]) -> None:
    ed = chaos.ed
    while True:
        for key in _KEYS:
            ed.type(key)
            asked.append(asyncio.create_task(_ask(chaos)))
            await asyncio.sleep(pace * chaos.rng.uniform(0.3, 2.0))
        if len(ed.text) > 3000:
            begin = ed.text.index("        ")
            ed.replace(begin, ed.cursor, "        ")
        asked[:] = [task for task in asked if not task.done()]


async def _ask(chaos: Chaos) -> None:
    chaos.asked += 1
    try:
        async with asyncio.timeout(_PATIENCE):
            await chaos.ed.request()
        chaos.answered += 1
    except Exception as error:
        chaos.lost.append(repr(error))


async def _until_it_answers(chaos: Chaos) -> None:
    """`hearth/inspect` goes through the host and needs its model."""
    async with asyncio.timeout(_PATIENCE):
        while await _asked(chaos, "hearth/inspect", {"position": {"line": 0, "character": 0}}) is None:
            await asyncio.sleep(0.02)


def _asked(chaos: Chaos, method: str, more: dict[str, Any]) -> "asyncio.Future[Any]":
    protocol: Any = chaos.ed.client.protocol
    answer: asyncio.Future[Any] = protocol.send_request_async(
        method, {"textDocument": {"uri": chaos.ed.uri}, **more}
    )
    return answer


async def _compare(chaos: Chaos) -> None:
    ed = chaos.ed
    asked = _asked(chaos, "hearth/digest", {})
    version, digest = ed.version, hashlib.sha256(ed.text.encode()).hexdigest()
    answer = await asked
    assert (answer.version, answer.sha256) == (version, digest), "the server's text is not the editor's"


def _count_answers(chaos: Chaos) -> None:
    protocol: Any = chaos.ed.client.protocol
    handle = protocol.handle_message

    def counting(message: Any) -> None:
        if not hasattr(message, "method") and (id := getattr(message, "id", None)) is not None:
            chaos.answers[id] += 1
        handle(message)

    protocol.handle_message = counting


def _limit_files(chaos: Chaos, size: int) -> None:
    for process in (chaos.server, *chaos.hosts):
        with suppress(OSError, psutil.Error):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _socket(chaos: Chaos) -> Path:
    return transport.socket_path(chaos.home / "run")


def figures(chaos: Chaos) -> dict[str, Any]:
    """Seconds until the model answers again: all faults, and by kind."""
    everything = [each for seconds in chaos.seconds.values() for each in seconds]
    rows = {"all": everything, **chaos.seconds}
    return {
        "faults": len(everything),
        "requests": chaos.asked,
        "answered": chaos.answered,
        "seconds": {
            name: {
                "n": len(row),
                "p50": _quantile(row, 0.5),
                "p95": _quantile(row, 0.95),
                "max": _quantile(row, 1),
            }
            for name, row in rows.items()
        },
    }


def _quantile(row: list[float], share: float) -> float:
    return round(sorted(row)[min(len(row) - 1, int(share * len(row)))], 2)


def main() -> None:
    from tests.benchmarks.home import model_file

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/soak"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    def write(chaos: Chaos) -> None:
        (options.out / "chaos.json").write_text(json.dumps(figures(chaos), indent=1), "utf-8")

    real = model_file("qwen2.5-coder-0.5b-instruct")
    with tempfile.TemporaryDirectory(prefix="hearth-chaos-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        model = home / "model.gguf"
        try:
            os.link(real, model)
        except OSError:  # another disk
            shutil.copyfile(real, model)
        try:
            chaos = asyncio.run(run(options.faults, home, model, options.seed, on_fault=write))
            write(chaos)
        finally:
            stop_host(home)
    print((options.out / "chaos.json").read_text("utf-8"))


if __name__ == "__main__":
    main()
