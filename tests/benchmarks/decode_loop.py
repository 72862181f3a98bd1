"""The limit: nothing but `llama_decode` over as many tokens as a request had to evaluate and to generate.

No sampling, no text, no logits copied, no messages between processes: what is left is what the processor needs.
"""

import ctypes
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp

from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.host.profiles import PROFILES

BATCH = 64  # tokens evaluated at once, as in the host
_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class Work:
    """`depth` tokens are in the KV cache; `evaluated` follow at once, then `decoded` one by one."""

    depth: int
    evaluated: int
    decoded: int


@contextmanager
def loop(model: Path, profile: str, threads: int, filler: str) -> Iterator["DecodeLoop"]:
    """A loaded model, with the load options of that profile; `filler` is the text that is decoded."""
    chosen = next(row for row in PROFILES if row.name == profile)
    loaded = Model(str(model), chosen.applied_to(LoadOptions(threads=threads)), lambda fraction: None)
    params = llama_cpp.llama_context_default_params()
    params.n_ctx = _LENGTH
    params.n_batch = params.n_ubatch = 512
    params.n_threads = params.n_threads_batch = loaded.options.threads
    params.flash_attn_type = -1 if chosen.flash_attention else 0
    params.no_perf = True
    context = llama_cpp.llama_init_from_model(loaded._handle, params)
    try:
        yield DecodeLoop(context, loaded.tokenize(filler))
    finally:
        llama_cpp.llama_free(context)
        loaded.close()


class DecodeLoop:
    def __init__(self, context: Any, tokens: Sequence[int]) -> None:
        self._context = context
        self._memory = llama_cpp.llama_get_memory(context)
        self._tokens = (llama_cpp.llama_token * _LENGTH)(
            *(tokens[index % len(tokens)] for index in range(_LENGTH))
        )
        self._held = 0

    def ms(self, work: Work) -> float:
        """The milliseconds of that work; bringing the KV cache to its depth is not counted."""
        self._keep(work.depth)
        while self._held < work.depth:
            self._decode(min(BATCH, work.depth - self._held))
        steps = [BATCH] * (work.evaluated // BATCH) + [work.evaluated % BATCH] + [1] * work.decoded
        began = time.perf_counter()
        for size in steps:
            if size:
                self._decode(size)
        return (time.perf_counter() - began) * 1000

    def _keep(self, count: int) -> None:
        if count < self._held:
            llama_cpp.llama_memory_seq_rm(self._memory, 0, count, -1)
            self._held = count

    def _decode(self, count: int) -> None:
        """Evaluate the next `count` tokens; the position follows from what the sequence holds."""
        size = ctypes.sizeof(llama_cpp.llama_token)
        chunk = (llama_cpp.llama_token * count).from_buffer(self._tokens, self._held * size)
        status = llama_cpp.llama_decode(self._context, llama_cpp.llama_batch_get_one(chunk, count))
        if status != 0:
            raise RuntimeError(f"llama_decode answered {status}")
        self._held += count
