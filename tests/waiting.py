"""Waiting for what another process, thread or task does: the only loops of the tests that sleep and look again.

The limits are generous, for only a failure takes that long.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 60.0  # seconds
_STEP = 0.02  # seconds between two looks


async def until(condition: Callable[[], Any], what: str = "", seconds: float = PATIENCE) -> Any:
    """The first true value of `condition`, whose value may have to be awaited; fails with `what` if none comes."""
    give_up = time.monotonic() + seconds
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await _bounded(value, give_up - time.monotonic())
        if value:
            return value
        assert time.monotonic() < give_up, f"never came: {what or condition}"
        await asyncio.sleep(_STEP)


def found_in_time(condition: Callable[[], T], seconds: float = PATIENCE) -> T:
    """The first true value of `condition`, or its last one once that time is over. Blocks the thread."""
    give_up = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < give_up:
        time.sleep(_STEP)
    return value


def blocking_until(condition: Callable[[], T], what: str = "", seconds: float = PATIENCE) -> T:
    """The same as `until`, in a thread of its own or without an event loop."""
    value = found_in_time(condition, seconds)
    assert value, f"never came: {what or condition}"
    return value


async def _bounded(value: Awaitable[Any], seconds: float) -> Any:
    return await asyncio.wait_for(value, max(1.0, seconds))
