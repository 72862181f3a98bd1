"""Filling the middle by asking a chat model for it: the last resort for models without FIM tokens.

Such a model may explain instead of filling in. Its code is taken from between fences, or from lines that are no
prose; where it says prose only, nothing is shown.
"""

from contextlib import aclosing

from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.prose import Lines, is_surely_code
from hearth.engine.types import (
    ChatMessage,
    ChatPrompt,
    ChatRequest,
    CompletionRequest,
    FimPrompt,
    Finished,
    FinishReason,
    Piece,
)

NOTE = (
    "This model has no fill-in-the-middle form and is asked by chat instead. "
    "A code model such as qwen2.5-coder answers better and faster."
)

_HOLE = "[HOLE]"
_TASK = (
    f"You complete code in an editor. The file has one {_HOLE}. Reply with exactly the text that replaces "
    "it: no explanation, no Markdown, nothing that stands before or after the hole already. Keep it short."
)
_FENCE = "```"
_MOST_SURE = 0.5  # a model that was not trained to fill in is never sure, whatever its tokens' probabilities


def as_chat(request: CompletionRequest) -> ChatRequest:
    messages = (ChatMessage("system", _TASK), ChatMessage("user", _shown(request.prompt)))
    return ChatRequest(
        request.cache_key,
        ChatPrompt(messages, think=False),
        max_tokens=request.max_tokens,
        priority=request.priority,
        supersedes=request.supersedes,
    )


async def code_of(stream: Stream, request: CompletionRequest) -> Stream:
    """The code of an answer, with a doubt of its own. Where prose is asked for, that too."""
    sieve = _Sieve(None if request.raw or request.stop.prose else Lines(request.stop.language))
    probability = 1.0  # of what was not handed on yet
    async with aclosing(stream):
        async for event in stream:
            if isinstance(event, Piece) and event.part == "thinking":
                yield event
                continue
            if isinstance(event, Finished):
                text = sieve.finish()
            else:
                probability *= event.probability
                text = sieve.push(event.text)
            if text:
                yield Piece(text, probability=min(probability, _MOST_SURE))
                probability = 1.0
            elif isinstance(event, Piece):
                yield Piece("")  # whoever counts the pieces counts what was held back too
            if isinstance(event, Finished) or sieve.is_over:
                yield event if isinstance(event, Finished) else Finished(FinishReason.EOG)
                return


class _Sieve:
    """Lets lines of code through, between fences, or from the first one on up to a line of prose.

    Without `lines` everything but fences is let through.
    """

    def __init__(self, lines: Lines | None) -> None:
        self._lines = lines
        self._line = ""  # the one that comes now
        self._handed = 0  # so many of its characters are through
        self._blank = ""  # lines before the code: a fence may follow
        self._begun = False
        self.is_over = False

    def push(self, text: str) -> str:
        """What is certain by now."""
        self._line += text
        through = ""
        while not self.is_over and "\n" in self._line:
            line, _, rest = self._line.partition("\n")
            through += self._whole(f"{line}\n")
            self._line, self._handed = rest, 0
        return through if self.is_over else through + self._beginning()

    def finish(self) -> str:
        return "" if self.is_over or not self._line else self._whole(self._line)

    def _beginning(self) -> str:
        """What of a line that is not complete may be handed on."""
        if self._handed == 0 and not self._is_certain(self._line):
            return ""
        through = self._take_blank() + self._line[self._handed :]
        self._handed = len(self._line)
        return through

    def _is_certain(self, beginning: str) -> bool:
        """Whether it is no fence, and code whatever comes behind it."""
        start = beginning.lstrip()
        if not start or _FENCE.startswith(start[:3]):
            return False
        return self._lines is None or is_surely_code(beginning)

    def _whole(self, line: str) -> str:
        is_prose = self._lines is not None and self._lines.is_prose(line)
        if self._handed:
            return line[self._handed :]
        if line.lstrip().startswith(_FENCE):
            self.is_over, self._blank = self._begun, ""
            return ""
        if is_prose:
            self.is_over = self._begun
            return ""
        if not line.strip() and not self._begun:
            self._blank += line
            return ""
        return self._take_blank() + line

    def _take_blank(self) -> str:
        blank, self._blank, self._begun = self._blank, "", True
        return blank


def _shown(prompt: FimPrompt) -> str:
    others = "".join(f"Another file, {file.path}:\n{file.text}\n\n" for file in prompt.context)
    name = f"The file, {prompt.path}:\n" if prompt.path else "The file:\n"
    return f"{others}{name}{prompt.above}{prompt.typed}{_HOLE}{prompt.below}"
