"""Copies of a recurrent state, and which of them to keep.

A state takes up to 60 MB, so there are few of them. They are dense where the sequence ends and sparse far from
there: whoever deletes a word goes back a few tokens, and whoever moves far away has much to evaluate anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hearth.engine.host.native import Logits, State


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What the model remembers behind some tokens of a sequence, and the logits of the last of them."""

    state: State
    logits: Logits

    @property
    def bytes(self) -> int:
        return len(self.state) + 4 * len(self.logits)


def least_missed(checkpoints: Mapping[int, Checkpoint]) -> int:
    """The one to let go of: the gap that it would leave is the smallest, seen from the newest one.

    `checkpoints` are by their number of tokens, and there is at least one.
    """
    counts = sorted(checkpoints)
    newest = counts[-1]
    if len(counts) == 1:
        return newest

    def gap(index: int) -> float:
        before = counts[index - 1] if index else 0
        return (counts[index + 1] - before) / (newest - counts[index])

    return counts[min(range(len(counts) - 1), key=gap)]
