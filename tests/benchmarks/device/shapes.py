"""Models of the usual sizes with random weights: as fast as those they are shaped like, and without any sense."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt
from gguf import GGMLQuantizationType as Kind

from tests.fakes.tiny_models import CHATML, QWEN, alphabet, finished

_CONTEXT = 32768
_HEAD_OF_ALL = 2048  # blocks that are repeated: what matters is how much is read


@dataclass(frozen=True, slots=True)
class Shape:
    """Of Qwen2.5-Coder, as its config.json says. `tied`: the output has the weights of the embedding."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    inner: int
    vocabulary: int
    tied: bool = True


SHAPES = {
    "tiny": Shape(2, 256, 4, 2, 512, 512),
    "0.5b": Shape(24, 896, 14, 2, 4864, 151_936),
    "1.5b": Shape(28, 1536, 12, 2, 8960, 151_936),
    "7b": Shape(28, 3584, 28, 4, 18_944, 152_064, tied=False),
}


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Elements and bytes of a block, and where in it 16-bit scales stand (ggml-common.h)."""

    elements: int
    size: int
    scales: tuple[tuple[int, float], ...]


_BLOCKS = {
    Kind.Q4_K: _Blocks(256, 144, ((0, 1e-4), (2, 7.5e-4))),
    Kind.Q6_K: _Blocks(256, 210, ((208, 1.5e-5),)),
    Kind.Q8_0: _Blocks(32, 34, ((0, 2.7e-4),)),
}


def write(shape: Shape, path: Path) -> Path:
    """Of a few bits a weight, as Q4_K_M has them; rows that its blocks do not divide have 8 bits, as there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(path), "qwen2")
    writer.add_name(f"Random weights, {shape.layers} layers of {shape.width}")
    writer.add_context_length(_CONTEXT)
    writer.add_block_count(shape.layers)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    _write_vocabulary(writer, shape.vocabulary)
    writer.add_chat_template(CHATML)
    _write_tensors(writer, shape, np.random.default_rng(0))
    return finished(writer, path)


def _write_vocabulary(writer: Any, size: int) -> None:
    known = [*alphabet(), *QWEN]
    tokens = known + [f"w{number}" for number in range(size - len(known))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    kinds = (gguf.TokenType.NORMAL, gguf.TokenType.CONTROL)
    writer.add_token_types([kinds[token in QWEN] for token in tokens])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(tokens.index(QWEN[0]))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)


def _write_tensors(writer: Any, shape: Shape, random: np.random.Generator) -> None:
    def weights(name: str, width: int, rows: int, wanted: Kind = Kind.Q4_K) -> None:
        kind = wanted if width % _BLOCKS[wanted].elements == 0 else Kind.Q8_0
        writer.add_tensor(f"{name}.weight", _random(kind, width, rows, random), raw_dtype=kind)

    def plain(name: str, width: int, value: float) -> None:
        writer.add_tensor(name, np.full(width, value, np.float32))

    kv_width = shape.width // shape.heads * shape.kv_heads
    weights("token_embd", shape.width, shape.vocabulary, Kind.Q6_K)
    plain("output_norm.weight", shape.width, 1.0)
    if not shape.tied:
        weights("output", shape.width, shape.vocabulary, Kind.Q6_K)
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        for name in ("attn_norm", "ffn_norm"):
            plain(f"{block}.{name}.weight", shape.width, 1.0)
        for name, rows in (("attn_q", shape.width), ("attn_k", kv_width), ("attn_v", kv_width)):
            weights(f"{block}.{name}", shape.width, rows)
            plain(f"{block}.{name}.bias", rows, 0.0)
        weights(f"{block}.attn_output", shape.width, shape.width)
        weights(f"{block}.ffn_gate", shape.width, shape.inner)
        weights(f"{block}.ffn_up", shape.width, shape.inner)
        weights(f"{block}.ffn_down", shape.inner, shape.width, Kind.Q6_K)


def _random(kind: Kind, width: int, rows: int, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Bytes of `rows` rows; the scales make weights of about 0.02."""
    of = _BLOCKS[kind]
    count = rows * width // of.elements
    blocks = random.integers(0, 256, (min(count, _HEAD_OF_ALL), of.size), np.uint8)
    for at, scale in of.scales:
        blocks[:, at : at + 2] = np.frombuffer(np.float16(scale).astype("<f2").tobytes(), np.uint8)
    return np.resize(blocks, (rows, width // of.elements * of.size))


if __name__ == "__main__":
    print(write(SHAPES[sys.argv[1]], Path(sys.argv[2])))
