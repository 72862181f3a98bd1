from dataclasses import dataclass, field

from tests.benchmarks.engines import Buffer, Suggestion
from tests.benchmarks.metrics import Step
from tests.benchmarks.trace import Place
from tests.benchmarks.typist import Pace, retype

PLACE = Place("python", "a.py", "def f(x):\n    ", "y = x * 2\n    return y", "\n")


@dataclass
class Prophet:
    """An engine that knows what follows, but says only `length` characters of it, and `lie` behind that."""

    length: int
    lie: str = ""
    calls: list[str] = field(default_factory=list)

    async def open(self, buffer: Buffer) -> None:
        self.calls.append("open")

    async def rest(self, buffer: Buffer) -> None:
        self.calls.append("rest")

    async def typed(self, buffer: Buffer, text: str) -> None:
        self.calls.append(text)

    async def ask(self, buffer: Buffer) -> Suggestion:
        following = (PLACE.above + PLACE.removed)[len(buffer.above) :]
        return Suggestion(following[: self.length] + self.lie if self.length else "", 3, 2)

    async def leave(self, buffer: Buffer) -> None:
        self.calls.append("leave")


async def typed(engine: Prophet, place: Place = PLACE, keys: int = 99) -> list[Step]:
    return await retype(engine, place, Pace(keys))


async def test_without_suggestions_every_key_is_pressed() -> None:
    engine = Prophet(0)
    steps = await typed(engine)
    assert "".join(step.key for step in steps) == PLACE.removed
    assert [step.key for step in steps][9:11] == ["\n    ", "r"]
    assert engine.calls[0] == "open"
    assert engine.calls[-1] == "leave"


async def test_a_right_suggestion_is_accepted_with_one_key() -> None:
    (step,) = await typed(Prophet(99))
    assert (step.key, step.pressed) == (PLACE.removed, 1)


async def test_the_part_that_stays_after_an_accepted_line_is_not_new() -> None:
    place = Place("python", "a.py", PLACE.above, PLACE.removed + "\n", PLACE.below)
    first, second, *_ = await typed(Prophet(99, "\n    wrong"), place)
    assert first.key == "y = x * 2"
    assert (first.is_new, second.is_new) == (True, False)


async def test_only_the_first_request_is_cold() -> None:
    steps = await typed(Prophet(0))
    assert [step.kind for step in steps[:3]] == ["first", "warm", "warm"]


async def test_a_place_is_left_after_so_many_keys() -> None:
    assert len(await typed(Prophet(0), keys=4)) == 4


async def test_what_was_accepted_counts_only_as_far_as_all_engines_type() -> None:
    (step,) = await typed(Prophet(99), keys=4)
    assert step.key == "y = "


async def test_what_a_request_cost_is_kept() -> None:
    steps = await typed(Prophet(0))
    assert (steps[0].evaluated, steps[0].generated) == (3, 2)
