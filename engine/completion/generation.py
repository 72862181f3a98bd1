"""One answer as it grows, from the first token until nobody can want more of it."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import replace

from hearth.engine.backends import Backend
from hearth.engine.characters import without_new
from hearth.engine.completion.cursor import Cursor
from hearth.engine.completion.fitting import sound
from hearth.engine.completion.suggestions import (
    Part,
    Shown,
    Step,
    Suggestions,
    confidence,
    displayable,
    goes_on,
    is_old,
    words,
)
from hearth.engine.completion.tail import closed_since
from hearth.engine.completion.whole import beginning
from hearth.engine.context.syntax import opens_block
from hearth.engine.secrets.hiding import restored, stand_ins
from hearth.engine.stopping.borders import is_whole
from hearth.engine.types import Alternative, CompletionRequest, Finished, Piece, Usage

log = logging.getLogger("hearth.completion")
_CUT = ("doubt", "limit", "too_long")  # reasons that say nothing of where an answer should end
_LOOK_AGAIN = 0.1  # seconds


class Generation:
    """The answer to one place. It goes on after its first caller was answered, for the next.

    What is certain of it goes into `suggestions`, so that whoever types along it is answered from there. Once
    there is something to show, it ends before the first line that is less probable than `min_probability`.
    """

    def __init__(
        self,
        backend: Backend,
        request: CompletionRequest,
        cursor: Cursor,
        suggestions: Suggestions,
        min_probability: float = 0.0,
        by_hand: bool = False,
    ) -> None:
        self._backend = backend
        self._request = request
        self._cursor = cursor
        self._suggestions = suggestions
        self._min_probability = min_probability
        self.by_hand = by_hand
        self._line_end = cursor.line_end
        self._news = asyncio.Event()  # another one after each piece
        self._parts: list[Part] = []
        self._steps: list[Step] = []  # of the part that is still growing
        self._tentative = ""  # all that was said; `answer` is what is committed of it
        self._spoke_at: float | None = None  # when the first piece came
        self._is_sound = False
        self.answer = ""
        self.reason = "deadline"
        self.usage = Usage()
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(_note_error)  # the caller may be gone by then

    @property
    def under_way(self) -> bool:
        return not self._task.done() and not self._task.cancelling()

    def displayable(self, offset: int, min_probability: float) -> Shown:
        """What may be shown now at a cursor that moved along it to `offset`."""
        typed, right = offset - self._cursor.offset, self._cursor.text[self._cursor.offset :]
        if self._parts or self._is_sound:  # of an answer that came to nothing, nothing tentative is shown either
            answer = self.answer if self._is_sound else sound(self._cursor, self.answer)
            is_all = self._is_sound and not self._is_cut
            found = displayable(answer, self._parts, typed, right, min_probability, is_all)
            return found if self._is_sound else found._replace(following=self._tentative[len(answer) :])
        growing = self._growing
        if not growing or growing[0].given(typed) < min_probability:
            return displayable(self._tentative, growing, typed, right, min_probability, complete=False)
        return self._words(typed)

    @property
    def _growing(self) -> list[Part]:
        """The part that is still growing, as a list of at most one."""
        return [Part(len(self._tentative), self._steps[-1].probability, tuple(self._steps))] if self._steps else []

    def _words(self, typed: int) -> Shown:
        """Of a first line that takes long, the words so far; not where text right of the cursor may end it."""
        if (
            not self._growing
            or self.answer
            or "\n" in self._tentative.strip()
            or goes_on(self._cursor.text[self._cursor.offset :])
        ):
            return Shown("", 0.0)
        probability = self._growing[0].given(typed)
        return words(self._tentative[typed:], len(self._tentative) - typed, probability)

    @property
    def _is_cut(self) -> bool:
        """Whether the answer was ended before its own end."""
        return self.reason in _CUT

    def is_old_at(self, offset: int) -> bool:
        """`is_old` for a cursor that has moved along it to `offset`."""
        return is_old(self._tentative[: offset - self._cursor.offset])

    def cancel(self) -> None:
        self._task.cancel()

    def serves(self, text: str, offset: int) -> bool:
        """Whether it is under way and may still answer this place: the same, or one that was typed along it."""
        began, ours = self._cursor.offset, self._cursor.text
        if not self.under_way or offset < began:
            return False
        typed = text[began:offset]
        right = ours[began:]
        if not text.startswith(ours[:began]) or closed_since(text, offset, right, len(right) + 1) is None:
            return False
        # With nothing said yet there is nothing to lose: the newer place is the better one to ask about.
        return not typed or (
            bool(self._tentative) and (self._tentative.startswith(typed) or typed.startswith(self._tentative))
        )

    async def wait(self, deadline: float, second: float, offset: int, min_probability: float) -> None:
        """Until the answer is complete, or `deadline` seconds have passed and whole statements are there to show.

        What is only a part of one is worth waiting for until the `second` deadline. Of a line that has been on its
        way for so long, words are enough. It waits for nothing where it is clear that for a cursor at `offset` the
        answer will be less probable than `min_probability`.
        """
        began, typed = _now(), offset - self._cursor.offset
        while self.under_way:
            if self._is_hopeless(typed, min_probability):
                self.reason = "doubt"
                break
            passed = _now() - began
            lasts = _now() - self._spoke_at if self._spoke_at else 0.0
            if self._is_whole_so_far() and (passed >= deadline or self._has_begun_block()):
                break
            if passed >= second and self.answer:
                break
            if passed >= second and lasts >= deadline and self._words(typed).text:
                break
            due = deadline if passed < deadline else second
            await self._news_within(max(due - passed, _LOOK_AGAIN))
        self._raise_error()

    def _is_whole_so_far(self) -> bool:
        """Whether what is certain of the answer ends where a person would stop."""
        return bool(self.answer) and (self._has_begun_block() or is_whole(self.answer, beginning(self._cursor)))

    def _has_begun_block(self) -> bool:
        """Whether the one line that was asked for is there, and its block follows: that is not waited for."""
        line = f"{self._cursor.tail.head}{self.answer}".rpartition("\n")[2]
        is_line = self._request.stop.mode == "line" and not self.answer.lstrip(" \t\r").startswith("\n")
        return is_line and opens_block(self._cursor.code, line)

    async def whole(self) -> None:
        """Until nothing more comes. Raises what the backend raised."""
        await asyncio.wait({self._task})
        self._raise_error()

    async def more(self, certain: int) -> bool:
        """Until more than so many characters are certain; False when it ended with no more."""
        while self.under_way and len(self.answer) <= certain:
            await self._news_within(None)
        return len(self.answer) > certain

    def _raise_error(self) -> None:
        if self._task.done() and not self._task.cancelled():
            self._task.result()

    def _is_hopeless(self, typed: int, min_probability: float) -> bool:
        """Whether the first line, so far, is too improbable to be shown as a whole."""
        return not self._parts and any(part.given(typed) < min_probability for part in self._growing)

    async def _news_within(self, seconds: float | None) -> None:
        waiting = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait({self._task, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()

    async def _run(self) -> None:
        alternatives: tuple[Alternative, ...] = ()
        async with aclosing(self._backend.generate(self._request)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    self.reason, self.usage, alternatives = event.name, event.usage, event.alternatives
                elif not self._take(event):
                    self.reason = "doubt"
                    break
        if self.reason in ("superseded", "cancelled"):
            return
        alternatives = tuple(replace(each, text=self._own(each.text)) for each in alternatives)
        self.answer, self._is_sound = sound(self._cursor, self.answer), True
        self._remember(alternatives=alternatives)

    def _take(self, piece: Piece) -> bool:
        """Whether the answer may go on behind this piece.

        What follows a doubtful line is asked for once that was typed.
        """
        if self._parts:
            is_doubtful = confidence(self._parts) < self._min_probability
            if is_doubtful and self._request.stop.mode == "line":
                return False
            if not is_doubtful and piece.probability < self._min_probability:
                return False
        self._spoke_at = self._spoke_at or _now()
        text = self._own(piece.text)
        answer = self.answer + text
        self._tentative = self._with_secrets(self._own(piece.tentative) or answer)
        if text:
            self.answer = self._with_secrets(answer)
            is_cut = len(self.answer) < len(answer)
            self._parts.append(Part(len(self.answer), self._probability(piece), tuple(self._steps)))
            self._steps.clear()
            self._remember(complete=False)
            if is_cut:
                return False
        else:
            self._steps.append(Step(len(self._tentative), piece.probability))
        self._news.set()
        self._news = asyncio.Event()
        return True

    def _own(self, text: str) -> str:
        """The text with the document's own line ends, and without invisible characters that are new to it."""
        if self._line_end == "\r\n":
            text = text.replace("\r", "")
        return without_new(text, self._cursor.text).replace("\n", self._line_end)

    def _with_secrets(self, text: str) -> str:
        """The text with this file's own secrets in place of their stand-ins, cut in front of any other file's."""
        own = restored(text, self._cursor.text)
        foreign = min((own.index(each) for each in stand_ins(own)), default=len(own))
        return own[:foreign]

    def _probability(self, piece: Piece) -> float:
        """The probability of the text alone: it may be right although the model ended too early."""
        end = len(self.answer)
        return next((step.probability for step in self._steps if step.end >= end), piece.probability)

    def _remember(self, complete: bool = True, alternatives: tuple[Alternative, ...] = ()) -> None:
        self._suggestions.add(
            self._cursor.text,
            self._cursor.offset,
            self.answer,
            self._parts,
            complete,
            alternatives=alternatives,
            by_hand=self.by_hand,
        )


def _now() -> float:
    return asyncio.get_running_loop().time()


def _note_error(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("an answer ended with: %s", error)
