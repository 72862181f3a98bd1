"""A suggestion that grows while nobody types, with scripted answers; `‸` marks the cursor."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion import showing
from hearth.engine.completion.cursor import Cursor, Fit
from hearth.engine.completion.fitting import fitted
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import CompletionRequest, Finished, FinishReason, Piece
from tests.engine.completion.told import Clock
from tests.engine.completion.told import clock as clock
from tests.engine.completion.typed_in import Typing, settle

BLOCK = "def f(a, b):\n    if a:\n        ‸\n"
LINES = ["total = a\n", "        total += b\n", "        return total\n"]


@dataclass
class Halting(ScriptedBackend):
    """Says the next piece each time it is told to. `drafts` are told before the first one, and not yet certain."""

    drafts: Sequence[str] = ()
    turns: "asyncio.Queue[None]" = field(default_factory=asyncio.Queue)

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        said = ""
        for text in self.drafts:
            said += text
            yield Piece("", tentative=said)
        for text in self.pieces:
            await self.turns.get()
            yield Piece(text)
        await self.turns.get()
        yield Finished(FinishReason.EOG)


class Looking(Typing):
    """A user who types nothing more, and is told that the suggestion grew."""

    backend: Halting

    def __post_init__(self) -> None:
        self.settings = CompletionSettings(deadline_ms=1)
        super().__post_init__()
        self.told = 0

    async def look(self, automatic: bool = True) -> str | None:
        """Ask, and hear of growth from then on."""
        shown = await self.ghost(automatic)
        self.completer.follow(self.document, self._on_growth)
        return shown

    async def look_at(self, first: int) -> str | None:
        """The same where so many pieces have come by then."""
        asked = asyncio.create_task(self.look())
        await self.say(first)
        return await asked

    async def say(self, pieces: int = 1) -> None:
        """The model says so many pieces more; everybody hears of it."""
        for _ in range(pieces):
            self.backend.turns.put_nowait(None)
            await settle()

    def _on_growth(self) -> None:
        self.told += 1


async def test_each_growth_is_told_once_and_asking_again_gives_it() -> None:
    looking = Looking(Halting(LINES), BLOCK)
    assert await looking.look_at(1) == LINES[0].rstrip()
    assert looking.told == 0
    await looking.say()
    assert looking.told == 1
    await looking.say()
    assert looking.told == 2
    await looking.say()
    assert looking.told == 2, "the end brought no more"
    assert await looking.look() == "".join(LINES).rstrip()
    assert len(looking.asked) == 1


async def test_who_asks_again_hears_of_the_next_growth_and_not_of_the_same() -> None:
    looking = Looking(Halting(LINES), BLOCK)
    await looking.look_at(1)
    await looking.say()
    assert await looking.look() == "".join(LINES[:2]).rstrip()
    await settle()
    assert looking.told == 1
    await looking.say()
    assert looking.told == 2
    assert await looking.look() == "".join(LINES).rstrip()


async def test_the_words_so_far_of_a_line_grow_to_the_line() -> None:
    looking = Looking(Halting(["total = weights[0] + weights[1]"], drafts=["total = weights", "[0] + wei"]), "‸\n")
    assert await looking.look() == "total = weights[0]"
    await looking.say()
    assert looking.told == 1
    assert await looking.look() == "total = weights[0] + weights[1]"


async def test_where_nothing_was_shown_yet_the_first_text_is_told() -> None:
    looking = Looking(Halting(["\n", "    y = 2\n"]), "if a:‸\n")
    assert await looking.look_at(1) == ""
    await looking.say()
    assert looking.told == 1
    assert await looking.look() == "\n    y = 2"


async def test_nothing_is_told_where_what_is_shown_would_change() -> None:
    """The second part closes the bracket by itself, so it is inserted in the place of the editor's."""
    looking = Looking(Halting(["first,", " second)"]), "print(‸)\n")
    assert await looking.look_at(1) == "first"
    await looking.say(2)
    assert looking.told == 0
    assert await looking.look() == "first, second)"


async def test_nothing_is_told_where_a_part_turns_out_to_be_unsound() -> None:
    looking = Looking(Halting(["total = a\n", "        total = ((\n", "        )\n"]), BLOCK)
    assert await looking.look_at(1) == "total = a"
    await looking.say(3)
    assert looking.told == 0
    assert await looking.look() == "total = a"


async def test_an_edit_ends_it() -> None:
    looking = Looking(Halting(LINES), BLOCK)
    await looking.look_at(1)
    looking.type("t")
    await looking.say(3)
    assert looking.told == 0


async def test_an_edit_that_is_taken_back_ends_it_too() -> None:
    looking = Looking(Halting(LINES), BLOCK)
    await looking.look_at(1)
    looking.type("t")
    looking.document.apply(looking.cursor - 1, looking.cursor, "")
    looking.document.version += 1
    await looking.say(3)
    assert looking.told == 0


async def test_a_newer_call_ends_it() -> None:
    looking = Looking(Halting(LINES), BLOCK)
    await looking.look_at(1)
    looking.cursor = 0
    newer = asyncio.create_task(looking.ghost())
    await looking.say(3)
    await newer
    assert looking.told == 0


async def test_a_rejection_ends_it() -> None:
    looking = Looking(Halting(LINES), BLOCK)
    shown = await looking.look_at(1)
    looking.completer.reject(looking.document, looking.cursor, shown or "")
    await looking.say(3)
    assert looking.told == 0


async def test_a_closed_document_ends_it() -> None:
    looking = Looking(Halting(LINES), BLOCK)
    await looking.look_at(1)
    looking.completer.forget(looking.document.uri)
    await looking.say(3)
    assert looking.told == 0


async def test_who_asks_by_hand_is_not_told(clock: Clock) -> None:
    looking = Looking(Halting(LINES), BLOCK)
    asked = asyncio.create_task(looking.look(automatic=False))
    await settle()
    clock.now += 60
    await looking.say()
    await asked
    await looking.say(3)
    assert looking.told == 0


async def test_an_answer_that_ends_because_another_document_is_asked_about_tells_nothing() -> None:
    looking = Looking(Halting(LINES), BLOCK)
    await looking.look_at(1)
    other = Document("file:///b.py", "y = \n", "python", "/b.py")
    asked = asyncio.create_task(looking.completer.complete(other, 4))
    await settle()
    await looking.say(3)
    await asked
    assert looking.told == 0


async def test_what_is_complete_is_not_followed() -> None:
    looking = Looking(ScriptedBackend(["done"]), "x = ‸\n")
    assert await looking.look() == "done"
    await settle()
    assert looking.told == 0


async def test_it_is_looked_only_where_more_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """To fit an answer parses; the drafts before a part, and an end without more, cost nothing."""
    looking = Looking(Halting(LINES[:2]), BLOCK)
    await looking.look_at(1)
    looks = 0

    def counted(cursor: Cursor, answer: str) -> Fit:
        nonlocal looks
        looks += 1
        return fitted(cursor, answer)

    monkeypatch.setattr(showing, "fitted", counted)
    await settle()
    await looking.say(2)
    assert (looks, looking.told) == (1, 1)
