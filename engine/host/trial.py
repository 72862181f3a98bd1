"""Which load profile survives here, found out in throw-away processes before the first load.

A library that somebody else built may crash on this processor (GCC up to 12 at least breaks ggml's AMX kernels).
Nobody shall notice: the crash of a trial is no crash of the host. Half a second, once for each processor and
build of the library.
"""

import ctypes
import logging
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from hearth.engine.host import profiles, trial_model
from hearth.engine.host.native import Context, Model, library_build
from hearth.engine.host.profiles import PROFILES, LoadOptions, Profile, ProfileBook

log = logging.getLogger("hearth.host")
_TOKENS = 64  # a batch: single tokens take other kernels
_THREADS = 2  # each thread sets its matrix unit up by itself
_PATIENCE = 60.0  # seconds; it says nothing about a machine that is so busy
_SOUND, _UNCLEAR, _UNSOUND = 0, 1, 2  # exit status; 1 is what Python exits with when something raises


def first_profile(book: ProfileBook) -> int:
    """The index of the profile to begin with on this machine; what a trial said is remembered for good."""
    machine = profiles.machine_of(library_build())
    first = book.foreseen(machine)
    if first is None and (first := first_that_survives()) is not None:
        book.foresee(machine, first)
    return first or 0


def first_that_survives() -> int | None:
    """The index of the first profile that survives; None when none does, or it cannot be told."""
    try:
        with tempfile.TemporaryDirectory(prefix="hearth-", ignore_cleanup_errors=True) as folder:
            return _first_in(Path(folder))
    except OSError as error:  # no room for temporary files
        log.info("there was no trial: %s", error)
        return None


def _first_in(folder: Path) -> int | None:
    model = trial_model.write(folder / "trial.gguf")
    for index, profile in enumerate(PROFILES):
        status = _status(model, index)
        log.info("trial of profile %r: %s", profile.name, status)
        if status in (_SOUND, _UNCLEAR):
            return index if status == _SOUND else None
    return None


def _status(model: Path, index: int) -> int:
    """How a process ended that loads and decodes with that profile."""
    command = [sys.executable, "-P", "-m", "hearth.engine.host.trial", str(model), str(index)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.info("the trial came to nothing: %s", error)
        return _UNCLEAR
    if done.returncode == _UNCLEAR:
        log.info("the trial came to nothing: %s", done.stderr.decode("utf-8", "replace")[-2000:])
    return done.returncode


def main(model: str, profile: Profile) -> int:
    """Inside the throw-away process."""
    _leave_no_traces()
    context = Context(Model(model, profile.applied_to(LoadOptions(_THREADS)), lambda fraction: None), 1, 256)
    context.decode(0, range(_TOKENS), 0)
    batch = context.logits()
    context.decode(0, [1], _TOKENS)
    return _SOUND if np.isfinite([batch, context.logits()]).all() else _UNSOUND


def _leave_no_traces() -> None:
    """No core dump, no debugger, no report to the system, no window that says that a program stopped working."""
    os.environ["GGML_NO_BACKTRACE"] = "1"
    with suppress(ImportError, ValueError, OSError):
        import resource  # there is none on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        not_dumpable = (4, 0)  # PR_SET_DUMPABLE: also keeps programs away that collect core dumps by a pipe
        ctypes.CDLL(None).prctl(*not_dumpable, 0, 0, 0)
    elif sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002 | 0x8000)


if __name__ == "__main__":
    status = main(sys.argv[1], PROFILES[int(sys.argv[2])])
    os._exit(status)  # a native destructor must not spoil the result
