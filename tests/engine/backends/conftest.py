from collections.abc import AsyncIterator
from typing import Any

import pytest

from hearth.engine.types import Status


@pytest.fixture
async def closing() -> AsyncIterator[list[Any]]:
    """What is put in is closed or stopped at the end, the last first."""
    things: list[Any] = []
    yield things
    for thing in reversed(things):
        await (thing.close() if hasattr(thing, "close") else thing.stop())


@pytest.fixture
def statuses() -> list[Status]:
    return []
