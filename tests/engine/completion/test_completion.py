"""The story of a completion with scripted answers; `‸` marks the cursor."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.errors import HostDied
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import CompletionRequest, FimPrompt, Finished, FinishReason, Piece, Usage
from tests.engine.completion.typed_in import Typing, settle

ABOVE = "".join(f"name_{number} = {number}\n" for number in range(400))


async def test_the_first_prompt_is_small_and_the_next_one_in_a_rested_document_is_not() -> None:
    typing = Typing(ScriptedBackend(["1"]), f"{ABOVE}x = ‸\n")
    await typing.ghost()
    await typing.rest()
    typing.type("y + ")
    await typing.ghost()
    first, second = (len(request.prompt.above) for request in typing.asked[:2])
    assert 2 * first < second


async def test_a_frame_grows_while_somebody_types_on() -> None:
    typing = Typing(ScriptedBackend(["zzz"]), f"{ABOVE}x = ‸\n")
    for char in "abcdef":
        await typing.ghost()
        await asyncio.sleep(0.06)
        typing.type(char)
    await typing.ghost()
    assert 2 * len(typing.asked[0].prompt.above) < len(typing.asked[-1].prompt.above)


async def test_work_ahead_goes_on_beside_requests() -> None:
    backend = SlowToWarm(["zzz"])
    typing = Typing(backend, f"{ABOVE}x = ‸\n")
    for char in "abcd":
        await typing.ghost()
        await asyncio.sleep(0.06)
        typing.type(char)
    assert len(backend.warmed) == 1, "it was begun anew"
    assert backend.interrupted == 0


async def test_a_newer_request_answers_the_older_one_with_nothing() -> None:
    typing = Typing(ScriptedBackend(["done"], delay_ms=50), "x = ‸\n")
    older = asyncio.create_task(typing.ghost())
    await asyncio.sleep(0.01)
    typing.type("a")
    assert await typing.ghost() == "done"
    assert await older is None


async def test_what_is_asked_about_is_the_text_as_it_was_at_the_call() -> None:
    typing = Typing(ScriptedBackend(["done"]), "x = ‸\n")
    call = asyncio.create_task(typing.ghost())
    asyncio.get_running_loop().call_soon(
        typing.document.apply, 0, 0, "import os\n"
    )  # behind the call, before its task
    assert await call == "done"
    assert typing.asked[0].prompt.typed == "x = "


async def test_asking_again_at_the_same_place_waits_for_the_same_answer() -> None:
    typing = Typing(ScriptedBackend(["done"], delay_ms=50), "x = ‸\n")
    older = asyncio.create_task(typing.ghost())
    await asyncio.sleep(0.01)
    assert await typing.ghost() == "done"
    assert await older is None
    assert len(typing.asked) == 1


async def test_what_follows_an_accepted_suggestion_was_asked_ahead() -> None:
    typing = Typing(ScriptedBackend(["first"]), "x = ‸\n")
    await typing.rest()
    assert await typing.ghost() == "first"
    await asyncio.sleep(0.05)
    assert [request.prompt.typed for request in typing.asked] == ["x = ", "x = first"]
    typing.type("first")
    await typing.ghost()
    assert len(typing.asked) <= 3, "the place was asked about again"
    assert typing.asked[1].prompt.typed == "x = first"


async def test_nothing_is_asked_ahead_of_a_doubtful_suggestion() -> None:
    typing = Typing(Doubtful(["first"]), "x = ‸\n")
    await typing.rest()
    await typing.ghost()
    await asyncio.sleep(0.05)
    assert len(typing.asked) == 1


async def test_a_doubtful_suggestion_is_shown_to_who_asks_for_it() -> None:
    typing = Typing(Doubtful(["first"]), "x = ‸\n")
    assert await typing.ghost() == ""
    assert await typing.ghost(automatic=False) == "first"


async def test_that_nothing_will_be_shown_is_told_at_once_and_who_types_along_sees_that_it_was_right() -> None:
    backend = Drafting(["for ", "line ", "in ", "lines:"], delay_ms=40, probabilities=[0.9, 0.1, 0.1, 0.1])
    typing = Typing(backend, "‸\n")
    assert await typing.ghost() == ""
    assert backend.ended == 0, "it was waited for"
    for word in ("for", " line "):
        assert await typing.ghost() == ""
        typing.type(word)
    assert await typing.ghost() == "in lines:"
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
    await asyncio.sleep(0.02)
    assert await typing.ghost() == " = price", "not the rest of it, now that it is known"
    typing.type(" = price * rate")
    assert await typing.ghost() == " + tax"


async def test_who_asks_for_a_doubtful_answer_in_the_making_gets_it() -> None:
    backend = Drafting(["for ", "line ", "in ", "lines:"], delay_ms=40, probabilities=[0.1] * 4)
    typing = Typing(backend, "‸\n")
    assert await typing.ghost() == ""
    assert await typing.ghost(automatic=False) == "for line in lines:"
    await settle()
    heads = [request.stop.head for request in typing.asked]
    assert heads == ["", "", "for line in lines:"], "all that is missing was asked for, then what follows"


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


async def test_the_words_so_far_are_not_shown_in_front_of_text() -> None:
    typing = Typing(
        Drafting(["weights", "[0] + ", "b"], delay_ms=80), "f(‸, 2)\n", CompletionSettings(deadline_ms=200)
    )
    assert await typing.ghost() == "weights[0] + b"


async def test_an_answer_that_nobody_waits_for_ends_when_another_document_is_asked_about() -> None:
    backend = Drafting(["total = weights", "[0] + ", *["weights[1]"] * 50], delay_ms=80)
    typing = Typing(backend, "‸\n", CompletionSettings(deadline_ms=200))
    await typing.ghost()
    other = Document("file:///b.py", "y = \n", "python", "/b.py")
    asked = asyncio.create_task(typing.completer.complete(other, 4))
    await asyncio.sleep(0.05)
    assert backend.ended == 1
    asked.cancel()


async def test_an_answer_that_is_waited_for_does_not_end_when_another_document_is_asked_about() -> None:
    typing = Typing(ScriptedBackend(["done"], delay_ms=50), "x = ‸\n")
    other = Document("file:///b.py", "y = \n", "python", "/b.py")
    first, second = await asyncio.gather(typing.ghost(), typing.completer.complete(other, 4))
    assert (first, second and second.text) == ("done", "done")


async def test_a_cancelled_call_ends_the_answer() -> None:
    backend = Drafting(["done\n"] * 100, delay_ms=20)
    typing = Typing(backend, "x = ‸\n")
    call = asyncio.create_task(typing.ghost())
    await asyncio.sleep(0.03)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.sleep(0.03)
    assert backend.ended == 1


async def test_an_answer_that_is_typed_along_while_it_is_made_is_not_begun_anew() -> None:
    typing = Typing(Drafting(["fold(", "line, ", "of, ", "lines)"], delay_ms=40), "x = ‸\n")
    answers = [asyncio.create_task(typing.ghost())]
    await asyncio.sleep(0.06)
    for char in "fo":
        typing.type(char)
        answers.append(asyncio.create_task(typing.ghost()))
        await asyncio.sleep(0.02)
    assert await asyncio.gather(*answers) == [None, None, "ld(line, of, lines)"]
    assert len(typing.asked) == 1


async def test_an_answer_that_is_contradicted_by_a_key_is_begun_anew() -> None:
    typing = Typing(Drafting(["fold(", "line)"], delay_ms=40), "x = ‸\n")
    older = asyncio.create_task(typing.ghost())
    await asyncio.sleep(0.06)
    typing.type("w")
    assert await typing.ghost() == "fold(line)"
    assert await older is None
    assert len(typing.asked) == 2


async def test_an_answer_that_dies_while_somebody_types_along_it_is_begun_anew() -> None:
    typing = Typing(Dying(["fold(", "line)"], delay_ms=40), "x = ‸\n")
    older = asyncio.create_task(typing.ghost())
    await asyncio.sleep(0.06)
    typing.type("fo")
    assert await typing.ghost() == "fold(line)"
    assert await older is None
    assert len(typing.asked) == 2


@pytest.mark.parametrize("automatic", [True, False])
async def test_of_an_answer_that_came_to_nothing_no_draft_is_shown(automatic: bool) -> None:
    typing = Typing(
        Drafting(["return ", "results", " + ", "totals"], delay_ms=1, comes_to_nothing=True),
        "‸\nreturn results + totals\n",
    )
    assert await typing.ghost(automatic) == ""


@dataclass
class Drafting(ScriptedBackend):
    """Tells what it says before that is certain, and is certain only at the end."""

    ended: int = 0
    probabilities: Sequence[float] = ()
    last: asyncio.Event | None = None  # the last piece waits for it
    comes_to_nothing: bool = False

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        said = ""
        try:
            for number, text in enumerate(self.pieces):
                await asyncio.sleep(self.delay_ms / 1000)
                if self.last is not None and number == len(self.pieces) - 1:
                    await self.last.wait()
                said += text
                probability = self.probabilities[number] if self.probabilities else 1.0
                yield Piece("", probability=probability, tentative=said)
            if not self.comes_to_nothing:
                yield Piece(said, probability=probability)
            yield Finished(FinishReason.EOG)
        finally:
            self.ended += 1


class Dying(Drafting):
    """Its first answer is cut off by the end of the model's process."""

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece | Finished, None]:
        async with aclosing(super().complete(request)) as events:
            async for event in events:
                yield event
                if len(self.requests) == 1:
                    await asyncio.sleep(self.delay_ms / 1000)
                    raise HostDied("the model's process went away")


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
            await asyncio.sleep(10)
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
