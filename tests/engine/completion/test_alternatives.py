"""Other answers than the first, with scripted ones; `‸` marks the cursor."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.errors import HostDied
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import CompletionRequest, Finished, Piece
from tests.engine.completion.typed_in import Typing, settle

THREE = [["total(a)"], ["sum(", "a)"], ["len(", "a)\nprint(b)"]]


async def others(typing: Typing, automatic: bool = False) -> list[str]:
    first = await typing.completer.complete(typing.document, typing.cursor, automatic)
    assert first is not None
    return [first.text, *(each.text for each in await typing.completer.alternatives(typing.document, first))]


async def test_who_asks_by_hand_sees_what_else_could_stand_there() -> None:
    first, *rest = THREE
    typing = Typing(ScriptedBackend(first, others=rest), "x = ‸\n")
    assert await others(typing) == ["total(a)", "sum(a)", "len(a)"]


async def test_other_answers_are_remembered() -> None:
    first, *rest = THREE
    typing = Typing(ScriptedBackend(first, others=rest), "x = ‸\n")
    await others(typing)
    asked = len(typing.asked)
    assert await others(typing) == ["total(a)", "sum(a)", "len(a)"]
    assert len(typing.asked) == asked


async def test_of_other_answers_those_that_were_typed_along_are_left() -> None:
    typing = Typing(ScriptedBackend(["total(a)"], others=[["tops", "[0]"], ["len(", "a)"]]), "x = ‸\n")
    await typing.ghost(automatic=False)
    typing.type("to")
    assert await others(typing) == ["tal(a)", "ps[0]"]


async def test_an_answer_that_says_the_same_is_no_other_one() -> None:
    typing = Typing(ScriptedBackend(["total(a)"], others=[["total", "(a)"], ["sum(", "a)"]]), "x = ‸\n")
    assert await others(typing) == ["total(a)", "sum(a)"]


async def test_there_are_two_others_at_most() -> None:
    typing = Typing(ScriptedBackend(["a()"], others=[["b", "()"], ["c", "()"], ["d", "()"]]), "x = ‸\n")
    assert await others(typing) == ["a()", "b()", "c()"]


class Halting(ScriptedBackend):
    """Never says anything to its second request."""

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        if len(self.requests) == 1:
            self.requests.append(request)
            await asyncio.Event().wait()
        async with aclosing(super().complete(request)) as events:
            async for event in events:
                yield event


async def test_where_others_take_too_long_there_are_none() -> None:
    first, *rest = THREE
    typing = Typing(Halting(first, others=rest), "x = ‸\n", CompletionSettings(deadline_ms=1))
    assert await others(typing) == ["total(a)"]


async def test_a_newer_request_ends_the_search_for_others() -> None:
    first, *rest = THREE
    typing = Typing(Halting(first, others=rest), "x = ‸\n")
    shown = await typing.completer.complete(typing.document, typing.cursor, False)
    assert shown is not None
    search = asyncio.create_task(typing.completer.alternatives(typing.document, shown))
    await settle()
    typing.type("y")
    assert await typing.ghost() == "total(a)", "the search took the model away from it"
    assert await search == []
    assert [request.prompt.typed for request in typing.asked][:3] == ["x = ", "x = sum(", "x = y"]


async def test_other_answers_have_lines_where_the_first_one_has() -> None:
    block = ["a = 1", "\n    b = 2", "\n    return a"]
    other = [["c = ", "1\n    return c"]]
    typing = Typing(ScriptedBackend(block, others=other), "def f():\n    ‸\n\n\ndef g():\n    pass\n")
    assert await others(typing) == ["a = 1\n    b = 2\n    return a", "c = 1\n    return c"]


async def test_brackets_behind_the_cursor_are_replaced_by_those_of_each_answer() -> None:
    typing = Typing(ScriptedBackend(["first)"], others=[["sec", "ond)"]]), "print(‸)\n")
    first = await typing.completer.complete(typing.document, typing.cursor, False)
    assert first is not None
    (other,) = await typing.completer.alternatives(typing.document, first)
    assert (other.text, other.start, other.end) == ("second)", first.start, first.end)


class DiesAtTheSecond(ScriptedBackend):
    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        if self.requests:
            raise HostDied("the model's process went away")
        async with aclosing(super().complete(request)) as events:
            async for event in events:
                yield event


async def test_where_the_backend_fails_meanwhile_the_first_answer_is_not_lost() -> None:
    first, *rest = THREE
    typing = Typing(DiesAtTheSecond(first, others=rest), "x = ‸\n")
    assert await others(typing) == ["total(a)"]
