"""What else the model might have said: the tokens that came second, where the choice was closest."""

from hearth.engine.host.decoding import Decoded
from hearth.engine.types import Alternative

MAX_ALTERNATIVES = 4
MIN_PROBABILITY = 0.01  # of all that would have been said up to there


class Alternatives:
    """The alternatives of one answer, noted token by token."""

    def __init__(self) -> None:
        self._together = 1.0  # the probability of the answer so far
        self._found: list[tuple[int, Alternative]] = []

    def note(self, said: str, decoded: Decoded) -> None:
        """`decoded` comes behind `said`, and its alternative might have come.

        A beginning of what was chosen is no alternative: it goes on in the same way.
        """
        probability = self._together * decoded.alternative_probability
        self._together *= decoded.probability
        other = decoded.alternative_text
        if other.strip() and not decoded.text.startswith(other) and probability >= MIN_PROBABILITY:
            self._found.append((len(said), Alternative(said + other, probability)))

    def within(self, length: int) -> tuple[Alternative, ...]:
        """The most probable ones that part from the answer within so many of its characters."""
        found = [alternative for at, alternative in self._found if at < length]
        return tuple(sorted(found, key=lambda alternative: -alternative.probability)[:MAX_ALTERNATIVES])
