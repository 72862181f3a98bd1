"""The story of a completion with scripted answers; `‸` marks the cursor."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion import completer
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import CompletionRequest, FimPrompt, Finished, FinishReason, Members, Piece, Usage
from tests.engine.completion.told import Clock, Told
from tests.engine.completion.told import clock as clock
from tests.engine.completion.typed_in import Typing, settle

ABOVE = "".join(f"name_{number} = {number}\n" for number in range(400))


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a rested cursor will need is evaluated as soon as the answer is there."""
    monkeypatch.setattr(completer, "_REST_PAUSE", 0.0)


async def test_the_first_prompt_is_small_and_the_next_one_in_a_rested_document_is_not() -> None:
    typing = Typing(ScriptedBackend(["1"]), f"{ABOVE}x = ‸\n")
    await typing.ghost()
    await typing.rest()
    typing.type("y + ")
    await typing.ghost()
    first, second = (len(request.prompt.above) for request in typing.asked[:2])
    assert 2 * first < second


async def test_a_frame_grows_while_somebody_types_on(no_pause: None) -> None:
    typing = Typing(ScriptedBackend(["zzz"]), f"{ABOVE}x = ‸\n")
    for char in "abcdef":
        await typing.ghost()
        await settle()
        typing.type(char)
    await typing.ghost()
    assert 2 * len(typing.asked[0].prompt.above) < len(typing.asked[-1].prompt.above)


async def test_work_ahead_goes_on_beside_requests(no_pause: None) -> None:
    backend = SlowToWarm(["zzz"])
    typing = Typing(backend, f"{ABOVE}x = ‸\n")
    for char in "abcd":
        await typing.ghost()
        await settle()
        typing.type(char)
    assert len(backend.warmed) == 1, "it was begun again"
    assert backend.interrupted == 0


@pytest.mark.parametrize(
    ("marked", "is_code"), [("box.‸\n", True), ("x = 'box.‸'\n", False), ("# box.‸\n", False)]
)
async def test_what_may_stand_behind_the_dot_goes_along_as_far_as_it_is_known(marked: str, is_code: bool) -> None:
    names, backend = Members(("size", "seal"), True), ScriptedBackend(["seal()"])
    text, offset = marked.replace("‸", ""), marked.index("‸")
    document = Document("file:///a.py", text, "python")
    asked: list[tuple[str, str, int]] = []

    def members(uri: str, text: str, offset: int) -> Members:
        asked.append((uri, text, offset))
        return names

    made = Completer(backend, CompletionSettings(min_confidence=0.0), members=members)
    assert await made.complete(document, offset) is not None
    assert asked[0] == (document.uri, text, offset)
    prompt = backend.requests[0].prompt
    assert isinstance(prompt, FimPrompt) and prompt.members == (names if is_code else None)
    assert all(request.prompt.members is None for request in backend.warmed)
    made.forget(document.uri)


async def test_a_newer_request_answers_the_older_one_with_nothing() -> None:
    backend = Told([])
    typing = Typing(backend, "x = ‸\n")
    older = await typing.asks()
    typing.type("a")
    newer = await typing.asks()
    assert await older is None
    await backend.say("done")
    await backend.end()
    assert await newer == "done"


async def test_what_is_asked_about_is_the_text_as_it_was_at_the_call() -> None:
    typing = Typing(ScriptedBackend(["done"]), "x = ‸\n")
    call = asyncio.create_task(typing.ghost())
    asyncio.get_running_loop().call_soon(
        typing.document.apply, 0, 0, "import os\n"
    )  # behind the call, before its task
    assert await call == "done"
    assert typing.asked[0].prompt.typed == "x = "


async def test_asking_again_at_the_same_place_waits_for_the_same_answer() -> None:
    backend = Told([])
    typing = Typing(backend, "x = ‸\n")
    older, newer = await typing.asks(), await typing.asks()
    await backend.say("done")
    await backend.end()
    assert (await older, await newer) == (None, "done")
    assert len(typing.asked) == 1


async def test_what_follows_an_accepted_suggestion_was_asked_ahead() -> None:
    typing = Typing(ScriptedBackend(["first"]), "x = ‸\n")
    await typing.rest()
    assert await typing.ghost() == "first"
    await settle()
    assert [request.prompt.typed for request in typing.asked] == ["x = ", "x = first"]
    typing.type("first")
    await typing.ghost()
    assert len(typing.asked) <= 3, "the place was asked about again"
    assert typing.asked[1].prompt.typed == "x = first"


