"""A model of a few hundred KB with random weights, for tests that need a real file but no sense."""

import sys
from pathlib import Path
from typing import Any

import gguf
import numpy as np

_LAYERS, _WIDTH, _HEADS, _KV_HEADS, _INNER = 2, 64, 4, 2, 128
CONTEXT = 2048
SPECIAL = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
]
# The byte-level alphabet of GPT-2 spells a blank as Ġ and a line feed as Ċ.
_MERGES = [
    "i n",
    "r e",
    "re t",
    "Ġ Ġ",
    "ĠĠ ĠĠ",
    "d e",
    "de f",
    "e l",
    "s e",
    "se l",
    "sel f",
    "Ġ =",
    "o r",
    "f or",
]
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_tiny_gguf(path: Path, seed: int = 0, template: str = _TEMPLATE) -> Path:
    """Write a Qwen2 model with Qwen's FIM tokens and a chat template; the same bytes for the same seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(path), "qwen2")
    tokens = [*_alphabet(), *("".join(merge.split()) for merge in _MERGES), *SPECIAL]
    _write_header(writer, tokens, template)
    _write_weights(writer, len(tokens), np.random.default_rng(seed))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_header(writer: Any, tokens: list[str], template: str) -> None:
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
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    kinds = [gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token in tokens]
    writer.add_token_types(kinds)
    writer.add_token_merges(_MERGES)
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)


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


def _alphabet() -> list[str]:
    """One printable character for each byte, as GPT-2's tokenizer spells them."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    spelling = {byte: chr(byte) for byte in printable}
    others = [byte for byte in range(256) if byte not in spelling]
    spelling.update({byte: chr(0x100 + i) for i, byte in enumerate(others)})
    return [spelling[byte] for byte in range(256)]


if __name__ == "__main__":
    print(write_tiny_gguf(Path(sys.argv[1])))
