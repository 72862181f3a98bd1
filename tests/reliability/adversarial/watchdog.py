"""How long the event loop was busy with one step, in CPU time of its thread: a busy machine does not matter."""

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass
class Watchdog:
    longest: float = 0.0
    step: str = ""

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Measure each step of every loop, as long as `patch` lasts."""
        run = asyncio.Handle._run

        def measured(handle: Any) -> None:
            start = time.thread_time()
            run(handle)
            took = time.thread_time() - start
            if took > self.longest and threading.current_thread() is threading.main_thread():
                self.longest, self.step = took, repr(handle)[:300]

        patch.setattr(asyncio.Handle, "_run", measured)
