"""Who looks when, and what he does then: an engine that is scripted, in virtual time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.benchmarks.trace import Place
from tests.benchmarks.worth import clock
from tests.benchmarks.worth.clock import Clock
from tests.benchmarks.worth.retyping import Retyping, Step
from tests.benchmarks.worth.typist import ACCEPT_MS, EYES_MS, Plan, reading_ms

REMOVED = "value = compute(first)"
PLACE = Place("python", "/p/a.py", "def f(first):\n    ", REMOVED, "\n    return value\n")


def plan(pause_at: int | None = None, patience: int = 99) -> Plan:
    """A key every 100 ms, and one pause of a second."""
    before = {offset: 1000.0 if offset == pause_at else 100.0 for offset in range(len(REMOVED))}
    return Plan(before, dict.fromkeys(before, patience), 0.0, 100.0)


@dataclass
class Scripted:
    """`ghosts` by offset, `seconds` after it was asked; what is `grown` follows a second later."""

    ghosts: dict[int, str]
    seconds: float = 0.05
    grown: dict[int, str] = field(default_factory=dict)
    offset: int = 0
    left: bool = False

    async def open(self, place: Place, on_growth: Callable[[], None]) -> None:
        self._on_growth = on_growth

    def typed(self, text: str) -> None:
        self.offset += len(text)

    async def ask(self) -> str | None:
        offset = self.offset
        await asyncio.sleep(self.seconds)
        if offset in self.grown:
            part, self.ghosts[offset] = self.ghosts[offset], self.grown.pop(offset)
            asyncio.get_running_loop().call_later(0.5, self._on_growth)
            return part
        return self.ghosts.get(offset, "")

    async def leave(self) -> None:
        self.left = True


def steps_of(engine: Scripted, typist: Plan) -> list[Step]:
    async def main(time: Clock) -> list[Step]:
        return await Retyping(engine, PLACE, typist).run()

    return clock.run(main)


def of(what: str, steps: list[Step]) -> list[Step]:
    return [step for step in steps if step.what == what]


def test_nobody_looks_in_a_burst_before_his_patience_ends() -> None:
    steps = steps_of(Scripted({offset: REMOVED[offset:] for offset in range(len(REMOVED))}), plan())
    assert not of("look", steps) and len(of("key", steps)) == len(REMOVED)
    assert all(key.shown for key in of("key", steps)[1:]), "it stood on the screen all the same"
    assert steps[-1].at_ms == 100.0 * len(REMOVED)


def test_a_pause_ends_with_what_is_right() -> None:
    engine = Scripted({8: REMOVED[8:]})
    steps = steps_of(engine, plan(pause_at=8))
    (look,), (accept,) = of("look", steps), of("accept", steps)
    assert look.at_ms == 800.0 + EYES_MS
    assert accept.at_ms == look.at_ms + reading_ms(14, 14) + ACCEPT_MS
    assert (accept.text, accept.pressed) == (REMOVED[8:], 1)
    assert engine.left


def test_an_answer_that_comes_within_the_pause_is_seen_when_it_comes() -> None:
    steps = steps_of(Scripted({8: REMOVED[8:]}, seconds=0.7), plan(pause_at=8))
    assert [look.at_ms for look in of("look", steps)] == [1500.0]


def test_an_answer_that_comes_too_late_is_not_seen() -> None:
    steps = steps_of(Scripted({8: REMOVED[8:]}, seconds=1.5), plan(pause_at=8))
    (look,) = of("look", steps)
    assert (look.shown, look.ms) == ("", 0.0) and len(of("key", steps)) == len(REMOVED)


def test_what_is_wrong_is_read_once_and_costs_time() -> None:
    steps = steps_of(Scripted({8: "other(things)"}), plan(pause_at=8))
    (look,) = of("look", steps)
    assert (look.right, look.known, look.ms) == (0, 0, reading_ms(13, 0))
    assert not of("accept", steps)
    assert steps[-1].at_ms == 100.0 * len(REMOVED) + 900.0  # it was read within the pause


def test_reading_in_a_burst_delays_the_next_key() -> None:
    steps = steps_of(Scripted({5: " += 1"}), plan(patience=6))
    first = of("look", steps)[0]
    assert first.offset == 5 and first.ms == reading_ms(5, 1)
    key = next(step for step in of("key", steps) if step.offset == 5)
    assert key.at_ms == first.at_ms + first.ms


def test_what_grows_is_read_from_where_he_was() -> None:
    steps = steps_of(Scripted({8: "comp"}, grown={8: "compute(second)"}), plan(pause_at=8))
    first, second = of("look", steps)[:2]
    assert (first.shown, second.shown, second.known) == ("comp", "compute(second)", 4)
    assert second.right == len("compute(")


def test_words_are_taken_where_the_rest_is_wrong_and_that_is_not_read_again() -> None:
    steps = steps_of(Scripted({8: "compute(second)"}), plan(pause_at=8))
    accept = of("accept", steps)[0]
    assert (accept.text, accept.pressed) == ("compute(", 2)
    assert sum(len(look.shown) > look.known for look in of("look", steps)) == 1
