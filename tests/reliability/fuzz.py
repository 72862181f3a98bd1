"""100,000 fuzz cases: `python -m tests.reliability.fuzz`. Fails on a crash, a hang or growing memory.

In equal parts damaged GGUF headers, frames of the wire, and messages of the LSP; some more go to a real process.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

from hearth.engine import paths
from tests.e2e.editor import SERVER
from tests.reliability import fuzz_bytes, fuzz_lsp

_ROUNDS = 10  # the first two are not held against the memory
_MOST_GROWTH_MIB = 24.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/soak"))
    options = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())  # else every refusal is printed
    each = options.cases // 3
    with tempfile.TemporaryDirectory(prefix="hearth-fuzz-") as folder:
        os.environ["HEARTH_HOME"] = folder
        paths.config_file().write_text(fuzz_lsp.CONFIG, "utf-8")
        results = {
            "gguf": _rounds(each, options.seed, lambda n, seed: fuzz_bytes.fuzz_gguf(n, seed, Path(folder))),
            "wire": _rounds(each, options.seed, fuzz_bytes.fuzz_wire),
            "lsp": _rounds(options.cases - 2 * each, options.seed, _lsp),
            "process": asyncio.run(_process(options.cases // 25, options.seed)),
        }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "fuzz.json").write_text(json.dumps(results, indent=1), "utf-8")
    for name, result in results.items():
        print(name, result)
    grown = {
        name: result["grown_mib"] for name, result in results.items() if result["grown_mib"] > _MOST_GROWTH_MIB
    }
    if grown:
        raise SystemExit(f"memory grows, in MiB: {grown}")


def _rounds(cases: int, seed: int, run: Callable[[int, int], int]) -> dict[str, float]:
    """Run the cases in rounds; how many were refused, and by how much the memory grew after the second round."""
    begun, refused, sizes, done = time.monotonic(), 0, list[float](), 0
    for number in range(_ROUNDS):
        count = cases * (number + 1) // _ROUNDS - done
        refused += run(count, seed * _ROUNDS + number)
        done += count
        gc.collect()
        sizes.append(psutil.Process().memory_info().rss / 2**20)
        print(f"{done} cases, {sizes[-1]:.1f} MiB", flush=True)
    seconds = round(time.monotonic() - begun, 1)
    return {"cases": done, "refused": refused, "seconds": seconds, "grown_mib": round(sizes[-1] - sizes[1], 2)}


def _lsp(cases: int, seed: int) -> int:
    client = asyncio.run(fuzz_lsp.run(cases, seed))
    return client.errors


async def _process(cases: int, seed: int) -> dict[str, float]:
    """Messages to a real server process through its stdin; every request must be answered once."""
    rng, begun = random.Random(seed), time.monotonic()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*SERVER, stdin=pipe, stdout=pipe, limit=1 << 24)
    assert process.stdin and process.stdout
    client = fuzz_lsp.Client(deliver=partial(_write, process.stdin))
    reading = asyncio.create_task(_read(process.stdout, client))
    sizes: list[float] = []
    try:
        client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        await client.settle()
        client.notify("initialized", {})
        for number in range(cases):
            fuzz_lsp.step(client, rng)
            if number % 50 == 0:
                await process.stdin.drain()
            if number % (cases // _ROUNDS) == 0:
                await client.settle(120)
                sizes.append(psutil.Process(process.pid).memory_info().rss / 2**20)
        await client.settle(120)
        assert not (wrong := client.wrongly_answered()), f"answers by request: {wrong}, seed {seed}"
    finally:
        reading.cancel()
        process.kill()
        await process.wait()
    seconds = round(time.monotonic() - begun, 1)
    grown = round(sizes[-1] - sizes[2], 2)
    return {"cases": cases, "refused": client.errors, "seconds": seconds, "grown_mib": grown}


def _write(stdin: asyncio.StreamWriter, body: bytes) -> None:
    stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)


async def _read(stdout: asyncio.StreamReader, client: fuzz_lsp.Client) -> None:
    while True:
        header = await stdout.readuntil(b"\r\n\r\n")
        client.write(header + await stdout.readexactly(int(header.split()[1])))


if __name__ == "__main__":
    main()
