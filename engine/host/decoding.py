"""Greedy decoding: from logits to tokens, from tokens to text, and how probable that text is."""

import codecs
import math
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hearth.engine.host.guiding import RAISED, UNLISTED, Guide, Mask
from hearth.engine.host.healing import Vocabulary
from hearth.engine.host.native import Logits
from hearth.engine.types import Usage

END = -1  # in the place of a token


class Choice(NamedTuple):
    """One step of greedy decoding: what was chosen, what came second, and how probable an end here was."""

    token: int
    probability: float
    ending: float
    second: int | None = None
    second_probability: float = 0.0


class Decoded(NamedTuple):
    """One token of an answer. `END` has no text; `end_probability` is that of all end tokens in its place.

    `text` are the characters that the token completes. `alternative_text` is what the second most probable token
    would have added, "" where that is no text by itself.
    """

    token: int
    text: str
    alternative_text: str
    probability: float
    alternative_probability: float
    end_probability: float


class Picker:
    """Chooses the next token of a model. `ends` are the ids of its end tokens."""

    def __init__(self, vocabulary: Vocabulary, ends: npt.NDArray[np.int64]) -> None:
        self.vocabulary = vocabulary
        self.ends = ends

    def pick(self, logits: Logits, wanted: bytes, guide: Guide | None = None) -> Choice:
        """The most probable token that agrees with `wanted`; `END` when to end is, or when nothing agrees.

        Where `guide` knows what may follow, it has a say too.
        """
        allowed = self.vocabulary.allowed(wanted) if wanted else None
        if allowed is not None and not len(allowed):
            return Choice(END, 0.0, 0.0)
        listed = guide.listed(wanted) if guide is not None else None
        if guide is not None and listed is not None:
            return self._pick_listed(logits, wanted, allowed, listed, guide.complete)
        scores = logits if allowed is None else logits[allowed]
        best = int(np.argmax(scores))
        weights = np.exp(scores - scores[best])
        total = float(weights.sum())
        # All the ways to end count together.
        ending = float(weights[self.ends].sum()) / total if allowed is None else 0.0
        if allowed is None and (ending >= 1.0 / total or not self.vocabulary.pieces[best]):
            return Choice(END, 0.0, ending)
        weights[best] = 0.0
        second = int(np.argmax(weights))
        second_probability = float(weights[second]) / total
        if allowed is not None:
            best, second = int(allowed[best]), int(allowed[second])
        return Choice(best, 1.0 / total, ending, second, second_probability)

    def _pick_listed(
        self,
        logits: Logits,
        wanted: bytes,
        allowed: npt.NDArray[np.int64] | None,
        listed: Mask,
        complete: bool,
    ) -> Choice:
        """The same where some tokens are `listed`: only they may be chosen if the list is `complete`, else rather.

        The probability is the model's own, so what an incomplete list raises is no surer by that. A complete list
        leaves the other tokens a little of their weight, which is the chance that the list is wrong: a name that
        the model would never have said does not become certain.
        """
        scores = logits
        if allowed is not None:
            scores = np.full_like(logits, -np.inf)
            scores[allowed] = logits[allowed]
        ranked = np.where(listed, scores, -np.inf if complete else scores - RAISED)
        best = int(np.argmax(ranked))
        if ranked[best] == -np.inf:  # the vocabulary cannot say any of them
            return self.pick(logits, wanted)
        weights = np.exp(scores - scores.max())
        total = float(weights.sum())
        if complete:
            total -= (1 - UNLISTED) * float(weights[~listed].sum())
        ending = 0.0
        if allowed is None:
            ends = self.ends[listed[self.ends]] if complete else self.ends
            ending = float(weights[ends].sum()) / total
            if float(np.exp(ranked[ends] - ranked[best]).sum()) >= 1.0 or not self.vocabulary.pieces[best]:
                return Choice(END, 0.0, ending)
        probability = float(weights[best]) / total
        ranked[best] = -np.inf
        second = int(np.argmax(ranked))
        if ranked[second] == -np.inf:
            return Choice(best, probability, ending)
        return Choice(best, probability, ending, second, float(weights[second]) / total)


class TextDecoder:
    """Makes text of tokens. `healed`: the first bytes stand left of the cursor already and are left out."""

    def __init__(self, vocabulary: Vocabulary, healed: bytes = b"") -> None:
        self._pieces = vocabulary.pieces
        self._skip = len(healed)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def decoded(self, choice: Choice) -> Decoded:
        """What this choice adds to the text."""
        if choice.token == END:
            return Decoded(END, "", "", choice.probability, 0.0, choice.ending)
        alternative = self._alone(choice.second)
        text = self._next(self._pieces[choice.token])
        return Decoded(
            choice.token, text, alternative, choice.probability, choice.second_probability, choice.ending
        )

    def _alone(self, token: int | None) -> str:
        """The text of a token, if it may follow here and its bytes are whole characters."""
        if token is None or self._decoder.getstate()[0]:
            return ""
        try:
            return self._pieces[token][self._skip :].decode()
        except UnicodeDecodeError:
            return ""

    def _next(self, piece: bytes) -> str:
        """The characters that `piece` completes."""
        skipped = piece[self._skip :]
        self._skip = max(0, self._skip - len(piece))
        return self._decoder.decode(skipped)


@dataclass
class Run:
    """The figures of one job: what it cost, and how probable its tokens were."""

    prompt_tokens: int
    cached_tokens: int
    usage: Usage = field(init=False)
    _probabilities: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.usage = Usage(prompt_tokens=self.prompt_tokens, cached_tokens=self.cached_tokens)

    def add(
        self,
        evaluated: int = 0,
        generated: int = 0,
        prefill_ms: float = 0.0,
        decode_ms: float = 0.0,
        probability: float | None = None,
    ) -> None:
        self.usage = replace(
            self.usage,
            evaluated_tokens=self.usage.evaluated_tokens + evaluated,
            generated_tokens=self.usage.generated_tokens + generated,
            prefill_ms=self.usage.prefill_ms + prefill_ms,
            decode_ms=self.usage.decode_ms + decode_ms,
        )
        if probability is not None:
            self._probabilities.append(probability)

    def take_probability(self, text: str) -> float:
        """How probable the tokens since the last call are together; of several lines, the mean of one line."""
        probability = self.probability_of(text)
        self._probabilities.clear()
        return probability

    def probability_of(self, text: str) -> float:
        """The same without an end to it: more tokens may follow."""
        lines = sum(bool(line.strip()) for line in text.splitlines())
        return float(math.prod(self._probabilities) ** (1 / max(1, lines)))
