"""What the model would say next, computed for real once and kept on the disk: the key is all tokens up to there.

Kept are the most probable tokens, the tokens that end an answer and, where the next ones must spell something,
the most probable of those; what is left shares the rest of the probability evenly. So all that the engine
chooses from is exact, and a thousand times smaller than the whole.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hearth.engine.host.native import Logits
from hearth.engine.host.session import Session

_KEPT = 64  # tokens
_CHUNK = 256  # tokens of one real prefill step
Ids = npt.NDArray[np.int64]


class Oracle(Protocol):
    """Knows what follows some tokens."""

    def logits(self, tokens: Sequence[int], wanted: bytes) -> Logits:
        """Of all tokens of the vocabulary, right where one of them may be chosen that agrees with `wanted`."""
        ...


class Answers:
    """An oracle that asks the model of `session` about what it has not kept. Used by one thread at a time."""

    def __init__(self, session: Session, file: Path) -> None:
        self._session = session
        file.parent.mkdir(parents=True, exist_ok=True)
        self._kept = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._kept.execute("PRAGMA journal_mode=WAL")
        self._kept.execute("PRAGMA synchronous=OFF")
        self._kept.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        self._ends = np.array(session.model.end_tokens(), dtype=np.int64)
        self.asked = self.computed = 0

    def close(self) -> None:
        self._kept.close()

    def logits(self, tokens: Sequence[int], wanted: bytes) -> Logits:
        self.asked += 1
        allowed = self._session.vocabulary.allowed(wanted) if wanted else np.empty(0, np.int64)
        key = _key(tokens, wanted)
        with closing(self._kept.execute("SELECT value FROM kept WHERE key = ?", (key,))) as rows:
            row = rows.fetchone()
        if row is not None:
            value: bytes = row[0]
        else:
            self.computed += 1
            value = packed(self._compute(tokens), self._ends, allowed)
            self._kept.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (key, value))
        return unpacked(value, self._session.model.vocab_size, allowed)

    def _compute(self, tokens: Sequence[int]) -> Logits:
        cache, prompt = self._session.cache, list(tokens)
        with cache.sequence_for("answers", prompt) as sequence:
            while len(sequence.tokens) < len(prompt):
                cache.extend(sequence, prompt[len(sequence.tokens) :][:_CHUNK])
            return sequence.last_logits()


def packed(logits: Logits, ends: Ids, allowed: Ids) -> bytes:
    """The rest of all, the rest of those allowed, and then (token, logit) of those kept."""
    kept = np.argpartition(logits, -_KEPT)[-_KEPT:]
    best_allowed = allowed[np.argsort(logits[allowed])[-_KEPT:]]
    ids = np.unique(np.concatenate([kept, ends, best_allowed]))
    others = np.setdiff1d(allowed, ids)
    rest = np.delete(logits, ids)
    head = np.array([_mean_logit(rest), _mean_logit(logits[others])], "<f4")
    parts = (head, ids.astype("<i4"), logits[ids].astype("<f4"))
    return b"".join(part.tobytes() for part in parts)


def unpacked(value: bytes, size: int, allowed: Ids) -> Logits:
    rest, allowed_rest = np.frombuffer(value, "<f4", 2)
    ids, kept = np.split(np.frombuffer(value, "<i4", offset=8), 2)
    logits = np.full(size, rest, np.float32)
    logits[allowed] = allowed_rest
    logits[ids] = kept.view("<f4")
    return logits


def _mean_logit(logits: Logits) -> float:
    """What each of them has if they share their probability evenly."""
    if not len(logits):
        return -1000.0
    highest = float(logits.max())
    return highest + float(np.log(np.mean(np.exp(logits.astype(np.float64) - highest))))


def _key(tokens: Sequence[int], wanted: bytes) -> bytes:
    return hashlib.blake2b(np.array(tokens, "<i4").tobytes() + b"|" + wanted, digest_size=16).digest()
