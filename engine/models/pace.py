"""How far a download is, in words: how much of it is there, and how long the rest may take."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_SURE = 3.0  # seconds after which the speed is known well enough to be told


@dataclass
class Pace:
    """Of one file, whose first bytes may have come another time."""

    now: Callable[[], float] = time.monotonic
    _began: tuple[float, int] | None = field(default=None, init=False)

    def told(self, done: int, total: int) -> str:
        """`212 of 491 MB, about 2 min left`"""
        if self._began is None or done < self._began[1]:
            self._began = self.now(), done
        at, had = self._began
        seconds, came = self.now() - at, done - had
        left = f", about {_span((total - done) * seconds / came)} left" if seconds >= _SURE and came > 0 else ""
        return f"{_size(done, total)} of {_size(total, total)} {_unit(total)}{left}"


def _unit(total: int) -> str:
    return "GB" if total >= 1e9 else "MB"


def _size(count: int, total: int) -> str:
    return f"{count / 1e9:.1f}" if total >= 1e9 else f"{count / 1e6:.0f}"


def _span(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
