"""The engine's own scheduler and sessions in virtual time, with a model of bytes that knows what follows."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from hearth.engine.host.native import LoadOptions, Logits, Model
from hearth.engine.settings import Settings
from hearth.engine.types import CompletionRequest, FimPrompt, Finished, ModelRef, StopPolicy
from tests.benchmarks.trace import Place
from tests.benchmarks.worth import account, clock, typist
from tests.benchmarks.worth.clock import Clock
from tests.benchmarks.worth.hearth import Played
from tests.benchmarks.worth.host import Machine, PlayedBackend
from tests.benchmarks.worth.retyping import Retyping, Step
from tests.benchmarks.worth.times import TokenTimes

MARKS = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|repo_name|>", "<|file_sep|>", "<|endoftext|>")
END = 256 + MARKS.index("<|endoftext|>")
PRE, SUF, MID = (256 + MARKS.index(mark) for mark in MARKS[:3])
TIMES = TokenTimes("none", (1, 64), (0, 4096), ((10.0, 100.0), (10.0, 100.0)), 0.0)
PLACE = Place(
    "python",
    "/project/shop.py",
    "def total(basket):\n    " + "\n    ".join(f"item_{n} = basket[{n}]" for n in range(20)) + "\n    ",
    "answer = item_0 + item_1\n    answer += item_2\n    return answer",
    "\n\n\nprint(total(range(20)))\n",
)
PLAN = typist.plan(PLACE.removed, 200, 1)


class Bytes(Model):
    """A vocabulary without weights."""

    adds_blanks = False
    keeps_a_state = False

    def __init__(self) -> None:
        self.options = LoadOptions(threads=1)
        self.vocab_size = 256 + len(MARKS)

    def tokenize(self, text: str, special: bool = False) -> list[int]:
        return [256 + MARKS.index(text)] if special and text in MARKS else list(text.encode())

    def pieces(self) -> list[bytes]:
        return [bytes([byte]) for byte in range(256)] + [b""] * len(MARKS)

    def end_tokens(self) -> list[int]:
        return [END]

    def begin_token(self) -> int | None:
        return None

    def trained_context(self) -> int:
        return 4096

    def cache_bytes_per_token(self) -> int:
        return 1

    def close(self) -> None:
        pass


class Knows:
    """An oracle that has read `text`; where it does not know, or at `lies`, it says something else."""

    def __init__(self, text: str, lie_behind: str = "") -> None:
        self.text, self.lie_behind = text, lie_behind
        self.asked: list[tuple[int, ...]] = []

    def logits(self, tokens: Sequence[int], wanted: bytes) -> Logits:
        self.asked.append(tuple(tokens))
        typed = bytes(tokens[max(i for i, token in enumerate(tokens) if token == MID) + 1 :])
        above = bytes(token for token in tokens[: tokens.index(SUF)][-400:] if token < 256)
        known = (above + typed).decode()[-60:]
        at = self.text.find(known)
        follows = self.text[at + len(known) : at + len(known) + 1].encode() if at >= 0 else b""
        if self.lie_behind and known.endswith(self.lie_behind):
            follows = b"9"
        logits = np.zeros(256 + len(MARKS), np.float32)
        logits[follows[0] if follows else END] = 20.0
        return logits


def here(oracle: Knows, times: TokenTimes = TIMES) -> Machine:
    return Machine(Bytes(), ModelRef("bytes", "bytes.gguf", family="qwen", knows_end=False), oracle, times)


def simulated(machine: Machine, story: Callable[[PlayedBackend, Clock], Awaitable[None]]) -> None:
    async def main(time: Clock) -> None:
        backend = PlayedBackend(machine, time)
        await backend.ready()
        try:
            await story(backend, time)
        finally:
            await backend.close()

    clock.run(main)


def typed(oracle: Knows, grows: bool = True, times: TokenTimes = TIMES) -> list[Step]:
    steps: list[Step] = []

    async def story(backend: PlayedBackend, time: Clock) -> None:
        engine = Played(backend, Settings(), lambda place: "/project", grows)
        steps.extend(await Retyping(engine, PLACE, PLAN).run())

    simulated(here(oracle, times), story)
    return steps


def text_of(steps: list[Step]) -> str:
    return "".join(step.text for step in steps if step.what in ("key", "accept"))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path))


WHOLE = PLACE.above + PLACE.removed + PLACE.below


def request(document: str, typed: str = "", above: str = PLACE.above) -> CompletionRequest:
    return CompletionRequest(
        document, FimPrompt(above, PLACE.below, typed), StopPolicy(mode="line"), supersedes=document
    )


def test_a_decode_takes_what_was_measured() -> None:
    spoke: list[float] = []
    prompt_tokens: list[int] = []

    async def story(backend: PlayedBackend, time: Clock) -> None:
        began = time.now
        async for event in backend.generate(request("a")):
            if isinstance(event, Finished):
                prompt_tokens.append(event.usage.evaluated_tokens)
                assert event.usage.decode_ms == pytest.approx(10.0 * event.usage.generated_tokens, abs=10.1)
            elif not spoke:
                spoke.append(time.now - began)

    simulated(here(Knows(WHOLE)), story)
    chunks, rest = divmod(prompt_tokens[0], 64)
    prefill = 0.1 * chunks + (0.001 * TIMES.decode_ms(rest, 0) if rest else 0.0)
    assert spoke[0] == pytest.approx(prefill, abs=0.005)


def test_a_completion_goes_before_a_prefill_that_is_under_way() -> None:
    waited: list[float] = []
    warmed: list[float] = []

    async def story(backend: PlayedBackend, time: Clock) -> None:
        async def ask() -> None:
            began = time.now
            async for _ in backend.generate(request("b", above="x = 1\n")):
                break
            waited.append(time.now - began)

        async def warm() -> None:
            await backend.warm(request("a"))
            warmed.append(time.now)

        warming = asyncio.create_task(warm())
        await asyncio.sleep(0.001)
        await ask()
        assert not warmed, "the prefill had the time of the completion too"
        await warming

    simulated(here(Knows(WHOLE)), story)
    alone = 0.4  # seconds: what its own prompt takes at most
    assert waited[0] < alone


def test_what_is_only_prefilled_is_not_computed() -> None:
    oracle = Knows(WHOLE)

    async def story(backend: PlayedBackend, time: Clock) -> None:
        await backend.warm(request("a"))

    simulated(here(oracle), story)
    assert not oracle.asked


def test_a_closed_answer_is_cancelled_in_the_host() -> None:
    oracle = Knows(WHOLE)

    async def story(backend: PlayedBackend, time: Clock) -> None:
        answer = backend.generate(request("a"))
        await anext(answer)
        await answer.aclose()
        asked = len(oracle.asked)
        await asyncio.sleep(60.0)
        assert len(oracle.asked) <= asked + 1

    simulated(here(oracle), story)


def test_an_engine_that_knows_saves_keys_and_shows_nothing_wrong() -> None:
    steps = typed(Knows(WHOLE))
    assert text_of(steps) == PLACE.removed
    one = account.sums(PLACE.removed, PLAN, steps)
    assert one.pressed < one.keys / 2 and one.right > 0 and one.wrong == 0
    assert account.FIGURES["benefit per 100 keys"](one) is not None


def test_a_wrong_word_is_counted_and_not_taken() -> None:
    steps = typed(Knows(WHOLE, lie_behind="answer = item_0"))
    assert text_of(steps) == PLACE.removed
    assert account.sums(PLACE.removed, PLAN, steps).wrong > 0


def test_two_runs_are_the_same() -> None:
    assert typed(Knows(WHOLE)) == typed(Knows(WHOLE))


def test_a_slow_machine_saves_less() -> None:
    slow = TokenTimes("none", (1, 64), (0, 4096), ((400.0, 9000.0), (400.0, 9000.0)), 0.0)
    pressed = [sum(step.pressed for step in typed(Knows(WHOLE), times=times)) for times in (TIMES, slow)]
    assert pressed[0] < pressed[1]
