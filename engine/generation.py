"""One answer as it grows, from the first token until nobody can want more of it."""

import asyncio
import logging
import re
from contextlib import aclosing
from dataclasses import dataclass

from engine.backends import Backend
from engine.context.code import Code
from engine.context.syntax import errors_added
from engine.stop import BLANKS, CLOSERS
from engine.suggestions import Part, Suggestions, confidence
from engine.types import CompletionRequest, Finished, Piece, Usage

log = logging.getLogger("hearth.completion")
_UNFINISHED_WORD = re.compile(r"\w+$")
_LOOK_AGAIN = 0.1  # seconds
_WORTH_SHOWING = 8  # characters of a line that is still growing


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor at `offset` of a text, and `code`, the part of it that was parsed and begins at `code_start`."""

    text: str
    offset: int
    code: Code
    code_start: int

    @property
    def offset_in_code(self) -> int:
        return self.offset - self.code_start


class Generation:
    """The answer to one place. It goes on after its first caller was answered, for the next.

    What is certain of it goes into `suggestions`, so that whoever types along it is answered from there. Once
    there is something to show, it ends before the first line that is less probable than `floor`.
    """

    def __init__(
        self,
        backend: Backend,
        request: CompletionRequest,
        place: Place,
        suggestions: Suggestions,
        floor: float = 0.0,
    ) -> None:
        self._backend = backend
        self._request = request
        self._place = place
        self._suggestions = suggestions
        self._floor = floor
        self._news = asyncio.Event()  # another one after each piece
        self._parts: list[Part] = []
        self._steps: list[tuple[int, float]] = []  # of the part that is still growing
        self._draft = ""
        self._spoke_at: float | None = None  # when the first piece came
        self._is_sound = False
        self.answer = ""
        self.reason = "deadline"
        self.usage = Usage()
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(_note_error)  # the caller may be gone by then

    @property
    def confidence(self) -> float:
        """The probability of the least probable part of `sound_answer`."""
        return confidence(self._parts or self._unfinished)

    @property
    def under_way(self) -> bool:
        return not self._task.done() and not self._task.cancelling()

    @property
    def sound_answer(self) -> str:
        """What may be shown now: the whole answer, or the part of an unfinished one that adds no errors."""
        if self._is_sound:
            return self.answer
        return _without_errors(self._place, self.answer) if self.answer else self._words

    @property
    def _words(self) -> str:
        """Of a first line that takes long, the words so far; not where text right of the cursor may end it."""
        line_end = self._place.text.find("\n", self._place.offset)
        tail = self._place.text[self._place.offset : line_end if line_end >= 0 else None]
        if self.answer or "\n" in self._draft.strip() or tail.strip(CLOSERS + BLANKS):
            return ""
        words = _UNFINISHED_WORD.sub("", self._draft).rstrip()
        return words if len(words.strip()) >= _WORTH_SHOWING else ""

    @property
    def _unfinished(self) -> list[Part]:
        """The part that `_words` are."""
        steps = tuple(self._steps)
        return [Part(len(self._words), steps[-1][1], steps)] if steps and self._words else []

    def cancel(self) -> None:
        self._task.cancel()

    def serves(self, text: str, offset: int) -> bool:
        """Whether it is under way and may still answer this place: the same, or one that was typed along it."""
        began, ours = self._place.offset, self._place.text
        if not self.under_way or offset < began:
            return False
        typed = text[began:offset]
        if text[offset:] != ours[began:] or text[:began] != ours[:began]:
            return False
        # With nothing said yet there is nothing to lose: the newer place is the better one to ask about.
        return not typed or (
            bool(self._draft) and (self._draft.startswith(typed) or typed.startswith(self._draft))
        )

    async def wait(self, seconds: float, offset: int, floor: float) -> None:
        """Until the answer is complete, or `seconds` have passed and there is at least a line to show.

        Of a line that has been on its way for so long, words are enough. It waits for nothing where it is clear
        that for a cursor at `offset` the answer will be less probable than `floor`.
        """
        end = _now() + seconds
        while self.under_way and not self._is_hopeless(offset, floor):
            left = end - _now()
            lasts = _now() - self._spoke_at if self._spoke_at else 0.0
            if left <= 0 and (self.answer or (self._words and lasts >= seconds)):
                break
            await self._news_within(max(left, _LOOK_AGAIN))
        if self.under_way and self._words and not self._is_hopeless(offset, floor):
            self._remember(self._words, self._unfinished, complete=False)
        if self._task.done() and not self._task.cancelled():
            self._task.result()  # raises what the backend raised

    def _is_hopeless(self, offset: int, floor: float) -> bool:
        """Whether the first line, so far, is too improbable to be shown."""
        if self._parts or not self._steps:
            return False
        growing = Part(len(self._draft), self._steps[-1][1], tuple(self._steps))
        return growing.given(offset - self._place.offset) < floor

    async def _news_within(self, seconds: float) -> None:
        waiting = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait({self._task, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()

    async def _run(self) -> None:
        async with aclosing(self._backend.complete(self._request)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    self.reason, self.usage = event.reason, event.usage
                elif not self._take(event):
                    self.reason = "doubt"
                    break
        if self.reason in ("superseded", "cancelled"):
            return
        self.answer, self._is_sound = self.sound_answer, True
        self._remember(self.answer, self._parts)

    def _take(self, piece: Piece) -> bool:
        """Whether the answer may go on behind this piece."""
        if piece.probability < self._floor and self._parts and self.confidence >= self._floor:
            return False
        self._spoke_at = self._spoke_at or _now()
        self._draft = piece.draft or self.answer + piece.text
        if piece.text:
            self.answer += piece.text
            self._parts.append(Part(len(self.answer), piece.probability, tuple(self._steps)))
            self._steps.clear()
            self._remember(self.answer, self._parts, complete=False)
        else:
            self._steps.append((len(self._draft), piece.probability))
        self._news.set()
        self._news = asyncio.Event()
        return True

    def _remember(self, answer: str, parts: list[Part], complete: bool = True) -> None:
        self._suggestions.add(self._place.text, self._place.offset, answer, parts, complete)


def _without_errors(place: Place, answer: str) -> str:
    """Drop last lines of a block as long as that leaves fewer errors in the tree that it is pasted into."""
    if "\n" not in answer.strip():
        return answer
    code, offset = place.code, place.offset_in_code
    errors = errors_added(code, offset, offset, answer)
    while errors and "\n" in answer.strip():
        shorter = answer[: answer.rstrip().rfind("\n")].rstrip()
        fewer = errors_added(code, offset, offset, shorter)
        if fewer >= errors:
            return answer
        answer, errors = shorter, fewer
    return answer


def _now() -> float:
    return asyncio.get_running_loop().time()


def _note_error(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("an answer ended with: %s", error)
