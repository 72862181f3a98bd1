"""Types real files again for an hour and draws the memory of the server and the host.

`python -m tests.reliability.soak --minutes 60 --out FOLDER`; fails when memory grows after the first tenth minute.
"""

import argparse
import asyncio
import json
import os
import random
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from hearth.engine import paths
from tests.benchmarks import plots
from tests.benchmarks.trace import next_key
from tests.e2e.editor import MARK, Editor, editor
from tests.hosts import hosts_of, stop_host

MODEL = "qwen2.5-coder-0.5b-instruct"
_WARM_MINUTES = 10.0
_FLAT_MIB_PER_HOUR = 16.0  # less is noise of the allocator
_SAMPLE_SECONDS = 10.0
_FILES = ("argparse", "textwrap", "json/decoder", "heapq", "shlex", "csv", "calendar", "configparser", "difflib")


@dataclass(frozen=True, slots=True)
class Sample:
    """Resident memory in MiB, and what of it no file backs (that does not change with who else maps the model)."""

    minute: float
    server: float
    server_private: float
    host: float
    host_private: float
    requests: int


@dataclass(slots=True)
class Typed:
    requests: int = 0
    suggestions: int = 0
    accepted: int = 0


async def soak(minutes: float, home: Path, pace_ms: int, seed: int, out: Path) -> list[Sample]:
    """Type for so long; the curve is written to `out` as it grows."""
    settings = {
        "completion": {"model": MODEL},
        "host": {"threads": 1},
        "downloads": {"allowed": False},
    }
    typed, samples = Typed(), list[Sample]()
    async with editor(settings, home) as ed:
        begun = time.monotonic()
        typing = asyncio.create_task(_type_for_ever(ed, random.Random(seed), pace_ms / 1000, typed))
        try:
            while not typing.done() and time.monotonic() < begun + 60 * minutes:
                await asyncio.sleep(min(_SAMPLE_SECONDS, 6 * minutes))
                samples += _sample((time.monotonic() - begun) / 60, home, typed)
                _write(out, samples, typed)
            if typing.done():
                typing.result()
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)
    return samples


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """The least-squares line through (minute, MiB), in MiB an hour."""
    if len(samples) < 2:
        return 0.0
    middle_x = sum(x for x, _ in samples) / len(samples)
    middle_y = sum(y for _, y in samples) / len(samples)
    spread = sum((x - middle_x) ** 2 for x, _ in samples)
    return 60 * sum((x - middle_x) * (y - middle_y) for x, y in samples) / spread


def slopes(samples: Sequence[Sample], warm_minutes: float) -> dict[str, float]:
    warm = [sample for sample in samples if sample.minute >= warm_minutes]
    names = ("server", "server_private", "host", "host_private")
    return {name: round(slope([(each.minute, getattr(each, name)) for each in warm]), 2) for name in names}


async def _type_for_ever(ed: Editor, rng: random.Random, pace: float, typed: Typed) -> None:
    """One place after the other; as an editor does, a request after every key, answered or not by the next."""
    number = 0
    while True:
        number += 1
        marked, removed = _place(rng)
        ed.open(marked, f"soak{number % 7}.py")
        for key in _keys(removed):
            ed.type(key)
            asked = asyncio.create_task(ed.ask())
            await asyncio.sleep(pace)
            typed.requests += 1
            item = await asked
            typed.suggestions += item is not None
            if item is not None and rng.random() < 0.1:
                typed.accepted += 1
                ed.accept(item)
        ed.close()


def _keys(text: str) -> Iterator[str]:
    while key := next_key(text):
        text = text[len(key) :]
        yield key


def _place(rng: random.Random) -> tuple[str, str]:
    """A file with three of its lines taken away at the cursor, and these lines."""
    name = rng.choice(_FILES)
    lines = Path(sysconfig.get_paths()["stdlib"], f"{name}.py").read_text("utf-8").splitlines(keepends=True)
    start = rng.randrange(20, max(21, len(lines) - 10))
    removed = "".join(lines[start : start + 3]).rstrip("\n")
    return "".join(lines[:start]) + MARK + "\n" + "".join(lines[start + 3 :]), removed


def _sample(minute: float, home: Path, typed: Typed) -> list[Sample]:
    hosts = hosts_of(home)
    servers = [child for child in psutil.Process().children() if "serve" in child.cmdline()]
    if not hosts or not servers:
        return []  # still starting
    server, host = servers[0], hosts[0]
    return [
        Sample(
            minute=round(minute, 3),
            server=_mib(server.memory_info().rss),
            server_private=_mib(_own(server)),
            host=_mib(host.memory_info().rss),
            host_private=_mib(_own(host)),
            requests=typed.requests,
        )
    ]


def _own(process: psutil.Process) -> int:
    """Bytes that no file backs; where the system does not tell, what no other process shares now."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
        return 1024 * int(status.partition("RssAnon:")[2].split()[0])
    except (OSError, IndexError):
        return int(process.memory_full_info().uss)


def _mib(size: int) -> float:
    return round(size / 2**20, 2)


def _write(out: Path, samples: Sequence[Sample], typed: Typed, warm_minutes: float = _WARM_MINUTES) -> None:
    result = {
        "requests": typed.requests,
        "suggestions": typed.suggestions,
        "accepted": typed.accepted,
        "mib_per_hour": slopes(samples, warm_minutes),
        "warm_minutes": warm_minutes,
        "samples": [asdict(sample) for sample in samples],
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "soak.json").write_text(json.dumps(result, indent=1), "utf-8")


def _draw(out: Path, samples: Sequence[Sample], rates: dict[str, float]) -> None:
    curves = {
        f"{name}, {rates[name]:+.1f} MiB/h": [(each.minute, getattr(each, name)) for each in samples]
        for name in ("server", "host")
    }
    plots.memory(out, "Resident memory under an hour of typing", curves)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--pace-ms", type=int, default=1000, help="from one keystroke to the next")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/soak"))
    options = parser.parse_args()
    os.nice(max(0, 19 - os.nice(0)))  # it measures memory, not time
    warm = min(_WARM_MINUTES, options.minutes / 2)
    models = paths.models_dir()
    with tempfile.TemporaryDirectory(prefix="hearth-soak-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        (home / "models").symlink_to(models, target_is_directory=True)
        try:
            samples = asyncio.run(soak(options.minutes, home, options.pace_ms, options.seed, options.out))
        finally:
            stop_host(home)
    rates = slopes(samples, warm)
    _draw(options.out, samples, rates)
    print(f"{samples[-1].requests} requests in {samples[-1].minute:.0f} minutes; MiB an hour: {rates}")
    grown = {name: rate for name, rate in rates.items() if rate > _FLAT_MIB_PER_HOUR}
    if options.minutes >= 2 * _WARM_MINUTES and grown:
        raise SystemExit(f"memory grows: {grown}")


if __name__ == "__main__":
    main()
