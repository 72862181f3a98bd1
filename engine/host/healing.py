"""Token healing: the cursor often stands inside what the tokenizer would make one token.

`split` takes the prompt's last token(s) back and remembers their bytes; `Vocabulary.allowed` then lists the
tokens whose bytes agree with what must still be said. Measured (0.5B, retyping code): 9.0% of keystrokes
saved without healing, 15.3% with healing of words, 18.6% with blanks too.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

# A word of more tokens than this is healed at its last token only: each healed token is generated again.
MAX_HEALED_TOKENS = 3


class Vocabulary:
    """The bytes of all tokens, searchable by prefix."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = pieces
        ids = sorted((token for token, piece in enumerate(pieces) if piece), key=pieces.__getitem__)
        self._keys = [pieces[token] for token in ids]
        self._ids = np.array(ids, dtype=np.int64)
        # Of several tokens with the same bytes the first one.
        self._exact = dict(zip(reversed(self._keys), reversed(ids), strict=True))

    def allowed(self, wanted: bytes) -> npt.NDArray[np.int64]:
        """Ids of the tokens that begin with `wanted` or that `wanted` begins with."""
        first = bisect_left(self._keys, wanted)
        last = bisect_left(self._keys, wanted + b"\xff" * 8)
        shorter = [self._exact[wanted[:size]] for size in range(1, len(wanted)) if wanted[:size] in self._exact]
        return np.concatenate([self._ids[first:last], np.array(shorter, dtype=np.int64)])

    def exact(self, text: bytes) -> int | None:
        """The id of the token with just these bytes."""
        return self._exact.get(text)

    def going_on(self, begin: bytes, ranges: Sequence[tuple[int, int]]) -> Iterator[npt.NDArray[np.int64]]:
        """Ids of the tokens that begin so and whose next byte lies in one of these ranges, both ends included."""
        first = bisect_left(self._keys, begin)
        last = bisect_left(self._keys, begin + b"\xff" * 8, first)
        if first == last:
            return
        for low, high in ranges:
            start = bisect_left(self._keys, begin + bytes([low]), first, last)
            end = bisect_left(self._keys, begin + bytes([high]) + b"\xff" * 8, start, last)
            if start < end:
                yield self._ids[start:end]


def split(tokens: Sequence[int], vocabulary: Vocabulary) -> tuple[list[int], bytes]:
    """(tokens to keep, bytes that the first generated tokens must spell) for the text behind MID.

    A word is taken back with the blank or sign in front of it in the same token; of an indentation only its
    last blank, which belongs to the token of the word that follows.
    """
    kept = list(tokens)
    if not kept:
        return kept, b""
    last = vocabulary.pieces[kept[-1]]
    if not last.strip(b" \t"):
        return _give_back_blank(kept, last, vocabulary)
    if not last.strip():
        return kept, b""  # a line end is a border of tokens already
    healed = [kept.pop()]
    while kept and len(healed) < MAX_HEALED_TOKENS and _continues_word(vocabulary, healed[-1], kept[-1]):
        healed.append(kept.pop())
    return kept, b"".join(vocabulary.pieces[token] for token in reversed(healed))


def _continues_word(vocabulary: Vocabulary, token: int, before: int) -> bool:
    """Both tokens are parts of one word."""
    first, previous = vocabulary.pieces[token][:1], vocabulary.pieces[before][-1:]
    return _in_word(first) and _in_word(previous)


def _in_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_" or byte >= b"\x80"


def _give_back_blank(kept: list[int], blanks: bytes, vocabulary: Vocabulary) -> tuple[list[int], bytes]:
    kept.pop()
    if len(blanks) == 1:
        return kept, blanks
    shorter = vocabulary._exact.get(blanks[:-1])
    if shorter is None:
        return kept, blanks
    return [*kept, shorter], blanks[-1:]
