"""One answer as it grows, with a backend that is told what to say; `‸` marks the cursor."""

import asyncio

import pytest

from hearth.engine.completion.cursor import cursor_at
from hearth.engine.completion.generation import Generation
from hearth.engine.completion.suggestions import Suggestions
from hearth.engine.context.documents import Document
from hearth.engine.errors import HostDied
from hearth.engine.types import Alternative, CompletionRequest, FimPrompt, FinishReason, StopPolicy, Usage
from tests.engine.completion.told import Clock, Told
from tests.engine.completion.told import clock as clock
from tests.engine.completion.typed_in import settle

LATE = 60.0  # seconds


class Made:
    """The answer to the marked place, and what is remembered of it."""

    def __init__(self, marked: str, min_probability: float = 0.0, mode: str = "block") -> None:
        text, self.offset = marked.replace("‸", ""), marked.index("‸")
        self.text, self.backend, self.suggestions = text, Told([]), Suggestions()
        cursor = cursor_at(Document("file:///a.py", text, "python", "/a.py"), self.offset)
        policy = StopPolicy(mode="line") if mode == "line" else StopPolicy(mode="block")
        request = CompletionRequest("file:///a.py", FimPrompt("", ""), policy)
        self.generation = Generation(self.backend, request, cursor, self.suggestions, min_probability)

    def displayable(self, typed: int = 0, min_probability: float = 0.0) -> str:
        return self.generation.displayable(self.offset + typed, min_probability).text

    def remembered(self, typed: str = "") -> str | None:
        text = self.text[: self.offset] + typed + self.text[self.offset :]
        found = self.suggestions.find(text, self.offset + len(typed))
        return None if found is None else found.rest_at(text, self.offset + len(typed))

    def wait(
        self, deadline: float = LATE, second: float = LATE, min_probability: float = 0.0
    ) -> "asyncio.Task[None]":
        return asyncio.create_task(self.generation.wait(deadline, second, self.offset, min_probability))


async def test_what_is_committed_is_remembered_at_once_and_what_is_tentative_is_not() -> None:
    made = Made("‸\n")
    await made.backend.say("x = 1")
    await made.backend.say("\ny = 2")
    await made.backend.think("\nz")
    assert made.remembered() == "x = 1\ny = 2"
    assert made.remembered("x = ") == "1\ny = 2"
    assert made.generation.answer == "x = 1\ny = 2"
    made.generation.cancel()


async def test_it_waits_for_the_end_where_there_is_time() -> None:
    made = Made("‸\n")
    waiting = made.wait()
    await made.backend.say("x = 1")
    assert not waiting.done()
    await made.backend.end(FinishReason.STOP, Usage(generated_tokens=3), rule="block_end")
    await waiting
    assert (made.displayable(), made.generation.reason, made.generation.usage.generated_tokens) == (
        *("x = 1", "block_end"),
        3,
    )
    assert not made.generation.under_way


async def test_past_the_deadline_a_whole_statement_is_enough(clock: Clock) -> None:
    made = Made("‸\n")
    waiting = made.wait(deadline=1.0, second=2.0)
    await settle()
    clock.now += 1.5
    await made.backend.say("x = (1,")
    assert not waiting.done(), "the statement goes on"
    await made.backend.say("\n2)")
    assert waiting.done()
    made.generation.cancel()


async def test_past_the_second_deadline_a_part_is_enough(clock: Clock) -> None:
    made = Made("‸\n")
    waiting = made.wait(deadline=1.0, second=2.0)
    await settle()
    clock.now += 2.5
    await made.backend.say("x = (1,")
    assert waiting.done()
    made.generation.cancel()


async def test_past_the_second_deadline_the_words_of_a_line_are_shown_if_it_takes_long(clock: Clock) -> None:
    made = Made("‸\n")
    waiting = made.wait(deadline=1.0, second=2.0)
    await settle()
    clock.now += 2.5
    await made.backend.think("total = weights[0] + wei")
    assert not waiting.done(), "it has only just begun"
    clock.now += 1.0
    await made.backend.think("ghts")
    assert waiting.done()
    assert made.displayable() == "total = weights[0] +"
    made.generation.cancel()


