"""A processor on which the fast kernels of llama.cpp crash, as AMX does with a library that GCC built wrongly.

`HEARTH_TEST_AMX=crash make test` runs the whole suite on such a one: every host and every trial of it crashes at
the first batch with extra buffers. `surprise` lets the trials go well, so that nobody foresees the host's crash.
"""

import os
from pathlib import Path

VARIABLE = "HEARTH_TEST_AMX"


def played(how: str) -> dict[str, str]:
    """The environment for a process whose hosts and trials shall crash so."""
    here = str(Path(__file__).parent)
    others = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != here]
    return {VARIABLE: how, "PYTHONPATH": os.pathsep.join([here, *others])}
