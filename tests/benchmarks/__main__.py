"""`python -m tests.benchmarks [PART]`: `options.py` says which parts there are and what can be chosen."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from hearth.engine.host.starter import PATIENT_THREADS
from tests.benchmarks import (
    busy,
    crossfile,
    definitions,
    infill,
    limit,
    load,
    prefix,
    replay,
    review,
    scale,
    startup,
)
from tests.benchmarks.actions import crafted
from tests.benchmarks.actions import run as actions
from tests.benchmarks.edits import compare
from tests.benchmarks.gaps import run as gaps
from tests.benchmarks.home import Unavailable, model_file
from tests.benchmarks.next_edit import run as next_edit
from tests.benchmarks.options import Options, parse
from tests.benchmarks.structure import model as structure_model
from tests.benchmarks.structure import run as structure
from tests.benchmarks.worth import run as worth

PARTS: dict[str, Callable[[Options, Path], Coroutine[Any, Any, None]]] = {
    "replay": replay.run,
    "clocked": replay.run_clocked,
    "worth": worth.run,
    "infill": infill.run,
    "gaps": gaps.run,
    "crossfile": crossfile.run,
    "definitions": definitions.run,
    "edits": compare.run,
    "bugs": compare.run_bugs,
    "review": review.run,
    "actions": actions.run,
    "crafted": crafted.run,
    "busy": busy.run,
    "limit": limit.run,
    "scale": scale.run,
    "load": load.run,
    "prefix": prefix.run,
    "structure": structure.run,
    "structure-model": structure_model.run,
}


def main() -> None:
    options = parse()
    if options.part == "worth" and not PATIENT_THREADS.keys() <= os.environ.keys():
        # The model is in this process, as it is in a host's; the libraries read that when they are loaded.
        os.environ.update(PATIENT_THREADS)
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]])
    chosen = [name for name in (*PARTS, "next_edit", "startup") if options.part in (name, "all")]
    failed = False
    for name in chosen:
        try:
            if name == "startup":
                startup.main(3 if options.quick else 10)
            elif name == "next_edit":
                next_edit.run(options)
            else:
                asyncio.run(PARTS[name](options, model_file(options.model)))
        except Unavailable as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
