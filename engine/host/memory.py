"""How much memory a model may still take before the machine begins to swap."""

from collections.abc import Iterable
from pathlib import Path

import psutil

from hearth.engine.host.limits import (
    CACHE_SHARE,
    CHECKPOINT_SHARE,
    COMPLETION_WINDOW,
    MAX_CACHE_BYTES,
    MAX_CHECKPOINT_BYTES,
    MAX_SEQUENCES,
)
from hearth.engine.machine.memory import limits
from hearth.engine.models.gguf import GgufInfo

_OVERHEAD = 128 * 2**20  # llama.cpp's buffers and Python


def available() -> int:
    """Bytes that can be used without swapping, here and in the control groups that this process is kept in."""
    free = int(psutil.virtual_memory().available)
    return min([free, *(limit.left for limit in limits())])


def reserve() -> int:
    """Bytes that are left to the editor and its other servers: a twentieth, 0.5 to 2 GiB."""
    return min(2 * 2**30, max(2**29, int(psutil.virtual_memory().total) // 20))


def needed(path: Path, info: GgufInfo) -> int:
    """Bytes that this model will take: weights, KV cache for completion, buffers."""
    cache = info.kv_bytes_per_token * COMPLETION_WINDOW * MAX_SEQUENCES
    return size(path) + min(MAX_CACHE_BYTES, cache) + _OVERHEAD


def size(path: Path) -> int:
    """Bytes of all files of that model."""
    return sum(shard.stat().st_size for shard in _shards(path))


def sequences_that_fit(most: int, bytes_each: int) -> int:
    """How many sequences of a KV cache, two at least and `most` at most, the memory that is free now allows."""
    budget = min(MAX_CACHE_BYTES, int(available() * CACHE_SHARE))
    return max(2, min(most, budget // max(1, bytes_each)))


def room_for_checkpoints() -> int:
    """Bytes that the checkpoints of one KV cache may take together."""
    return min(MAX_CHECKPOINT_BYTES, int(available() * CHECKPOINT_SHARE))


def gib(size: float) -> str:
    return f"{size / 2**30:.1f} GiB"


def _shards(path: Path) -> Iterable[Path]:
    """All files of a model in parts: they are named `…-00001-of-00004.gguf`."""
    start, mark, end = path.name.rpartition("-00001-of-")
    return sorted(path.parent.glob(f"{_literal(start)}-*-of-{_literal(end)}")) if mark else [path]


def _literal(text: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)
