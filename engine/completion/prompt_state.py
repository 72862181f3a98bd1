"""One document's warm prompt: the text around its cursor that the model has read ahead of the next request.

    cold  ->  quick  ->  growing  ->  full

A quick prompt shows little text, so that its request is answered soon. A full one shows all that its budget
allows, with passages of other files, and is evaluated in the background while the quick one answers. A feature
that asks a model about a cursor takes a `FramedPrompt` from here: most of its tokens are in the KV cache already.

The queries change nothing. `use`, `grow`, `outdate` and `stop` are the operations. All run on the event loop.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hearth.engine import aside
from hearth.engine.backends import Backend
from hearth.engine.completion import budgets
from hearth.engine.completion.frames import MAX_TYPED, Budget, Frame, displayed_path, frame_at, with_context
from hearth.engine.context.gathering import Gathered, gather
from hearth.engine.context.query import ContextQuery
from hearth.engine.errors import HearthError
from hearth.engine.screen import completion_request
from hearth.engine.text import common_start
from hearth.engine.types import FimPrompt, Snapshot

log = logging.getLogger("hearth.completion")
Surroundings = Callable[[Snapshot, int, tuple[int, int]], ContextQuery | None]

_GATHERING = 5.0  # seconds in which other files must be read; their disk may be a network's


@dataclass(frozen=True, slots=True)
class Cold:
    """The model has read nothing of the document."""


@dataclass(frozen=True, slots=True)
class Quick:
    """Requests are answered from `frame`, which shows little text."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Full:
    """Requests are answered from `frame`, which shows all that there is time for."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Growing:
    """Requests are answered from `now`, while `following`, a full frame, is evaluated.

    Where that is interrupted the state stays: the next `grow` goes on with `following` if it still fits.
    """

    now: Quick | Full
    following: Frame


State = Cold | Quick | Growing | Full


@dataclass(frozen=True, slots=True)
class FramedPrompt:
    """What a model is shown for the cursor at `offset`: a frame, and what was `typed` in it left of the cursor.

    `gathered` says which passages of other files the frame may show; None where none were looked for.
    """

    snapshot: Snapshot
    offset: int
    frame: Frame
    typed: str
    is_full: bool
    gathered: Gathered | None = None

    def fim(self, begun: str = "") -> FimPrompt:
        """`begun` is the end of `typed` that the model is not shown, but is to say again."""
        return self.frame.prompt(self.typed, begun)


@dataclass
class WarmPrompts:
    """The warm prompts of all open documents, and how fast this machine evaluates prompts."""

    backend: Backend
    most: Budget
    surroundings: Surroundings = lambda snapshot, offset, window: None

    def __post_init__(self) -> None:
        self.speed = budgets.PrefillSpeed()
        self._states: dict[str, PromptState] = {}

    def of(self, uri: str) -> "PromptState":
        if uri not in self._states:
            self._states[uri] = PromptState(self)
        return self._states[uri]

    def forget(self, uri: str) -> None:
        """The document was closed."""
        if (state := self._states.pop(uri, None)) is not None:
            state.stop()

    async def wake(self) -> None:
        """Have the model loaded. A backend that fails is not reported: the first request will say why."""
        with suppress(HearthError):
            await self.evaluate("", FimPrompt("", ""))

    async def evaluate(self, uri: str, prompt: FimPrompt) -> None:
        """Have the backend evaluate a prompt ahead of its request. Raises `HearthError`."""
        self.speed.learn(await self.backend.warm(completion_request(uri, prompt, max_tokens=1)))


class PromptState:
    """The warm prompt of one document."""

    def __init__(self, shared: WarmPrompts) -> None:
        self._shared = shared
        self._state: State = Cold()
        self._gathered: Gathered | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> State:
        return self._state

    @property
    def is_full(self) -> bool:
        """Whether requests are answered from a full frame."""
        return isinstance(self._now, Full)

    @property
    def is_busy(self) -> bool:
        """Whether `grow` is under way."""
        return self._task is not None and not self._task.done()

    def warm(self, snapshot: Snapshot, offset: int) -> FramedPrompt | None:
        """The prompt that the model has read, for a cursor there; None where it is stale."""
        now = self._now
        typed = now.frame.typed_in(snapshot, offset) if now is not None else None
        if now is None or typed is None:
            return None
        return FramedPrompt(snapshot, offset, now.frame, typed, isinstance(now, Full), self._gathered)

    def soonest(self, snapshot: Snapshot, offset: int) -> FramedPrompt:
        """The prompt that is answered soonest: the warm one, or a quick one where that is stale."""
        warm = self.warm(snapshot, offset)
        return warm if warm is not None else self._quick(snapshot, offset)

    async def fullest(self, snapshot: Snapshot, offset: int) -> FramedPrompt:
        """The prompt that says most: the warm one if it is full, or a new full one.

        That one shows other files, which must be read; what takes longer than 5 s is left out.
        """
        warm = self.warm(snapshot, offset)
        return warm if warm is not None and warm.is_full else await self._full(snapshot, offset)

    def grows_for(self, prompt: FramedPrompt) -> bool:
        """Whether `prompt` is warm, and what is evaluated beside it will serve the requests after it."""
        if not isinstance(self._state, Growing) or self._state.now.frame is not prompt.frame:
            return False
        return self._state.following.typed_in(prompt.snapshot, prompt.offset) is not None

    def use(self, prompt: FramedPrompt) -> None:
        """The prompt is sent to the model now, so it is the warm one from here on."""
        if prompt.is_full:
            self._gathered = prompt.gathered
        now = Full(prompt.frame) if prompt.is_full else Quick(prompt.frame)
        self._state = Growing(now, self._state.following) if isinstance(self._state, Growing) else now

    def grow(self, snapshot: Snapshot, offset: int, pause: float = 0.0) -> asyncio.Task[None]:
        """Evaluate in the background what a cursor there will need, after `pause` seconds.

        The task raises what the backend raises, `HearthError`.
        """
        self.stop()
        self._task = asyncio.create_task(self._grow(snapshot, offset, pause))
        return self._task

    def outdate(self) -> None:
        """Other files say more now: the next `grow` makes a full prompt anew. What is warm serves until then."""
        if (now := self._now) is not None:
            self._state = Quick(now.frame)

    def stop(self) -> None:
        """End what `grow` began. What was evaluated stays warm."""
        if self._task is not None:
            self._task.cancel()

    @property
    def _now(self) -> Quick | Full | None:
        state = self._state.now if isinstance(self._state, Growing) else self._state
        return None if isinstance(state, Cold) else state

    async def _grow(self, snapshot: Snapshot, offset: int, pause: float) -> None:
        """First a quick frame where there is none, then the full one; each is used once it is evaluated."""
        await asyncio.sleep(pause)
        warm = self.warm(snapshot, offset)
        if warm is None:
            quick = self._quick(snapshot, offset)
            await self._evaluate(quick)
            self.use(quick)
        elif warm.is_full and len(warm.typed) < MAX_TYPED // 2:
            return
        full = self._interrupted(snapshot, offset)
        if full is None:
            full = await self._full(snapshot, offset)
        if (now := self._now) is not None:
            self._gathered, self._state = full.gathered, Growing(now, full.frame)
        await self._evaluate(full)
        self._state = Full(full.frame)

    def _interrupted(self, snapshot: Snapshot, offset: int) -> FramedPrompt | None:
        """The full prompt whose evaluation was interrupted, if it fits there."""
        if not isinstance(self._state, Growing):
            return None
        frame = self._state.following
        typed = frame.typed_in(snapshot, offset)
        return FramedPrompt(snapshot, offset, frame, typed, True, self._gathered) if typed is not None else None

    async def _evaluate(self, prompt: FramedPrompt) -> None:
        await self._shared.evaluate(prompt.snapshot.uri, prompt.fim())

    def _quick(self, snapshot: Snapshot, offset: int) -> FramedPrompt:
        """Little below the cursor, and above it what the KV cache holds already."""
        full = budgets.ahead(self._shared.most, self._shared.speed)
        quick = budgets.quick(full, self._shared.speed)
        path, before = displayed_path(snapshot), snapshot.above
        frame = frame_at(snapshot.text, offset, Budget(full.prefix, quick.suffix), path, before)
        old = self._now.frame if self._now is not None else None
        if old is not None and 2 * common_start(old.above, frame.above) > len(frame.above):
            frame = with_context(frame, old.context)
        else:
            frame = frame_at(snapshot.text, offset, quick, path, before)
        typed = frame.typed(snapshot.text, offset) or ""
        return FramedPrompt(snapshot, offset, frame, typed, False, self._gathered)

    async def _full(self, snapshot: Snapshot, offset: int) -> FramedPrompt:
        budget = budgets.ahead(self._shared.most, self._shared.speed)
        frame = frame_at(snapshot.text, offset, budget, displayed_path(snapshot), snapshot.above)
        gathered = await self._gather(self._shared.surroundings(snapshot, offset, frame.window))
        if gathered is not None:
            frame = with_context(frame, gathered.files)
        typed = frame.typed(snapshot.text, offset) or ""
        return FramedPrompt(snapshot, offset, frame, typed, True, self._gathered if gathered is None else gathered)

    async def _gather(self, query: ContextQuery | None) -> Gathered | None:
        """Passages of other files; None where there are none to look for, or that takes too long."""
        if query is None:
            return None
        before = self._gathered
        try:
            return await aside.run(_GATHERING, lambda: gather(query, query.settings.tokens, before))
        except TimeoutError:
            log.warning("what other files say did not come within %g s; it is left out", _GATHERING)
            return None
