"""What may be shown of an answer, cut where a person would stop; `‸` is the cursor, `|` ends what is sure."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from hearth.engine.completion.cursor import Cursor
from hearth.engine.completion.suggestions import Shown
from hearth.engine.completion.whole import whole
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import CompletionRequest, Finished, FinishReason, Piece
from tests.engine.completion.test_completion import Lines
from tests.engine.completion.told import Clock, Told
from tests.engine.completion.told import clock as clock
from tests.engine.completion.typed_in import Typing, settle


def cursor(marked: str, language: str) -> Cursor:
    offset = marked.index("‸")
    document = Document("file:///a", marked.replace("‸", ""), language, "/a")
    return Cursor(document.text, offset, *document.code_near(offset))


@pytest.mark.parametrize(
    ("marked", "language", "said", "shown"),
    [
        ("‸\n", "python", "total = price *| rate", "total = price"),
        ("def f(xs):\n    f‸\n", "python", "or x in xs:|\n        go(x)", "or x in xs:"),
        ("def f(xs):\n    f‸\n", "python", "or x in| xs:", ""),
        ("if cfg‸\n", "go", ".Ready {|\n\tgo()", ".Ready"),
        ("func f() {\n\tif cfg‸\n\t\treturn\n\t}\n}\n", "go", ".Ready {|\n", ".Ready {"),
        ("print(‸)\n", "python", "first,| second", "first"),
        ("print(‸)\n", "python", 'f"{name}: |{value}"', ""),
        ('x = "‸"\n', "python", 'the name" + |name', 'the name"'),
        ("# ‸\n", "python", "The area, in square| metres", "The area,"),
        ("names = [\n    ‸\n]\n", "python", '"one",|\n    "two"', '"one",'),
        ("f(a, ‸b)\n", "python", "x + |y, ", "x + "),
        ("‸\n", "klingon", "total = price *| rate", "total = price"),
    ],
)
def test_a_part_ends_where_a_person_would_stop(marked: str, language: str, said: str, shown: str) -> None:
    text, following = said.split("|")
    assert whole(cursor(marked, language), Shown(text, 0.9, following, is_part=True)) == shown


@pytest.mark.parametrize(
    ("marked", "language", "said"),
    [
        ("‸\n", "go", "if ready {"),  # the model itself ended there
        ("f(‸)\n", "python", "g("),
        ("‸\n", "python", "x = 1"),
    ],
)
def test_an_answer_that_ended_by_itself_stays(marked: str, language: str, said: str) -> None:
    assert whole(cursor(marked, language), Shown(said, 0.9)) == said


async def test_a_statement_over_lines_is_waited_for_until_the_second_deadline(clock: Clock) -> None:
    backend = Told([])
    typing = Typing(backend, "‸\n", CompletionSettings(deadline_ms=1_000, second_deadline=200))
    asked = await typing.asks()
    for text in ("x = total(", "\n    a,\n    b,\n"):
        clock.now += 60
        await backend.say(text)
        assert not asked.done()
    await backend.say(")")
    assert await asked == "x = total(\n    a,\n    b,\n)"


async def test_of_an_answer_that_ends_within_a_statement_those_before_it_are_shown() -> None:
    backend = Lines([("x = 1", 0.9), ("\ny = total(", 0.9), ("\n    a,", 0.9)])
    typing = Typing(backend, "if x:\n    ‸\n")
    assert await typing.ghost() == "x = 1"


async def test_a_line_that_begins_a_block_is_shown_at_once_and_its_block_follows() -> None:
    hold = asyncio.Event()

    class Held(Lines):
        async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
            yield Piece("for x in xs:", probability=0.9)
            await hold.wait()
            yield Piece("\n    go(x)", probability=0.9)
            yield Finished(FinishReason.EOG)

    typing = Typing(Held([]), "‸\n", CompletionSettings(deadline_ms=60_000))
    assert await typing.ghost() == "for x in xs:"
    hold.set()
    await settle()
    assert await typing.ghost() == "for x in xs:\n    go(x)"
