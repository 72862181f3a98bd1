"""Fill-in-the-middle prompts -> tokens, fitted to a window, with the blanks that the model was trained with.

A vocabulary of SentencePiece's kind puts a blank in front of each text. In training there was one text behind PRE,
which got it; the text below had none, and what is typed goes on behind the text above.
"""

from dataclasses import dataclass, field

from msgspec.structs import replace

from hearth.engine.errors import PromptTooLong
from hearth.engine.fim import FIM_TEMPLATES, Mark, layout
from hearth.engine.host.kv_cache import common_prefix
from hearth.engine.host.native import Model
from hearth.engine.types import FimPrompt

_REMEMBERED = 64  # texts


@dataclass
class FimTokens:
    """The prompts of one model; `family` is a row of `FIM_TEMPLATES`."""

    model: Model
    family: str
    _marks: dict[str, int | None] = field(default_factory=dict)
    _texts: dict[tuple[str, bool], list[int]] = field(default_factory=dict)

    def of(self, prompt: FimPrompt, window: int) -> tuple[list[int], list[int]]:
        """(everything up to and including MID, the typed text), together no more than `window` tokens.

        Raises `PromptTooLong` only where not even the typed text fits.
        """
        while True:
            fixed, typed = self._tokens(prompt)
            typed = typed[-(window // 2) :]
            if len(fixed) + len(typed) <= window:
                return fixed, typed
            # Budgets are estimated in characters; text of unusually many tokens is cut here.
            if not prompt.above and not prompt.below and not prompt.context:
                raise PromptTooLong(f"the window of {window} tokens is too small")
            prompt = _halved(prompt)

    def _tokens(self, prompt: FimPrompt) -> tuple[list[int], list[int]]:
        *parts, typed = layout(FIM_TEMPLATES[self.family], prompt)
        begin = self.model.begin_token()
        fixed = [] if begin is None else [begin]
        text, is_first = "", False  # what stands since the last mark, and whether that is PRE
        for part in parts:
            if not isinstance(part, Mark):
                text += part.text
                continue
            fixed += [*self._remembered(text, is_first), *self.mark(part.text)]
            text, is_first = "", part.role == "pre"
        if not text:
            return fixed, self._remembered(typed.text, is_first)
        # No mark stands between the text above and what is typed: they are one text.
        above, whole = self._remembered(text, is_first), self._spelt(text + typed.text, is_first)
        shared = common_prefix(above, whole)
        return fixed + whole[:shared], whole[shared:]

    def mark(self, text: str) -> list[int]:
        """The special token of that name; where the vocabulary has none, what spells it."""
        if text not in self._marks:
            self._marks[text] = self.model.mark(text)
        mark = self._marks[text]
        return self.model.tokenize(text) if mark is None else [mark]

    def _remembered(self, text: str, is_first: bool) -> list[int]:
        """The frozen texts of a frame come again with every keystroke."""
        key = (text, is_first)
        if key not in self._texts:
            while len(self._texts) >= _REMEMBERED:
                del self._texts[next(iter(self._texts))]
            self._texts[key] = self._spelt(text, is_first)
        return self._texts[key]

    def _spelt(self, text: str, is_first: bool) -> list[int]:
        if not text:
            return []
        return self.model.tokenize(text) if is_first else self.model.tokenize_inside(text)


def _halved(prompt: FimPrompt) -> FimPrompt:
    """The same prompt with half of its longest text, keeping what is nearest to the cursor."""
    context = sum(len(file.text) for file in prompt.context)
    if context >= max(len(prompt.above), len(prompt.below)):
        return replace(prompt, context=prompt.context[: len(prompt.context) // 2])
    if len(prompt.above) >= len(prompt.below):
        return replace(prompt, above=prompt.above[(len(prompt.above) + 1) // 2 :])
    return replace(prompt, below=prompt.below[: len(prompt.below) // 2])
