"""A draft: the old form of a text that is written anew. Most of it comes again, and is verified in batches.

Where the model says something else is the place of a change. There it writes token by token until it is back at
the old text. What is said is what the model would say without a draft, whatever the draft expects.
"""

from itertools import islice

from hearth.engine.host.healing import Vocabulary

# Tokens of one batch: many where nothing was changed yet. A batch of 4 costs about as much as two tokens one by
# one, one of 64 as eleven (measured on two processors), so after a change a few show first that it is over.
WHOLE, TRIAL = 64, 4
_BACK = 2  # tokens that are those of the old text again: the change is over
_FAR = 400  # tokens of the old text among which these are looked for, in both directions


class Draft:
    """The tokens of the old text, and where in it the new one is."""

    def __init__(self, tokens: list[int], vocabulary: Vocabulary) -> None:
        self._tokens = tokens
        self._pieces = vocabulary.pieces
        self._is_back = True  # the old text goes on, as far as is known
        self._at = 0  # its next token then
        self._since = 0  # behind its last tokens that were said again, so many as are no accident
        self._row = 0
        self._size = WHOLE
        self._said: list[int] = []
        self._tried: set[int] = set()  # where it did not go on, since it was left

    def guess(self) -> list[int]:
        """The tokens that probably come next; none while something new is being written."""
        if not self._is_back:
            return []
        size, self._size = self._size, min(WHOLE, 4 * self._size)
        return self._tokens[self._at : self._at + size]

    def said(self, token: int) -> None:
        """The model has said this token next."""
        self._said.append(token)
        if self._is_back and self._tokens[self._at : self._at + 1] == [token]:
            self._at += 1
            self._row += 1
            if self._row >= _BACK:
                self._since = self._at
                self._tried.clear()
            return
        place = self._place_after(token)
        self._is_back, self._row = place is not None, 0
        if place is not None:
            self._at, self._size = place, TRIAL
            self._tried.add(place)

    def _place_after(self, token: int) -> int | None:
        """Where the old text may go on: behind the same tokens, or with the line after the one that is new now."""
        tokens, since = self._tokens, self._since
        # Below first. What looked like the old text for some tokens may have led too far down.
        ends = (*range(since + 1, min(len(tokens), since + _FAR) + 1), *range(since, max(0, since - _FAR), -1))
        last = self._said[-_BACK:]
        places = [end for end in ends if end not in self._tried and tokens[max(0, end - _BACK) : end] == last]
        if not places and b"\n" in self._pieces[token]:
            lines = (at + 1 for at in range(since, len(tokens)) if b"\n" in self._pieces[tokens[at]])
            places = [end for end in islice(lines, 1) if end not in self._tried]
        return next(iter(places), None)
