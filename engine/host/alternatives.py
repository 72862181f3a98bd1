"""What else the model might have said: the tokens that came second, where the choice was closest."""

from hearth.engine.host.decoding import Decoded
from hearth.engine.types import Rival

MAX_RIVALS = 4
MIN_PROBABILITY = 0.01  # of all that would have been said up to there


class Rivals:
    """The rivals of one answer, noted token by token."""

    def __init__(self) -> None:
        self._together = 1.0  # the probability of the answer so far
        self._found: list[tuple[int, Rival]] = []

    def note(self, said: str, decoded: Decoded) -> None:
        """`decoded` comes behind `said`, and its alternative might have come.

        A beginning of what was chosen is no alternative: it goes on in the same way.
        """
        probability = self._together * decoded.alternative_probability
        self._together *= decoded.probability
        other = decoded.alternative_text
        if other.strip() and not decoded.text.startswith(other) and probability >= MIN_PROBABILITY:
            self._found.append((len(said), Rival(said + other, probability)))

    def within(self, length: int) -> tuple[Rival, ...]:
        """The most probable ones that part from the answer within so many of its characters."""
        found = [rival for at, rival in self._found if at < length]
        return tuple(sorted(found, key=lambda rival: -rival.probability)[:MAX_RIVALS])