async def test_nothing_is_asked_ahead_in_a_document_that_was_closed() -> None:
    typing = Typing(ScriptedBackend(["first"]), "x = ‸\n")
    await typing.rest()
    await typing.ghost()
    typing.completer.forget(typing.document.uri)
    await settle()
    assert len(typing.asked) == 1


async def test_what_was_rejected_is_not_shown_again_there() -> None:
    typing = Typing(ScriptedBackend(["first"]), "x = ‸\n")
    assert await typing.ghost() == "first"
    typing.completer.reject(typing.document, typing.cursor, "first")
    assert await typing.ghost() == ""


async def test_what_was_rejected_comes_to_who_asks_for_it_and_is_rejected_anew() -> None:
    typing = Typing(ScriptedBackend(["first"]), "x = ‸\n")
    await typing.ghost()
    typing.completer.reject(typing.document, typing.cursor, "first")
    for _ in range(2):
        assert await typing.ghost(automatic=False) == "first"
        assert await typing.ghost() == "first", "editors ask once more about what was asked for by hand"
        typing.completer.reject(typing.document, typing.cursor, "first")
        assert await typing.ghost() == ""


async def test_what_was_asked_for_by_hand_goes_on_where_the_cursor_moves_along_it() -> None:
    typing = Typing(ScriptedBackend(["first"]), "x = ‸\n")
    goes_on = typing.completer.goes_on_by_hand
    await typing.ghost()
    assert not goes_on(typing.document, typing.cursor)
    await typing.ghost(automatic=False)
    assert goes_on(typing.document, typing.cursor)
    typing.type("fi")
    assert goes_on(typing.document, typing.cursor)
    typing.type("x")
    assert not goes_on(typing.document, typing.cursor)


async def test_what_was_asked_for_by_hand_and_rejected_does_not_go_on() -> None:
    typing = Typing(ScriptedBackend(["first"]), "x = ‸\n")
    await typing.ghost(automatic=False)
    typing.completer.reject(typing.document, typing.cursor, "first")
    assert not typing.completer.goes_on_by_hand(typing.document, typing.cursor)
    typing.type("fi")
    assert not typing.completer.goes_on_by_hand(typing.document, typing.cursor)


async def test_nothing_is_asked_ahead_of_a_doubtful_suggestion() -> None:
    typing = Typing(Doubtful(["first"]), "x = ‸\n")
    await typing.rest()
    await typing.ghost()
    await settle()
    assert len(typing.asked) == 1


async def test_a_doubtful_suggestion_is_shown_to_who_asks_for_it() -> None:
    typing = Typing(Doubtful(["first"]), "x = ‸\n")
    assert await typing.ghost() == ""
    assert await typing.ghost(automatic=False) == "first"


async def test_that_nothing_will_be_shown_is_told_at_once_and_who_types_along_sees_that_it_was_right(
    no_pause: None,
) -> None:
    backend = Told([])
    typing = Typing(backend, "‸\n")
    first = await typing.asks()
    await backend.think("for ", 0.9)
    await backend.think("line ", 0.1)
    assert first.done() and await first == ""
    assert backend.ended == 0, "it was waited for"
    for word in ("for", " line "):
        assert await typing.ghost() == ""
        typing.type(word)
    last = await typing.asks()
    await backend.think("in ", 0.1)
    await backend.think("lines:", 0.1)
    await backend.finish(0.1)
    assert await last == "in lines:"
    await settle()
    assert [request.stop.head for request in typing.asked] == ["", "for line in lines:"], "only what follows"


async def test_of_a_line_that_becomes_doubtful_its_sure_words_are_shown_at_once() -> None:
    backend = Drafting(
        ["total = ", "price * ", "rate", " + tax"], probabilities=[0.9, 0.8, 0.1, 0.1], last=asyncio.Event()
    )
    typing = Typing(backend, "‸\n")
    assert await typing.ghost() == "total = price", "an operator wants more behind it"
    typing.type("total")
    assert await typing.ghost() == " = price"
    assert backend.last
    backend.last.set()
    await settle()
    assert await typing.ghost() == " = price", "not the rest of it, now that it is known"
    typing.type(" = price * rate")
    assert await typing.ghost() == " + tax"


