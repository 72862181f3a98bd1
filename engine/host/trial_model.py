"""A model of some 500 KB for a trial: one layer, a weight of each kind that ggml has kernels of its own for.

Numbers that mean nothing, but finite ones. Layout: ggml-org/ggml, docs/gguf.md; blocks as in ggml-common.h.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WIDTH = 256  # also what the largest block holds, and a multiple of what matrix units take at once
VOCABULARY = 64
_ALIGNMENT = 32
_UINT32, _FLOAT32, _STRING = 4, 6, 8
_SCALE = np.float16(0.001)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type of weights: its number in GGUF, elements and bytes of a block, where in it 16-bit scales stand."""

    number: int
    elements: int
    size: int
    scales: tuple[int, ...]


_F32 = _Kind(0, 1, 4, ())
_Q4_0 = _Kind(2, 32, 18, (0,))
_Q4_1 = _Kind(3, 32, 20, (0, 2))
_Q8_0 = _Kind(8, 32, 34, (0,))
_Q4_K = _Kind(12, 256, 144, (0, 2))
_Q5_K = _Kind(13, 256, 176, (0, 2))
_Q6_K = _Kind(14, 256, 210, (208,))
_IQ4_XS = _Kind(23, 256, 136, (0,))

# Shapes are (row length, rows), as GGUF writes them.
_TENSORS: tuple[tuple[str, _Kind, tuple[int, ...]], ...] = (
    ("token_embd.weight", _F32, (WIDTH, VOCABULARY)),
    ("output_norm.weight", _F32, (WIDTH,)),
    ("output.weight", _Q6_K, (WIDTH, VOCABULARY)),
    ("blk.0.attn_norm.weight", _F32, (WIDTH,)),
    ("blk.0.attn_q.weight", _Q4_0, (WIDTH, WIDTH)),
    ("blk.0.attn_k.weight", _Q4_1, (WIDTH, WIDTH)),
    ("blk.0.attn_v.weight", _Q8_0, (WIDTH, WIDTH)),
    ("blk.0.attn_output.weight", _Q5_K, (WIDTH, WIDTH)),
    ("blk.0.ffn_norm.weight", _F32, (WIDTH,)),
    ("blk.0.ffn_gate.weight", _Q4_K, (WIDTH, WIDTH)),
    ("blk.0.ffn_up.weight", _IQ4_XS, (WIDTH, WIDTH)),
    ("blk.0.ffn_down.weight", _Q6_K, (WIDTH, WIDTH)),
)
_METADATA: tuple[tuple[str, int | float | str], ...] = (
    ("general.architecture", "llama"),
    ("general.name", "trial"),
    ("tokenizer.ggml.model", "no_vocab"),
    ("llama.vocab_size", VOCABULARY),
    ("llama.context_length", 256),
    ("llama.embedding_length", WIDTH),
    ("llama.block_count", 1),
    ("llama.feed_forward_length", WIDTH),
    ("llama.attention.head_count", 4),
    ("llama.attention.layer_norm_rms_epsilon", 1e-6),
)


def write(path: Path) -> Path:
    """The same bytes each time."""
    random = np.random.default_rng(0)
    header = [b"GGUF", struct.pack("<IQQ", 3, len(_TENSORS), len(_METADATA))]
    header += [_text(key) + _value(value) for key, value in _METADATA]
    data = bytearray()
    for name, kind, shape in _TENSORS:
        header.append(_text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape))
        header.append(struct.pack("<IQ", kind.number, len(data)))
        data += _padded(_weights(kind, int(np.prod(shape)), random))
    path.write_bytes(_padded(b"".join(header)) + data)
    return path


def _weights(kind: _Kind, count: int, random: np.random.Generator) -> bytes:
    if kind is _F32:
        return random.normal(1.0, 0.1, count).astype("<f4").tobytes()
    blocks = random.integers(0, 256, (count // kind.elements, kind.size), np.uint8)
    for at in kind.scales:
        blocks[:, at : at + 2] = np.frombuffer(_SCALE.astype("<f2").tobytes(), np.uint8)
    return blocks.tobytes()


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _value(value: int | float | str) -> bytes:
    match value:
        case str():
            return struct.pack("<I", _STRING) + _text(value)
        case int():
            return struct.pack("<II", _UINT32, value)
        case float():
            return struct.pack("<If", _FLOAT32, value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _ALIGNMENT)
