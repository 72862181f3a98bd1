"""`python -m tests.benchmarks.device PART MODEL`, for `gpu.sh`."""

import argparse
import asyncio
import os
from pathlib import Path

from tests.benchmarks.device import clients, keys, speed
from tests.benchmarks.device.figures import Figure, publish


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.device")
    parser.add_argument("part", choices=["speed", "keys", "clients"])
    parser.add_argument("model", type=Path)
    parser.add_argument("--layers", type=int, default=-1, help="on the GPU; -1: as many as fit")
    parser.add_argument("--program", default="", help="llama-bench or llama-server, to be beside")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    given = parser.parse_args()
    program = given.program if given.program and Path(given.program).is_file() else ""
    if given.program and not program:
        print(f"  {given.program} is not there: Hearth's own figures only")
    quick = bool(os.environ.get("QUICK"))
    given.model = given.model.absolute()
    publish(given.out, given.part, given.model, _measured(given, program, quick))


def _measured(given: argparse.Namespace, program: str, quick: bool) -> list[Figure]:
    match given.part:
        case "speed":
            return speed.measured(given.model, given.layers, program, quick)
        case "keys":
            return asyncio.run(keys.measured(given.model, given.layers, quick))
        case _:
            return asyncio.run(clients.measured(given.model, given.layers, program, quick))


if __name__ == "__main__":
    main()