async def test_who_asks_for_a_doubtful_answer_in_the_making_gets_it() -> None:
    backend = Told([])
    typing = Typing(backend, "‸\n")
    first = await typing.asks()
    await backend.think("for ", 0.1)
    assert first.done() and await first == ""
    by_hand = asyncio.create_task(typing.ghost(automatic=False))
    await settle()
    for word in ("for ", "line ", "in ", "lines:"):
        await backend.think(word, 0.1)
    await backend.finish(0.1)
    assert await by_hand == "for line in lines:"
    await settle()
    heads = [request.stop.head for request in typing.asked]
    assert heads == ["", "", "for line in lines:"], "all that is missing was asked for, then what follows"


async def test_an_editor_s_timer_does_not_replace_what_the_user_has_just_asked_for() -> None:
    backend = Told([])
    typing = Typing(backend, "def f():\n    ‸\n")
    by_hand = asyncio.create_task(typing.ghost(automatic=False))
    automatic = asyncio.create_task(typing.ghost())  # before the model was asked
    await settle()
    await backend.say("a = 1\n    b = 2\n    return a + b")
    await backend.end()
    assert await by_hand is None
    assert await automatic == "a = 1\n    b = 2\n    return a + b"
    assert typing.asked[0].stop.mode == "span", "all that is missing"


async def test_an_answer_ends_before_its_first_doubtful_line() -> None:
    backend = Lines([("one = 1", 0.9), ("\ntwo = 2", 0.5), ("\nthree = 3", 0.1), ("\nfour = 4", 0.9)])
    typing = Typing(backend, "if x:\n    ‸\n")
    assert await typing.ghost() == "one = 1\ntwo = 2"
    assert await typing.ghost(automatic=False) == "one = 1\ntwo = 2\nthree = 3\nfour = 4"


async def test_of_a_line_that_takes_long_its_words_so_far_are_shown_at_the_deadline() -> None:
    backend = Drafting(["total = weights", "[0] + wei", "ghts[1]"], last=asyncio.Event())
    typing = Typing(backend, "‸\n", CompletionSettings(deadline_ms=50))
    assert await typing.ghost() == "total = weights[0]"
    typing.type("total")
    assert await typing.ghost() == " = weights[0]", "a key along it is not waited for"
    assert backend.last
    backend.last.set()
    typing.type(" = weights[0] +")
    assert await typing.ghost() == " weights[1]"
    heads = [request.stop.head for request in typing.asked]
    assert heads in ([""], ["", "total = weights[0] + weights[1]"]), "at most what follows was asked too"


async def test_the_words_so_far_are_not_shown_in_front_of_text(clock: Clock) -> None:
    backend = Told([])
    typing = Typing(backend, "f(‸, 2)\n")
    asked = await typing.asks()
    for word in ("weights", "[0] + ", "b"):
        clock.now += 60
        await backend.think(word)
        assert not asked.done()
    await backend.finish()
    assert await asked == "weights[0] + b"


async def test_an_answer_that_nobody_waits_for_ends_when_another_document_is_asked_about(clock: Clock) -> None:
    backend = Told([])
    typing = Typing(backend, "‸\n")
    first = await typing.asks()
    await backend.think("total = weights")
    clock.now += 60
    await backend.think("[0] + ")
    assert await first == "total = weights[0]"
    assert backend.ended == 0
    other = Document("file:///b.py", "y = \n", "python", "/b.py")
    asked = asyncio.create_task(typing.completer.complete(other, 4))
    await settle()
    assert backend.ended == 1
    asked.cancel()


async def test_an_answer_that_is_waited_for_does_not_end_when_another_document_is_asked_about() -> None:
    backend = Told([])
    typing = Typing(backend, "x = ‸\n")
    other = Document("file:///b.py", "y = \n", "python", "/b.py")
    first = await typing.asks()
    second = asyncio.create_task(typing.completer.complete(other, 4))
    await settle()
    assert (len(typing.asked), backend.ended) == (2, 0)
    for _ in range(2):
        await backend.say("done")
    for _ in range(2):
        await backend.end()
    answer = await second
    assert (await first, answer and answer.text) == ("done", "done")


async def test_a_cancelled_call_ends_the_answer() -> None:
    backend = Told([])
    call = await Typing(backend, "x = ‸\n").asks()
    await backend.think("done")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await settle()
    assert backend.ended == 1


