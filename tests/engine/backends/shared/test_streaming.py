import asyncio
import subprocess
import sys
from collections.abc import Sequence

import pytest

from hearth.engine.backends.shared import http, streaming
from hearth.engine.types import FimPrompt, Finished, FinishReason, Piece
from tests.engine.backends.asking import collect, completion


async def saying(pieces: Sequence[str], closed: list[str] | None = None) -> streaming.Stream:
    try:
        for text in pieces:
            await asyncio.sleep(0)
            yield Piece(text)
        yield Finished(FinishReason.EOG)
    finally:
        if closed is not None:
            closed.append("closed")


async def test_a_turn_that_is_interrupted_before_it_began_ends_all_the_same() -> None:
    turns = streaming.Turns()
    older = turns.take("a", saying("x"))
    waiting = asyncio.ensure_future(anext(older))
    await asyncio.sleep(0)  # the turn's task exists now, but has not run
    turns.interrupt("a")
    assert await asyncio.wait_for(waiting, 60) == Finished(FinishReason.SUPERSEDED)


async def test_turns_are_idle_again_when_all_have_ended() -> None:
    turns = streaming.Turns()
    stream = turns.take("a", saying("xyz"))
    await anext(stream)
    assert not turns.idle
    await stream.aclose()
    assert turns.idle


async def test_an_unforeseen_error_reaches_the_reader() -> None:
    async def broken() -> streaming.Stream:
        yield Piece("x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await collect(streaming.Turns().take("a", broken()))


async def test_the_stream_is_closed_when_a_stop_rule_is_met() -> None:
    closed: list[str] = []
    answer = await collect(streaming.stopped(saying(["value\n", *"more"], closed), completion()))
    assert (answer.text, answer.reason, closed) == ("value", "line_end", ["closed"])
    assert (answer.finished[0].reason, answer.finished[0].rule) == (FinishReason.STOP, "line_end")


async def test_what_was_held_back_keeps_its_probability() -> None:
    async def unsure() -> streaming.Stream:
        for text in ("x", "y", "\n", "z"):
            yield Piece(text, probability=0.5)
        yield Finished(FinishReason.EOG)

    pieces = [piece async for piece in streaming.stopped(unsure(), completion(typed="x "))]
    assert [piece.probability for piece in pieces if isinstance(piece, Piece)] == [0.125]


async def test_a_superseded_answer_is_not_completed_with_what_was_held_back() -> None:
    async def superseded() -> streaming.Stream:
        yield Piece("va")
        yield Finished(FinishReason.SUPERSEDED)

    answer = await collect(streaming.stopped(superseded(), completion()))
    assert (answer.text, answer.reason) == ("", "superseded")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": {"code": 400, "message": "too long"}}, "too long"),
        ({"error": "too long"}, "too long"),
        ({"detail": "Not Found"}, "Not Found"),
        (b'{"message": "too long"}', "too long"),
        ("plain\n text", "plain text"),
        ("", "no reason given"),
        ({"error": {}}, '{"error": {}}'),
        ("x" * 1000, "x" * 299 + "…"),
        (b"\xff\xfe", "��"),
    ],
)
def test_what_an_error_body_says(body: object, text: str) -> None:
    assert http.error_text(body) == text


@pytest.mark.parametrize("name", ["ollama", "openai_compatible"])
def test_a_backend_is_made_without_importing_the_slow_clients(name: str) -> None:
    code = (
        "import sys; from hearth.engine import backends; from hearth.engine.settings import Settings;"
        f"backends.create({name!r}, Settings(), print);"
        "print([name for name in ('httpx', 'ollama', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("typed", "said", "answer"),
    [
        ("width * ", [" height"], "height"),
        ("width * ", [" ", "height"], "height"),
        ("width * ", ["height"], "height"),
        ("width *", [" height"], " height"),
        ("    ", ["    return x"], "    return x"),
        ("    ", [" ", "   return x"], "    return x"),
        ("x ", [" "], ""),
        ("", [" a"], " a"),
    ],
)
async def test_a_blank_that_stands_there_already_is_not_doubled(
    typed: str, said: Sequence[str], answer: str
) -> None:
    assert (await collect(streaming.without_doubled_blank(saying(said), typed))).text == answer


async def test_thoughts_that_began_in_the_prompt_end_at_their_tag() -> None:
    answer = await collect(streaming.without_thinking_tags(saying(["Let me ", "see.</th", "ink>", "Yes."]), True))
    assert (answer.thinking, answer.text) == ("Let me see.", "Yes.")


async def test_thoughts_that_never_ended_were_the_answer() -> None:
    assert (await collect(streaming.without_thinking_tags(saying(["Yes", "."]), True))).text == "Yes."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (["        ", "elif", " x:"], "      elif x:"),
        (["  ", "      elif x:"], "      elif x:"),
        ([" ", " ", "elif x:"], "elif x:"),
        (["\telif x:"], "elif x:"),
        (["elif x:"], "elif x:"),
        ([], ""),
    ],
)
async def test_what_is_begun_and_was_not_shown_is_taken_off_the_answer(said: list[str], answer: str) -> None:
    stream = streaming.without_what_stands_there(saying(said), FimPrompt("if a:\n", "", begun="  "))
    assert (await collect(stream)).text == answer
