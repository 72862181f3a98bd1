"""What may be said behind a dot: the tokens that lead to a name of a list.

The list is part of the request. A complete list rules other names out, an incomplete one raises its names.
Tokens that begin no name (a blank, a digit, a bracket) are always left as they are, and behind a whole name of
the list everything is.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from hearth.engine.host.healing import Vocabulary
from hearth.engine.types import Members

Mask = npt.NDArray[np.bool_]  # of the vocabulary

RAISED = 1.5  # by which an incomplete list raises the logits of what is on it over others: 4.5 times as probable
UNLISTED = 0.05  # of their weight that the other tokens keep where a complete list rules them out
_MAX_MASKS = 16  # that are kept, of 150 KB each

# Bytes as ranges, both ends included. A byte of a letter outside of ASCII counts as one of a name.
_ANY = ((0x00, 0xFF),)
_NOT_IN_NAME = ((0x00, 0x23), (0x25, 0x2F), (0x3A, 0x40), (0x5B, 0x5E), (0x60, 0x60), (0x7B, 0x7F))
_BEGINS_NO_NAME = ((0x00, 0x23), (0x25, 0x40), (0x5B, 0x5E), (0x60, 0x60), (0x7B, 0x7F))


class MemberTokens:
    """The tokens of one vocabulary that lead to names; what was found last is kept."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._without_text = np.array(
            [token for token, piece in enumerate(vocabulary.pieces) if not piece], dtype=np.int64
        )
        self._masks: dict[tuple[bytes, bytes, tuple[bytes, ...]], Mask] = {}

    def following(self, wanted: bytes, spoken: bytes, names: tuple[bytes, ...]) -> Mask:
        """Tokens that may follow where `spoken` is the beginning of each of these names.

        `wanted` bytes must be said in front of that: they stand left of the cursor already.
        """
        key = wanted, spoken, names
        mask = self._masks.get(key)
        if mask is None:
            mask = np.zeros(len(self._vocabulary.pieces), dtype=np.bool_)
            for ids in self._following(wanted, spoken, names):
                mask[ids] = True
            if len(self._masks) >= _MAX_MASKS:
                del self._masks[next(iter(self._masks))]
            self._masks[key] = mask
        return mask

    def _following(
        self, wanted: bytes, spoken: bytes, names: tuple[bytes, ...]
    ) -> Iterator[npt.NDArray[np.int64]]:
        vocabulary = self._vocabulary
        parts: set[bytes] = set()
        for name in names:
            rest = wanted + name[len(spoken) :]
            parts.update(rest[:size] for size in range(1, len(rest) + 1))
            yield from vocabulary.going_on(rest, _NOT_IN_NAME if is_in_name(name[-1]) else _ANY)
        if not spoken:
            yield from vocabulary.going_on(wanted, _BEGINS_NO_NAME)
        may_end = not spoken or spoken in names
        if may_end and not wanted:
            yield self._without_text
        found = [token for part in parts if (token := vocabulary.exact(part)) is not None]
        yield np.array(found, dtype=np.int64)


class Guide:
    """Follows one answer through the name that it begins with."""

    def __init__(self, tokens: MemberTokens, members: Members) -> None:
        self._tokens = tokens
        self._spoken = members.typed.encode()
        self._names = self._going_on(tuple(name.encode() for name in members.names if name))
        self.complete = members.complete

    def listed(self, wanted: bytes) -> Mask | None:
        """The tokens that may follow; None once the name has been said, or another one than those of the list."""
        return self._tokens.following(wanted, self._spoken, self._names) if self._names else None

    def said(self, piece: bytes, wanted: bytes) -> None:
        """A token was chosen; the `wanted` bytes come first in it and are no part of the answer."""
        if new := piece[len(wanted) :]:
            self._spoken += new
            self._names = self._going_on(self._names)

    def _going_on(self, names: tuple[bytes, ...]) -> tuple[bytes, ...]:
        return tuple(name for name in names if name.startswith(self._spoken))


def is_in_name(byte: int) -> bool:
    """Whether a name may hold this byte behind its first one."""
    return not any(low <= byte <= high for low, high in _NOT_IN_NAME)