async def test_in_front_of_text_words_are_not_shown(clock: Clock) -> None:
    made = Made("f(‸, 2)\n")
    waiting = made.wait(deadline=1.0, second=2.0)
    await settle()
    clock.now += 5.0
    await made.backend.think("weights[0] + ")
    clock.now += 5.0
    await made.backend.think("b")
    assert not waiting.done()
    assert made.displayable() == ""
    made.generation.cancel()
    await waiting


async def test_a_line_that_begins_a_block_is_not_waited_for_any_longer() -> None:
    made = Made("‸\n", mode="line")
    waiting = made.wait()
    await made.backend.say("for x in xs:")
    assert waiting.done()
    made.generation.cancel()


async def test_nothing_is_waited_for_that_would_not_be_shown() -> None:
    made = Made("‸\n", min_probability=0.5)
    waiting = made.wait(min_probability=0.5)
    await made.backend.think("for ", 0.9)
    assert not waiting.done()
    await made.backend.think("line", 0.2)
    assert waiting.done()
    assert (made.generation.reason, made.generation.under_way) == ("doubt", True)
    assert made.displayable(min_probability=0.5) == ""
    assert made.displayable(typed=len("for line"), min_probability=0.5) == "", "nothing is left of it"
    made.generation.cancel()


async def test_it_ends_before_a_line_that_is_too_improbable_behind_probable_ones() -> None:
    made = Made("‸\n", min_probability=0.5)
    await made.backend.say("x = 1", 0.9)
    await made.backend.say("\ny = 2", 0.1)
    assert not made.generation.under_way
    assert (made.generation.reason, made.generation.answer, made.backend.ended) == ("doubt", "x = 1", 1)


async def test_behind_an_improbable_line_nothing_is_generated_that_was_not_asked_for() -> None:
    made = Made("‸\n", min_probability=0.5, mode="line")
    await made.backend.say("x = 1", 0.1)
    assert made.generation.under_way
    await made.backend.think("\ny", 0.1)
    assert not made.generation.under_way
    assert made.generation.answer == "x = 1"


async def test_it_serves_those_who_type_along_it() -> None:
    made = Made("x = ‸\n")

    def serves(typed: str) -> bool:
        return made.generation.serves(f"x = {typed}\n", made.offset + len(typed))

    assert serves("") and not serves("to"), "nothing is said yet"
    await made.backend.think("total(")
    assert serves("to") and serves("total(") and serves("total(a"), "it may go on like that"
    assert not serves("w")
    assert not made.generation.serves("y = to\n", 6)
    assert not made.generation.serves("x = \n", 2)
    await made.backend.end()
    assert not serves("to"), "it is over"


async def test_more_returns_once_more_is_committed_or_nothing_comes() -> None:
    made = Made("‸\n")
    more = asyncio.create_task(made.generation.more(0))
    await made.backend.think("x")
    assert not more.done()
    await made.backend.say("x = 1")
    assert await more
    last = asyncio.create_task(made.generation.more(len("x = 1")))
    await made.backend.end()
    assert not await last


async def test_an_error_of_the_backend_is_raised_to_who_waits() -> None:
    made = Made("‸\n")
    waiting, whole = made.wait(), asyncio.create_task(made.generation.whole())
    await made.backend.die()
    for each in (waiting, whole):
        with pytest.raises(HostDied):
            await each


async def test_an_answer_that_was_superseded_is_not_remembered_as_complete() -> None:
    made = Made("‸\n")
    await made.backend.say("x = 1")
    await made.backend.end(FinishReason.SUPERSEDED)
    found = made.suggestions.find(made.text, made.offset)
    assert found is not None and not found.complete


async def test_line_ends_are_the_documents_own() -> None:
    made = Made("a = 1\r\n‸\r\n")
    await made.backend.say("b = 2\nc = 3")
    await made.backend.end(alternatives=(Alternative("b = 2\nd", 0.2),))
    assert made.generation.answer == "b = 2\r\nc = 3"
    found = made.suggestions.find(made.text, made.offset)
    assert found is not None and found.alternatives_at(made.offset) == ["b = 2\r\nd"]


async def test_of_lines_that_break_the_code_the_sound_ones_are_left_at_the_end() -> None:
    made = Made("‸\n")
    await made.backend.say("x = 1\n")
    await made.backend.say("y = ((\n")
    await made.backend.end()
    assert made.generation.answer == "x = 1"
    assert made.remembered() == "x = 1"
