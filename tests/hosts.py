"""Finding and stopping the host processes that tests start."""

from contextlib import suppress
from pathlib import Path

import psutil


def hosts_of(home: Path) -> list[psutil.Process]:
    """The host processes that run with this HEARTH_HOME."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_host = any(word.endswith("engine.host") for word in process.cmdline())
            if is_host and process.environ().get("HEARTH_HOME") == str(home):
                found.append(process)
    return found


def stop_host(home: Path) -> None:
    processes = hosts_of(home)
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(processes, timeout=5)