async def test_an_answer_that_is_typed_along_while_it_is_made_is_not_begun_anew() -> None:
    backend = Told([])
    typing = Typing(backend, "x = ‸\n")
    answers = [await typing.asks()]
    await backend.think("fold(")
    for char in "fo":
        typing.type(char)
        answers.append(await typing.asks())
    await backend.think("line, of, lines)")
    await backend.finish()
    assert await asyncio.gather(*answers) == [None, None, "ld(line, of, lines)"]
    assert len(typing.asked) == 1


async def test_an_answer_that_is_contradicted_by_a_key_is_begun_anew() -> None:
    backend = Told([])
    typing = Typing(backend, "x = ‸\n")
    older = await typing.asks()
    await backend.think("fold(")
    typing.type("w")
    newer = await typing.asks()
    await backend.say("fold(line)")
    await backend.end()
    assert (await older, await newer) == (None, "fold(line)")
    assert len(typing.asked) == 2


async def test_an_answer_that_dies_while_somebody_types_along_it_is_begun_anew() -> None:
    backend = Told([])
    typing = Typing(backend, "x = ‸\n")
    older = await typing.asks()
    await backend.think("fold(")
    typing.type("fo")
    newer = await typing.asks()
    await backend.die()
    await backend.say("fold(line)")
    await backend.end()
    assert (await older, await newer) == (None, "fold(line)")
    assert len(typing.asked) == 2


@pytest.mark.parametrize("automatic", [True, False])
async def test_of_an_answer_that_came_to_nothing_no_draft_is_shown(automatic: bool) -> None:
    typing = Typing(
        Drafting(["return ", "results", " + ", "totals"], comes_to_nothing=True),
        "‸\nreturn results + totals\n",
    )
    assert await typing.ghost(automatic) == ""


@dataclass
class Drafting(ScriptedBackend):
    """Tells what it says before that is certain, and is certain only at the end."""

    probabilities: Sequence[float] = ()
    last: asyncio.Event | None = None  # the last piece waits for it
    comes_to_nothing: bool = False

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        said = ""
        for number, text in enumerate(self.pieces):
            await asyncio.sleep(0)
            if self.last is not None and number == len(self.pieces) - 1:
                await self.last.wait()
            said += text
            probability = self.probabilities[number] if self.probabilities else 1.0
            yield Piece("", probability=probability, tentative=said)
        if not self.comes_to_nothing:
            yield Piece(said, probability=probability)
        yield Finished(FinishReason.EOG)


class Lines(ScriptedBackend):
    """Lines with their probabilities."""

    def __init__(self, lines: Sequence[tuple[str, float]]) -> None:
        super().__init__([])
        self.lines = lines

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        for text, probability in self.lines:
            await asyncio.sleep(0)
            yield Piece(text, probability=probability)
        yield Finished(FinishReason.EOG)


@dataclass
class SlowToWarm(ScriptedBackend):
    interrupted: int = 0

    async def warm(self, request: CompletionRequest) -> Usage:
        self.warmed.append(request)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.interrupted += 1
            raise
        return Usage()


class Doubtful(ScriptedBackend):
    """Does not believe in its answers."""

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        async for event in super().complete(request):
            yield replace(event, probability=0.01) if isinstance(event, Piece) else event


@pytest.mark.parametrize(
    ("uri", "language", "path", "name"),
    [
        ("file:///shop/src/main.go", "go", "/shop/src/main.go", "src/main.go"),
        ("untitled:Untitled-1", "python", None, "Untitled-1.py"),
        ("vscode-notebook-cell:/shop/sales.ipynb#W0sZmlsZQ", "python", None, "shop/sales.py"),
        ("file:///shop/Dockerfile", "dockerfile", "/shop/Dockerfile", "shop/Dockerfile"),
        ("file:///shop/query", "sql", "/shop/query", "shop/query.sql"),
        ("file:///C:/shop/a.rs", "rust", "C:\\shop\\a.rs", "shop/a.rs"),
    ],
)
async def test_every_prompt_names_the_file_and_so_its_language(
    uri: str, language: str, path: str | None, name: str
) -> None:
    backend = ScriptedBackend(["x"])
    await Completer(backend, CompletionSettings()).complete(Document(uri, "", language, path), 0)
    (request,) = backend.requests
    assert isinstance(request.prompt, FimPrompt) and request.prompt.path == name
