"""How fast this processor is now, for limits of processor time that were chosen on another one."""

import time

_REFERENCE = 0.0043  # seconds that `_work` took on the AMD EPYC of 2.6 GHz on which the limits were chosen


def slowness() -> float:
    """How many times longer a fixed piece of work takes here and now; at least 1.

    Threads that share a core, a host that gives its processor to others and an older processor all count.
    """
    return max(1.0, sorted(_work() for _ in range(5))[2] / _REFERENCE)


def is_over(seconds: float, limit: float) -> bool:
    """Whether work took longer than it may, on a processor as fast as this one is now."""
    return seconds > limit and seconds > limit * slowness()


def _work() -> float:
    began = time.thread_time()
    sum(number * number for number in range(100_000))
    return time.thread_time() - began
