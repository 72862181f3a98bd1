"""Work that may hang, beside the event loop and with a deadline: what asks a disk, which may be a network's.

A thread that waits for a disk cannot be stopped, only left. So the threads are daemons, which hold up no exit,
and there are never more than a few: once they all hang, new work fails at once.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

MAX_THREADS = 16
_room = threading.Semaphore(MAX_THREADS)


async def run(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns or raises; `TimeoutError`, which is an `OSError`, when it takes longer."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def finish(result: T | None, error: BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop has ended; nobody waits
            loop.call_soon_threadsafe(settle, result, error)

    _start(work, finish)
    async with asyncio.timeout(seconds):
        return await future


def wait(seconds: float, work: Callable[[], T]) -> T:
    """The same for plain functions: the caller waits, on the event loop too, so let it be a moment only."""
    found: list[tuple[T | None, BaseException | None]] = []
    ended = threading.Event()

    def finish(result: T | None, error: BaseException | None) -> None:
        found.append((result, error))
        ended.set()

    _start(work, finish)
    if not ended.wait(seconds):
        raise TimeoutError(f"it takes longer than {seconds:g} s")
    result, error = found[0]
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # without an error there is a result


def _start(work: Callable[[], T], finish: Callable[[T | None, BaseException | None], None]) -> None:
    if not _room.acquire(blocking=False):
        raise TimeoutError("the disk does not answer")

    def thread() -> None:
        try:
            result, error = work(), None
        except BaseException as raised:
            result, error = None, raised
        finally:
            _room.release()
        finish(result, error)

    threading.Thread(target=thread, name="aside", daemon=True).start()
