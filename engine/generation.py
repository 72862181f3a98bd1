"""One answer as it grows, from the first token until nobody can want more of it."""

import asyncio
import logging
from contextlib import aclosing

from engine.backends import Backend
from engine.context.code import Code
from engine.context.syntax import errors_added
from engine.suggestions import Suggestions
from engine.types import CompletionRequest, Finished, Piece, Usage

log = logging.getLogger("hearth.completion")


class Generation:
    """The answer to one place, `code` at `offset`. It goes on after its first caller was answered, for the next.

    What is certain of it goes into `suggestions`, so that whoever types along it is answered from there.
    """

    def __init__(
        self, backend: Backend, request: CompletionRequest, code: Code, offset: int, suggestions: Suggestions
    ) -> None:
        self._backend = backend
        self._request = request
        self._code = code
        self._offset = offset
        self._suggestions = suggestions
        self._grown = asyncio.Event()
        self._probabilities: list[float] = []
        self._draft = ""
        self._is_sound = False
        self.answer = ""
        self.reason = "deadline"
        self.usage = Usage()
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(_note_error)  # the caller may be gone by then

    @property
    def confidence(self) -> float:
        """The probability of the least probable of the parts that came one by one: lines, mostly."""
        return min(self._probabilities, default=0.0)

    @property
    def under_way(self) -> bool:
        return not self._task.done() and not self._task.cancelling()

    @property
    def sound_answer(self) -> str:
        """What may be shown now: the whole answer, or the part of an unfinished one that adds no errors."""
        return _without_errors(self._code, self._offset, self.answer) if not self._is_sound else self.answer

    def cancel(self) -> None:
        self._task.cancel()

    def serves(self, text: str, offset: int) -> bool:
        """Whether it is under way and may still answer this place: the same, or one that was typed along it."""
        if not self.under_way or offset < self._offset:
            return False
        ours = self._code.text
        typed = text[self._offset : offset]
        if text[offset:] != ours[self._offset :] or text[: self._offset] != ours[: self._offset]:
            return False
        # With nothing said yet there is nothing to lose: the newer place is the better one to ask about.
        return not typed or (
            bool(self._draft) and (self._draft.startswith(typed) or typed.startswith(self._draft))
        )

    async def wait(self, seconds: float) -> None:
        """Until the answer is complete, or `seconds` have passed and there is at least something to show."""
        grown = asyncio.create_task(self._grown.wait())
        try:
            await asyncio.wait({self._task}, timeout=seconds)
            if not self._task.done():
                await asyncio.wait({self._task, grown}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            grown.cancel()
        if self._task.done() and not self._task.cancelled():
            self._task.result()  # raises what the backend raised

    async def _run(self) -> None:
        async with aclosing(self._backend.complete(self._request)) as events:
            async for event in events:
                if isinstance(event, Piece):
                    self._take(event)
                elif isinstance(event, Finished):
                    self.reason, self.usage = event.reason, event.usage
        if self.reason in ("superseded", "cancelled"):
            return
        self.answer, self._is_sound = self.sound_answer, True
        self._suggestions.add(self._code.text, self._offset, self.answer, self.confidence)

    def _take(self, piece: Piece) -> None:
        if piece.text:
            self.answer += piece.text
            self._probabilities.append(piece.probability)
            self._suggestions.add(self._code.text, self._offset, self.answer, self.confidence, complete=False)
            self._grown.set()
        self._draft = piece.draft or self.answer


def _without_errors(code: Code, offset: int, answer: str) -> str:
    """Drop last lines of a block as long as that leaves fewer errors in the tree that it is pasted into."""
    if "\n" not in answer.strip():
        return answer
    errors = errors_added(code, offset, offset, answer)
    while errors and "\n" in answer.strip():
        shorter = answer[: answer.rstrip().rfind("\n")].rstrip()
        fewer = errors_added(code, offset, offset, shorter)
        if fewer >= errors:
            return answer
        answer, errors = shorter, fewer
    return answer


def _note_error(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("an answer ended with: %s", error)
