"""Virtual time: an event loop whose sleeps jump, and a thread of the engine that goes by the same clock.

The loop and the thread take turns: one of them runs, the other one waits. Time passes only while neither has
anything to do; then it jumps to whatever is next. So what the loop and the thread compute takes no time at all,
and what they say takes time does, to the microsecond the same in each run.
"""

import asyncio
import math
import selectors
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")
_PATIENCE = 600.0  # real seconds that one turn may take


class Clock:
    """Virtual seconds. The loop's thread calls `give_turn` and `pass_time`, the other one `park` and `leave`."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due = math.inf  # when the thread goes on
        self._is_threads_turn = False
        self._turn = threading.Condition()

    def time(self) -> float:
        return self.now

    def wake(self, after: float = 0.0) -> None:
        """The parked thread goes on no later than so many seconds from now."""
        self._due = min(self._due, self.now + after)

    def give_turn(self) -> None:
        """Let the thread run until it parks, if it is due."""
        if self._due > self.now:
            return
        self._due = math.inf
        with self._turn:
            self._is_threads_turn = True
            self._turn.notify_all()
            if not self._turn.wait_for(lambda: not self._is_threads_turn, _PATIENCE):
                raise RuntimeError("the engine's thread does not come to an end of its turn")

    def pass_time(self, until: float) -> None:
        """Jump to `until`, or to where the thread is due before that."""
        until = min(until, self._due)
        if until == math.inf:
            raise RuntimeError("everybody waits, and nothing will ever happen")
        self.now = max(self.now, until)

    def take_turn(self) -> None:
        """The thread waits for its first turn."""
        with self._turn:
            self._turn.wait_for(lambda: self._is_threads_turn)

    def park(self, seconds: float) -> None:
        """The thread lets so much time pass, or less when it is woken."""
        self._due = min(self._due, self.now + seconds)
        self.leave()
        self.take_turn()

    def leave(self) -> None:
        with self._turn:
            self._is_threads_turn = False
            self._turn.notify_all()


class Changed(threading.Condition):
    """Stands in for the condition of a scheduler: whoever has the turn has the lock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._loops_thread = threading.get_ident()
        self._has_begun = self._is_waited_for = False
        clock.wake()

    def __enter__(self) -> bool:
        if threading.get_ident() != self._loops_thread and not self._has_begun:
            self._has_begun = True
            self._clock.take_turn()
        return True

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        pass

    def wait(self, timeout: float | None = None) -> bool:
        """Until it is notified; what a scheduler does now and then without a reason is not simulated."""
        self._is_waited_for = True
        self._clock.park(math.inf)
        self._is_waited_for = False
        return True

    def notify(self, n: int = 1) -> None:
        if self._is_waited_for:
            self._clock.wake()


class _Selector(selectors.DefaultSelector):
    """Instead of waiting it lets virtual time pass."""

    clock: Clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.clock.give_turn()
        events = super().select(0)
        if timeout == 0 or events:
            return events
        self.clock.pass_time(math.inf if timeout is None else self.clock.now + timeout)
        self.clock.give_turn()
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: Clock) -> None:
        selector = _Selector()
        selector.clock = clock
        super().__init__(selector)
        self.clock = clock

    def time(self) -> float:
        return self.clock.now


def run(main: Callable[[Clock], Coroutine[Any, Any, T]]) -> T:
    """What `main` returns, in a loop and a time of its own; not in a thread that has a running loop."""
    clock = Clock()
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        return runner.run(main(clock))
