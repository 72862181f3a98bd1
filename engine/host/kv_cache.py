"""The KV cache: which sequence holds which tokens, and how the next prompt reuses them.

`Sequence.tokens` always says exactly what llama.cpp holds at positions 0, 1, 2, …, whatever was aborted,
cancelled or closed half way. Recurrent and hybrid models keep a state instead of a place for each token: of their
sequences all is used again, or nothing.
"""

from collections import OrderedDict
from collections.abc import Iterator
from collections.abc import Sequence as TokenList
from contextlib import contextmanager
from dataclasses import dataclass, field

from hearth.engine.host.native import Context, Logits

# Logits of so many positions are kept per sequence: a prompt that ends inside a word is asked again at each
# letter, and its last whole token would have to be evaluated again only to see its logits.
KEPT_LOGITS = 8
# A remainder shorter than this is cut off without regret; a longer one may be of use to another document.
_WORTH_KEEPING = 48
# A shared beginning shorter than this is evaluated again as fast as it is copied.
_WORTH_COPYING = 64


@dataclass
class Sequence:
    """One sequence. `owner` is the document or conversation that used it last."""

    index: int
    owner: str = ""
    tokens: list[int] = field(default_factory=list)
    logits: OrderedDict[int, Logits] = field(default_factory=OrderedDict)
    used: int = 0
    busy: bool = False

    def last_logits(self) -> Logits:
        """What follows the last token; shape (vocab_size,)."""
        return self.logits[len(self.tokens) - 1]


class KvCache:
    """The sequences of one context."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.sequences = [Sequence(index) for index in range(context.sequences)]
        self._clock = 0

    @contextmanager
    def sequence_for(self, owner: str, prompt: TokenList[int], warm_up: bool = False) -> Iterator[Sequence]:
        """The sequence that saves most work, cut down to what it shares with `prompt`; nobody else's meanwhile.

        At least the prompt's last token is left to be evaluated unless its logits are known.
        """
        sequence = self._choose(owner, prompt, warm_up)
        shared = self._shared(sequence, prompt)
        if shared == len(prompt) and shared - 1 not in sequence.logits:
            shared -= 1
        self._cut(sequence, shared)
        self._clock += 1
        sequence.owner, sequence.used, sequence.busy = owner, self._clock, True
        try:
            yield sequence
        finally:
            sequence.busy = False

    def extend(self, sequence: Sequence, tokens: list[int]) -> bool:
        """Evaluate `tokens` behind those of the sequence; False when aborted (then nothing has changed)."""
        if not self.context.decode(sequence.index, tokens, len(sequence.tokens)):
            return False
        sequence.tokens += tokens
        sequence.logits[len(sequence.tokens) - 1] = self.context.logits()
        while len(sequence.logits) > KEPT_LOGITS:
            sequence.logits.popitem(last=False)
        return True

    def reusable(self, prompt: TokenList[int]) -> int:
        """How many tokens of `prompt` the cache holds already."""
        return max(self._shared(sequence, prompt) for sequence in self.sequences)

    def _shared(self, sequence: Sequence, prompt: TokenList[int]) -> int:
        """How many tokens at the beginning of the prompt need not be evaluated in that sequence."""
        shared = common_prefix(sequence.tokens, prompt)
        return 0 if self.context.keeps_a_state and shared < len(sequence.tokens) else shared

    def _choose(self, owner: str, prompt: TokenList[int], warm_up: bool) -> Sequence:
        free = [sequence for sequence in self.sequences if not sequence.busy]
        best = max(free, key=lambda each: (self._shared(each, prompt), each.owner == owner, each.used))
        shared = self._shared(best, prompt)
        # A warm-up must not destroy the prompt that the user is being answered from meanwhile.
        replaceable = best.owner == owner and not warm_up
        if replaceable or len(best.tokens) - shared <= _WORTH_KEEPING or len(free) == 1:
            return best
        spare = self._spare([each for each in free if each is not best], owner)
        self._cut(spare, 0)
        if shared >= _WORTH_COPYING and self.context.copy(best.index, spare.index, shared):
            spare.tokens = best.tokens[:shared]
        return spare

    def _spare(self, free: list[Sequence], owner: str) -> Sequence:
        """An older prompt of the same owner, else an empty sequence, else the one not used for longest."""
        return min(free, key=lambda each: (each.owner != owner, bool(each.tokens), each.used))

    def _cut(self, sequence: Sequence, count: int) -> None:
        if count < len(sequence.tokens):
            if not self.context.keep(sequence.index, count):
                self.context.drop(sequence.index)
                count = 0
            del sequence.tokens[count:]
        for position in [position for position in sequence.logits if position >= count]:
            del sequence.logits[position]


def common_prefix(left: TokenList[int], right: TokenList[int]) -> int:
    """How many tokens two lists have in common at their beginning."""
    size = min(len(left), len(right))
    if left[:size] == right[:size]:
        return size
    return next(index for index in range(size) if left[index] != right[index])
