"""What was taken and deleted again is not offered; what was typed and deleted is."""

from hearth.engine.backends.scripted import ScriptedBackend
from tests.engine.completion.typed_in import Typing

ANSWER = "total(first, second)"


async def shown() -> Typing:
    typing = Typing(ScriptedBackend([ANSWER]), "x = ‸\n")
    assert await typing.ghost() == ANSWER
    return typing


async def deleted(typing: Typing, count: int) -> str | None:
    """The ghost text once so many characters left of the cursor are gone."""
    typing.document.apply(typing.cursor - count, typing.cursor, "")
    typing.cursor -= count
    return await typing.ghost()


async def test_what_was_taken_does_not_come_back_while_it_is_deleted() -> None:
    typing = await shown()
    typing.type(ANSWER)
    await typing.ghost()
    assert [await deleted(typing, 1) for _ in range(len(ANSWER))] == [""] * len(ANSWER)


async def test_undo_does_not_bring_it_back_either() -> None:
    typing = await shown()
    typing.type(ANSWER)
    await typing.ghost()
    assert await deleted(typing, len(ANSWER)) == ""


async def test_clients_may_tell_that_it_was_taken() -> None:
    typing = await shown()
    start = typing.cursor
    typing.type(ANSWER)
    typing.completer.accepted(typing.document, start, ANSWER)
    assert await deleted(typing, 2) == ""


async def test_who_asks_for_it_gets_it() -> None:
    typing = await shown()
    typing.type(ANSWER)
    await typing.ghost()
    assert await deleted(typing, 1) == ""
    assert await typing.ghost(automatic=False) == ANSWER, "the model is asked anew"


async def test_what_is_typed_by_hand_after_that_is_completed() -> None:
    typing = await shown()
    typing.type(ANSWER)
    await typing.ghost()
    assert await deleted(typing, 4) == ""
    typing.type("o")
    assert await typing.ghost() == "nd)"


async def test_what_was_typed_along_a_suggestion_comes_back() -> None:
    typing = await shown()
    for char in "total":
        typing.type(char)
        await typing.ghost()
    assert await deleted(typing, 1) == "l(first, second)"


async def test_moving_the_cursor_back_is_no_deletion() -> None:
    typing = await shown()
    typing.type(ANSWER)
    await typing.ghost()
    typing.cursor -= 3
    await typing.ghost()
    assert len(typing.asked) == 3, "the place was asked about"
