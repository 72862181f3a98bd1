"""One document's warm prompt, with a backend that evaluates when the test says so; `‸` marks the cursor."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest

from hearth.engine import aside
from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion import prompt_state
from hearth.engine.completion.frames import MAX_TYPED, Budget
from hearth.engine.completion.prompt_state import Cold, Full, Growing, PromptState, Quick, WarmPrompts
from hearth.engine.context.gathering import Gathered
from hearth.engine.context.query import ContextQuery
from hearth.engine.errors import HearthError, HostDied
from hearth.engine.types import CompletionRequest, ContextFile, Snapshot, Usage
from tests.engine.completion.typed_in import settle

ABOVE = "".join(f"name_{number} = {number}\n" for number in range(400))
BELOW = "".join(f"\nprint(name_{number})" for number in range(100))
MARKED = f"{ABOVE}x = ‸{BELOW}"
BUDGET = Budget(prefix=1024, suffix=256)


@dataclass
class Held(ScriptedBackend):
    """Evaluates one prompt each time that it is told to. `interrupted` are those it was not told in time."""

    turns: "asyncio.Queue[None]" = field(default_factory=asyncio.Queue)
    interrupted: list[CompletionRequest] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)

    async def warm(self, request: CompletionRequest) -> Usage:
        self.warmed.append(request)
        try:
            await self.turns.get()
        except asyncio.CancelledError:
            self.interrupted.append(request)
            raise
        return self.usage

    async def evaluate(self) -> None:
        self.turns.put_nowait(None)
        await settle()


class Cursor(NamedTuple):
    snapshot: Snapshot
    offset: int


def at(marked: str) -> Cursor:
    return Cursor(Snapshot("file:///a.py", marked.replace("‸", ""), "python", "/a.py"), marked.index("‸"))


def typed_at(typed: str) -> Cursor:
    return at(MARKED.replace("‸", f"{typed}‸"))


def cold(backend: ScriptedBackend | None = None) -> PromptState:
    return WarmPrompts(backend or Held([]), BUDGET).of("file:///a.py")


async def full(backend: Held) -> PromptState:
    state = cold(backend)
    state.grow(*at(MARKED))
    await settle()
    await backend.evaluate()
    await backend.evaluate()
    assert isinstance(state.state, Full)
    return state


def test_nothing_is_warm_at_first_and_to_ask_does_not_change_that() -> None:
    state = cold()
    assert state.warm(*at(MARKED)) is None
    state.soonest(*at(MARKED))
    assert state.state == Cold()


def test_what_is_asked_about_first_shows_little_and_is_warm_from_then_on() -> None:
    state = cold()
    prompt = state.soonest(*at(MARKED))
    state.use(prompt)
    assert state.state == Quick(prompt.frame)
    warm = state.warm(*typed_at("sum("))
    assert warm is not None and not warm.is_full
    assert (warm.frame, warm.typed) == (prompt.frame, "x = sum(")
    assert warm.fim().above == prompt.fim().above


async def test_it_grows_from_cold_to_full_and_each_prompt_is_used_once_it_is_evaluated() -> None:
    backend = Held([])
    state = cold(backend)
    state.grow(*at(MARKED))
    await settle()
    assert state.state == Cold(), "the quick prompt is still being evaluated"
    await backend.evaluate()
    assert isinstance(state.state, Growing) and isinstance(state.state.now, Quick)
    assert not state.is_full and state.is_busy
    await backend.evaluate()
    assert isinstance(state.state, Full)
    assert state.is_full and not state.is_busy
    quick, grown = (request.prompt for request in backend.warmed)
    assert 2 * len(quick.above) < len(grown.above) and len(quick.below) < len(grown.below)


async def test_while_it_grows_requests_are_answered_from_what_is_warm() -> None:
    backend = Held([])
    state = cold(backend)
    state.grow(*at(MARKED))
    await settle()
    await backend.evaluate()
    prompt = state.soonest(*typed_at("s"))
    assert isinstance(state.state, Growing)
    assert prompt.frame is state.state.now.frame
    assert state.grows_for(prompt)
    assert not state.grows_for(state.soonest(*at(f"‸\n{MARKED.replace('‸', '')}"))), (
        "at another cursor it is of no use"
    )
    state.stop()


async def test_what_was_interrupted_is_gone_on_with_where_it_still_fits() -> None:
    backend = Held([])
    state = cold(backend)
    state.grow(*at(MARKED))
    await settle()
    await backend.evaluate()
    state.stop()
    await settle()
    assert len(backend.interrupted) == 1 and isinstance(state.state, Growing)
    following = state.state.following
    state.grow(*typed_at("s"))
    await settle()
    assert state.state.following is following
    before, after = (request.prompt for request in backend.warmed[-2:])
    assert (before.above, before.below) == (after.above, after.below)
    assert (before.typed, after.typed) == ("x = ", "x = s")
    state.stop()


async def test_what_was_interrupted_is_not_gone_on_with_elsewhere() -> None:
    backend = Held([])
    state = cold(backend)
    state.grow(*at(MARKED))
    await settle()
    await backend.evaluate()
    elsewhere = at(f"‸\n{MARKED.replace('‸', '')}")
    state.use(state.soonest(*elsewhere))
    assert isinstance(state.state, Growing), "it may be of use later"
    state.grow(*elsewhere)
    await settle()
    assert backend.warmed[-1].prompt.above == ""
    await backend.evaluate()
    assert isinstance(state.state, Full) and state.warm(*elsewhere) is not None


async def test_what_grows_is_of_no_use_to_a_prompt_that_is_not_warm() -> None:
    backend = Held([])
    state = cold(backend)
    state.grow(*at(MARKED))
    await settle()
    await backend.evaluate()
    state.use(state.soonest(*at(f"‸\n{MARKED.replace('‸', '')}")))
    assert not state.grows_for(state.soonest(*at(MARKED))), "both would be evaluated at the same time"
    state.stop()


async def test_a_full_prompt_is_not_evaluated_again_until_much_was_typed_in_it() -> None:
    backend = Held([])
    state = await full(backend)
    state.grow(*typed_at("a + b"))
    await settle()
    assert (len(backend.warmed), state.is_busy) == (2, False)
    state.grow(*typed_at("a,\n" * (MAX_TYPED // 6)))
    await settle()
    assert len(backend.warmed) == 3
    assert isinstance(state.state, Growing) and isinstance(state.state.now, Full)
    assert state.is_full, "the old one still answers"
    state.stop()


async def test_a_new_quick_prompt_keeps_what_the_cache_holds_above() -> None:
    state = await full(Held([]))
    warm = state.warm(*at(MARKED))
    below = at(MARKED.replace("‸", "1\ny = ‸").replace("print(name_3)", "print(name_4)"))
    prompt = state.soonest(*below)
    assert warm is not None and not prompt.is_full
    assert prompt.fim().above.startswith(warm.fim().above)
    assert len(prompt.fim().below) < len(warm.fim().below)


def asked(query: Callable[[], None]) -> prompt_state.Surroundings:
    def surroundings(snapshot: Snapshot, offset: int, window: tuple[int, int]) -> ContextQuery:
        query()
        return ContextQuery(snapshot, offset, window=window)

    return surroundings


async def test_the_fullest_prompt_shows_other_files_and_to_ask_for_it_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    befores: list[Gathered | None] = []

    def gather(query: ContextQuery, tokens: int, before: Gathered | None) -> Gathered:
        befores.append(before)
        return Gathered((ContextFile("b.py", f"text {len(befores)}"),))

    monkeypatch.setattr(prompt_state, "gather", gather)
    state = WarmPrompts(Held([]), BUDGET, asked(lambda: None)).of("file:///a.py")
    first = await state.fullest(*at(MARKED))
    assert first.fim().context == (ContextFile("b.py", "text 1"),)
    assert (state.state, first.is_full) == (Cold(), True)
    second = await state.fullest(*at(MARKED))
    state.use(second)
    again = await state.fullest(*typed_at("s"))
    assert (again.frame, len(befores)) == (second.frame, 2), "it is full already"
    await state.fullest(*at(f"‸\n{MARKED.replace('‸', '')}"))
    assert befores == [None, None, second.gathered], "what was used last is kept where it is as good"


async def test_files_that_cannot_be_read_in_time_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def late(seconds: float, work: Callable[[], Gathered]) -> Gathered:
        raise TimeoutError

    monkeypatch.setattr(aside, "run", late)
    state = WarmPrompts(Held([]), BUDGET, asked(lambda: None)).of("file:///a.py")
    prompt = await state.fullest(*at(MARKED))
    assert (prompt.is_full, prompt.fim().context, prompt.gathered) == (True, (), None)


async def test_where_the_backend_fails_nothing_is_warm() -> None:
    class Dead(ScriptedBackend):
        async def warm(self, request: CompletionRequest) -> Usage:
            raise HostDied("the model's process went away")

    state = cold(Dead([]))
    with pytest.raises(HearthError):
        await state.grow(*at(MARKED))
    assert state.state == Cold()
    await WarmPrompts(Dead([]), BUDGET).wake()


async def test_on_a_slow_machine_prompts_are_smaller() -> None:
    backend = Held([], usage=Usage(evaluated_tokens=100, prefill_ms=5_000.0))
    prompts = WarmPrompts(backend, BUDGET)
    before = await prompts.of("file:///a.py").fullest(*at(MARKED))
    backend.turns.put_nowait(None)
    await prompts.wake()
    after = await prompts.of("file:///a.py").fullest(*at(MARKED))
    assert 2 * len(after.fim().above) < len(before.fim().above)


async def test_a_closed_document_is_cold_again_and_others_are_not() -> None:
    backend = Held([])
    prompts = WarmPrompts(backend, BUDGET)
    closed, other = prompts.of("file:///a.py"), prompts.of("file:///b.py")
    other.use(other.soonest(*at("y = ‸\n")))
    closed.grow(*at(MARKED))
    await settle()
    prompts.forget("file:///a.py")
    await settle()
    assert len(backend.interrupted) == 1
    assert prompts.of("file:///a.py").state == Cold()
    assert prompts.of("file:///b.py") is other and isinstance(other.state, Quick)
