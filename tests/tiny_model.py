"""A model of a few hundred KB with random weights, for tests that need a real file but no sense."""

import sys
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from tests.fakes.tiny_models import CHATML, CONTEXT, ByteVocabulary, finished

_LAYERS, _WIDTH, _HEADS, _KV_HEADS, _INNER = 2, 64, 4, 2, 128


def write_tiny_gguf(path: Path, seed: int = 0, template: str = CHATML) -> Path:
    """Write a Qwen2 model with Qwen's FIM tokens and a chat template; the same bytes for the same seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(path), "qwen2")
    _write_header(writer)
    vocabulary = ByteVocabulary().write(writer)
    writer.add_chat_template(template)
    _write_weights(writer, vocabulary, np.random.default_rng(seed))
    return finished(writer, path)


def _write_header(writer: Any) -> None:
    writer.add_name("Tiny random Qwen2")
    writer.add_context_length(CONTEXT)
    writer.add_block_count(_LAYERS)
    writer.add_embedding_length(_WIDTH)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _write_weights(writer: Any, vocabulary: int, random: np.random.Generator) -> None:
    kv_width = _WIDTH // _HEADS * _KV_HEADS

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, 0.2, shape).astype(np.float32))

    add("token_embd.weight", vocabulary, _WIDTH)
    writer.add_tensor("output_norm.weight", np.ones(_WIDTH, np.float32))
    for layer in range(_LAYERS):
        block = f"blk.{layer}"
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{block}.{name}.weight", np.ones(_WIDTH, np.float32))
        for name, rows in (("attn_q", _WIDTH), ("attn_k", kv_width), ("attn_v", kv_width)):
            add(f"{block}.{name}.weight", rows, _WIDTH)
            add(f"{block}.{name}.bias", rows)
        add(f"{block}.attn_output.weight", _WIDTH, _WIDTH)
        add(f"{block}.ffn_gate.weight", _INNER, _WIDTH)
        add(f"{block}.ffn_up.weight", _INNER, _WIDTH)
        add(f"{block}.ffn_down.weight", _WIDTH, _INNER)


if __name__ == "__main__":
    print(write_tiny_gguf(Path(sys.argv[1])))
