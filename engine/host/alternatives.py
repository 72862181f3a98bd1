"""What else the model might have said: the tokens that came second, where the choice was closest."""

from typing import NamedTuple

from hearth.engine.types import Rival

MAX_RIVALS = 4
MIN_PROBABILITY = 0.01  # of all that would have been said up to there
END = -1  # in the place of a token


class Choice(NamedTuple):
    """One step of greedy decoding: what was chosen, what came second, and how probable an end here was."""

    token: int
    probability: float
    ending: float
    second: int | None = None
    second_probability: float = 0.0


NOTHING_YET = Choice(END, 0.0, 0.0)


class Rivals:
    """The rivals of one answer, noted token by token."""

    def __init__(self) -> None:
        self._together = 1.0  # the probability of the answer so far
        self._found: list[tuple[int, Rival]] = []

    def note(self, said: str, chosen: str, other: str, choice: Choice) -> None:
        """Behind `said` comes `chosen`; `other` might have come ("" where it is no text by itself).

        A beginning of what was chosen is no rival: it goes on in the same way.
        """
        probability = self._together * choice.second_probability
        self._together *= choice.probability
        if other.strip() and not chosen.startswith(other) and probability >= MIN_PROBABILITY:
            self._found.append((len(said), Rival(said + other, probability)))

    def within(self, length: int) -> tuple[Rival, ...]:
        """The most probable ones that part from the answer within so many of its characters."""
        found = [rival for at, rival in self._found if at < length]
        return tuple(sorted(found, key=lambda rival: -rival.probability)[:MAX_RIVALS])
