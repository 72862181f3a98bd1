"""Types one place again, beside an engine that suggests: what is on the screen, who looks when, and what he does.

Everything that happens is a row of one table, so that other rules of counting can be applied to it later. The
screen is that of an editor that keeps what is suggested while one types along it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tests.benchmarks.metrics import Acceptance
from tests.benchmarks.trace import Place, next_key
from tests.benchmarks.wholeness import is_torn
from tests.benchmarks.worth.typist import ACCEPT_MS, CHECK_MS, EYES_MS, Plan, acceptance, reading_ms

What = Literal["key", "look", "accept", "answer"]


class Suggester(Protocol):
    """An engine, as an editor sees it."""

    async def open(self, place: Place, on_growth: Callable[[], None]) -> None:
        """The cursor has come to that place; `on_growth` is called when the last answer has become longer."""
        ...

    def typed(self, text: str) -> None:
        """`text` was inserted at the cursor."""
        ...

    async def ask(self) -> str | None:
        """Ghost text at the cursor, "" for none; None when it was asked again meanwhile."""
        ...

    async def leave(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened at an offset of the text of a place, `at_ms` after the first key was due.

    - key: `text` was typed; `shown` is what stood on the screen when it was.
    - look: `shown` is what was seen. Of it `right` characters are what follows, and `known` were read before;
      `torn` tells that it does not end where a person would stop. To read it took `ms`.
    - accept: `text` of what was `shown` was taken, with `pressed` keys.
    - answer: `shown` came `ms` after it was asked for; `grown`: as more of an earlier answer.
    """

    what: What
    offset: int
    at_ms: float
    text: str = ""
    shown: str = ""
    pressed: int = 0
    right: int = 0
    known: int = 0
    torn: bool = False
    grown: bool = False
    ms: float = 0.0


@dataclass
class Retyping:
    """One place, one typist, one engine."""

    engine: Suggester
    place: Place
    plan: Plan
    steps: list[Step] = field(default_factory=list)
    _offset: int = 0
    _ghost: str = ""
    _read: str = ""  # what of the ghost was read already
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> list[Step]:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        await self.engine.open(self.place, self._grown)
        await asyncio.sleep(self.plan.rest_ms / 1000)
        self._began = self._loop.time()
        self._ask()
        has_accepted, blind = False, 0
        while self._offset < len(self.place.removed):
            wait_ms = self.plan.before_ms.get(self._offset, self.plan.burst_ms)
            is_looking = self.plan.is_pause(self._offset) or has_accepted
            if has_accepted:
                wait_ms = max(wait_ms, CHECK_MS)
            has_accepted = False
            due = self._loop.time() + wait_ms / 1000
            if is_looking:
                has_accepted = await self._look_until(due)
                blind = 0
            else:
                await asyncio.sleep(due - self._loop.time())
                blind += 1
                if blind >= self.plan.patience.get(self._offset, 1):
                    has_accepted = await self._look()
                    blind = 0
            if not has_accepted:
                key = next_key(self._following)
                self._note("key", text=key, shown=self._ghost, pressed=1)
                self._insert(key)
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self.engine.leave()
        return self.steps

    @property
    def _following(self) -> str:
        return self.place.removed[self._offset :]

    async def _look_until(self, due: float) -> bool:
        """Look in a pause, whenever there is something new to read; whether something was accepted."""
        await asyncio.sleep(min(EYES_MS / 1000, max(0.0, due - self._loop.time())))
        has_read = False
        while True:
            self._news.clear()
            if self._ghost and self._ghost != self._read:
                has_read = True
                if await self._look():
                    return True
                continue
            try:
                async with asyncio.timeout_at(due):
                    await self._news.wait()
            except TimeoutError:
                break
        if not has_read:
            return await self._look()
        return False

    async def _look(self) -> bool:
        """Read what is there, and take of it what is right; whether something was taken."""
        ghost, known = self._ghost.rstrip(), len(self._read.rstrip())
        if not ghost.startswith(self._read.rstrip()):
            known = 0
        right = _common(ghost, self._following)
        new = len(ghost) - known
        ms = reading_ms(new, max(0, right - known)) if new > 0 else 0.0
        torn = bool(ghost) and is_torn(self.place.language, self._above, self._ghost, self.place.below)
        self._note("look", shown=ghost, right=right, known=known, torn=torn, ms=ms)
        shown, self._read = self._ghost, self._ghost
        await asyncio.sleep(ms / 1000)
        if not self._ghost.startswith(shown):
            return False  # it has gone while he was reading
        taken = acceptance(shown, self._following)
        if taken is None:
            return False
        await self._accept(taken, shown)
        return True

    async def _accept(self, taken: Acceptance, shown: str) -> None:
        await asyncio.sleep(taken.pressed * ACCEPT_MS / 1000)
        self._note("accept", text=taken.text, shown=shown, pressed=taken.pressed)
        self._insert(taken.text)

    @property
    def _above(self) -> str:
        return self.place.above + self.place.removed[: self._offset]

    def _insert(self, text: str) -> None:
        self._offset += len(text)
        self._ghost = _along(self._ghost, text)
        self._read = _along(self._read, text)
        self.engine.typed(text)
        if self._offset < len(self.place.removed):
            self._ask()

    def _ask(self, grown: bool = False) -> None:
        task = asyncio.create_task(self._answer(grown))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _answer(self, grown: bool) -> None:
        asked, offset = self._loop.time(), self._offset
        ghost = await self.engine.ask()
        if ghost is None or offset != self._offset:
            return
        self._note("answer", shown=ghost, grown=grown, ms=1000 * (self._loop.time() - asked))
        if ghost != self._ghost:
            self._ghost = ghost
            self._read = self._read if ghost.startswith(self._read) else ""
            self._news.set()

    def _grown(self) -> None:
        self._ask(grown=True)

    def _note(
        self,
        what: What,
        text: str = "",
        shown: str = "",
        pressed: int = 0,
        right: int = 0,
        known: int = 0,
        torn: bool = False,
        grown: bool = False,
        ms: float = 0.0,
    ) -> None:
        at_ms = round(1000 * (self._loop.time() - self._began), 3)
        self.steps.append(
            Step(what, self._offset, at_ms, text, shown, pressed, right, known, torn, grown, round(ms, 3))
        )


def _along(ghost: str, text: str) -> str:
    """What remains of it once `text` was typed."""
    return ghost[len(text) :] if ghost.startswith(text) else ""


def _common(left: str, right: str) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
