import asyncio
import threading

import pytest

from tests.benchmarks.worth import clock
from tests.benchmarks.worth.clock import Changed, Clock


def test_sleeps_jump_and_keep_their_order() -> None:
    async def main(time: Clock) -> list[tuple[str, float]]:
        told: list[tuple[str, float]] = []

        async def after(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            told.append((name, time.now))

        await asyncio.gather(after("late", 3600.0), after("soon", 0.25))
        return told

    assert clock.run(main) == [("soon", 0.25), ("late", 3600.0)]


def test_nothing_to_wait_for_is_an_error_and_no_endless_wait() -> None:
    async def main(time: Clock) -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        clock.run(main)


def test_a_thread_takes_its_time_from_the_same_clock() -> None:
    told: list[tuple[str, float]] = []

    async def main(time: Clock) -> None:
        changed = Changed(time)

        def work() -> None:
            with changed:
                changed.wait()
            told.append(("begins", time.now))
            time.park(2.0)
            told.append(("ends", time.now))
            time.leave()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        await asyncio.sleep(1.0)
        with changed:
            changed.notify()
        await asyncio.sleep(1.0)
        told.append(("loop", time.now))
        await asyncio.sleep(5.0)
        thread.join(timeout=60)

    clock.run(main)
    assert told == [("begins", 1.0), ("loop", 2.0), ("ends", 3.0)]


def test_a_thread_that_is_woken_goes_on_early() -> None:
    ended: list[float] = []

    async def main(time: Clock) -> None:
        changed = Changed(time)

        def work() -> None:
            with changed:
                time.park(100.0)
            ended.append(time.now)
            time.leave()

        threading.Thread(target=work, daemon=True).start()
        await asyncio.sleep(1.0)
        time.wake(0.5)
        await asyncio.sleep(1.0)

    clock.run(main)
    assert ended == [1.5]
