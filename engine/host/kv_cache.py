"""The KV cache: which sequence holds which tokens, and how the next prompt reuses them.

`Sequence.tokens` always says exactly what llama.cpp holds at positions 0, 1, 2, …, whatever was aborted,
cancelled or closed half way. Recurrent and hybrid models keep a state instead of a place for each token. Nothing
can be taken out of a state, so copies of it (`checkpoints`) are made on the way, and a sequence goes back to one
of them.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from collections.abc import Sequence as TokenList
from contextlib import contextmanager
from dataclasses import dataclass, field

from hearth.engine.errors import BrokenModel
from hearth.engine.host.checkpoints import Checkpoint, least_missed
from hearth.engine.host.limits import CHECKPOINT_EVERY, MAX_CHECKPOINT_BYTES, MAX_CHECKPOINTS
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
    """One sequence. `owner` is the document or conversation that used it last.

    `checkpoints` are by the number of tokens that had been read, the smallest first.
    """

    index: int
    owner: str = ""
    tokens: list[int] = field(default_factory=list)
    logits: OrderedDict[int, Logits] = field(default_factory=OrderedDict)
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)
    used: int = 0
    busy: bool = False

    def last_logits(self) -> Logits:
        """What follows the last token; shape (vocab_size,)."""
        return self.logits[len(self.tokens) - 1]

    def knows_what_follows(self, count: int) -> bool:
        """Whether the logits behind the first `count` tokens are kept, here or with a checkpoint."""
        return count - 1 in self.logits or count in self.checkpoints


class KvCache:
    """The sequences of one context. `room` is how many bytes its checkpoints may take together."""

    def __init__(self, context: Context, room: int = MAX_CHECKPOINT_BYTES) -> None:
        self.context = context
        self.sequences = [Sequence(index) for index in range(context.sequences)]
        self._room = room
        self._clock = 0

    @contextmanager
    def sequence_for(self, owner: str, prompt: TokenList[int], warm_up: bool = False) -> Iterator[Sequence]:
        """The sequence that saves most work, cut down to what it shares with `prompt`; nobody else's meanwhile.

        At least the prompt's last token is left to be evaluated unless its logits are known.
        """
        sequence = self._choose(owner, prompt, warm_up)
        self._cut(sequence, self._shared(sequence, prompt))
        self._clock += 1
        sequence.owner, sequence.used, sequence.busy = owner, self._clock, True
        try:
            yield sequence
        finally:
            sequence.busy = False

    def extend(self, sequence: Sequence, tokens: list[int]) -> bool:
        """Evaluate `tokens` behind those of the sequence; False when aborted.

        Then nothing has changed, except that a state is back at its last checkpoint, and `sequence.tokens` is
        shorter. Raises `BrokenModel`; then the sequence is empty.
        """
        if not self._evaluated(sequence, tokens):
            return False
        sequence.logits[len(sequence.tokens) - 1] = self.context.logits()
        self._forget_older_logits(sequence)
        if len(sequence.tokens) - max(sequence.checkpoints, default=0) >= CHECKPOINT_EVERY:
            self.remember(sequence)
        return True

    def extend_by_guess(self, sequence: Sequence, tokens: list[int], choose: Callable[[Logits], int]) -> bool:
        """The same, but all tokens behind the first are guesses: they stay up to the first that is not chosen.

        `choose` is asked what follows each token that stays. Not for a model that keeps a state.
        """
        held, stay = len(sequence.tokens), 1
        if not self._evaluated(sequence, tokens, all_logits=True):
            return False
        logits = self.context.logits(0)
        while choose(logits) == (tokens[stay] if stay < len(tokens) else None):
            logits = self.context.logits(stay)
            stay += 1
        self._cut(sequence, held + stay)
        if sequence.tokens:  # else llama.cpp has refused to go back
            sequence.logits[held + stay - 1] = logits
            self._forget_older_logits(sequence)
        return True

    def _evaluated(self, sequence: Sequence, tokens: list[int], all_logits: bool = False) -> bool:
        """Whether llama.cpp and the sequence have these tokens now."""
        try:
            done = self.context.decode(sequence.index, tokens, len(sequence.tokens), all_logits)
        except BrokenModel:
            self._empty(sequence)
            raise
        if done:
            sequence.tokens += tokens
        elif self.context.keeps_a_state:
            self._go_back(sequence, max(sequence.checkpoints, default=0))
        return done

    def _forget_older_logits(self, sequence: Sequence) -> None:
        while len(sequence.logits) > KEPT_LOGITS:
            sequence.logits.popitem(last=False)

    def remember(self, sequence: Sequence) -> None:
        """Make a checkpoint, where the memory is of the kind that needs one to come back to this place."""
        count = len(sequence.tokens)
        if not self.context.keeps_a_state or count - 1 not in sequence.logits or count in sequence.checkpoints:
            return
        state = self.context.save(sequence.index)
        if state is not None:
            sequence.checkpoints[count] = Checkpoint(state, sequence.logits[count - 1])
            self._make_room(sequence)

    def reusable(self, prompt: TokenList[int]) -> int:
        """How many tokens of `prompt` the cache holds already."""
        return max(self._shared(sequence, prompt) for sequence in self.sequences)

    def _shared(self, sequence: Sequence, prompt: TokenList[int]) -> int:
        """How many tokens at the beginning of the prompt need not be evaluated in that sequence."""
        shared = common_prefix(sequence.tokens, prompt)
        if shared == len(prompt) and not sequence.knows_what_follows(shared):
            shared -= 1
        if shared == len(sequence.tokens) or not self.context.keeps_a_state:
            return shared
        return max((count for count in sequence.checkpoints if count <= shared), default=0)

    def _choose(self, owner: str, prompt: TokenList[int], warm_up: bool) -> Sequence:
        free = [sequence for sequence in self.sequences if not sequence.busy]
        best = max(free, key=lambda each: (self._shared(each, prompt), each.owner == owner, each.used))
        shared = self._shared(best, prompt)
        # A warm-up must not destroy the prompt that the user is being answered from meanwhile.
        replaceable = best.owner == owner and not warm_up
        if replaceable or len(best.tokens) - shared <= _WORTH_KEEPING or len(free) == 1:
            return best
        spare = self._spare([each for each in free if each is not best], owner)
        self._empty(spare)
        if shared >= _WORTH_COPYING:
            self._copy(best, spare, shared)
        return spare

    def _spare(self, free: list[Sequence], owner: str) -> Sequence:
        """An older prompt of the same owner, else an empty sequence, else the one not used for longest."""
        return min(free, key=lambda each: (each.owner != owner, bool(each.tokens), each.used))

    def _copy(self, source: Sequence, target: Sequence, count: int) -> None:
        """Make the empty `target` hold the first `count` tokens of `source`, or leave it empty."""
        held = len(source.tokens) if self.context.keeps_a_state else count  # a state is copied whole
        if self.context.copy(source.index, target.index, held):
            target.tokens = source.tokens[:held]
            target.logits = source.logits.copy()
            target.checkpoints = source.checkpoints.copy()
            self._cut(target, count)

    def _cut(self, sequence: Sequence, count: int) -> None:
        if count < len(sequence.tokens):
            self._go_back(sequence, count)
        for position in [position for position in sequence.logits if position >= count]:
            del sequence.logits[position]

    def _go_back(self, sequence: Sequence, count: int) -> None:
        """Back to where `count` tokens had been read; where that is refused, to the beginning."""
        checkpoint = sequence.checkpoints.get(count)
        if checkpoint and self.context.restore(sequence.index, checkpoint.state, count):
            sequence.logits[count - 1] = checkpoint.logits
        elif not count or self.context.keeps_a_state or not self.context.keep(sequence.index, count):
            self._empty(sequence)
            return
        del sequence.tokens[count:]
        sequence.checkpoints = {at: each for at, each in sequence.checkpoints.items() if at <= count}

    def _empty(self, sequence: Sequence) -> None:
        self.context.drop(sequence.index)
        sequence.tokens.clear()
        sequence.logits.clear()
        sequence.checkpoints.clear()

    def _make_room(self, newest: Sequence) -> None:
        """Let go of the checkpoints that will be missed least, first of sequences not used for longest."""
        if len(newest.checkpoints) > MAX_CHECKPOINTS:
            del newest.checkpoints[least_missed(newest.checkpoints)]
        while sum(self._bytes_of(each) for each in self.sequences) > self._room:
            having = [each for each in self.sequences if each.checkpoints]
            poorest = min(having, key=lambda each: (len(each.checkpoints) == 1, each is newest, each.used))
            del poorest.checkpoints[least_missed(poorest.checkpoints)]

    def _bytes_of(self, sequence: Sequence) -> int:
        return sum(each.bytes for each in sequence.checkpoints.values())


def common_prefix(left: TokenList[int], right: TokenList[int]) -> int:
    """How many tokens two lists have in common at their beginning."""
    size = min(len(left), len(right))
    if left[:size] == right[:size]:
        return size
    return next(index for index in range(size) if left[index] != right[index])
