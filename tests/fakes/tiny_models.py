"""Models of many architectures with random weights, a few hundred KB each, written when a test needs them.

They say nothing sensible. What they are good for: whether llama.cpp loads an architecture, what it keeps in its
cache, how a vocabulary spells text, and what becomes of files that are no language models at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gguf
import numpy as np

WIDTH, INNER, HEAD, HEADS, KV_HEADS = 64, 128, 16, 4, 2
KV_WIDTH = HEAD * KV_HEADS
CONTEXT = 2048
QWEN = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
)
CODESTRAL = ("[INST]", "[/INST]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]")
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# Of the form that Mistral's first models have: two roles, and nothing else.
TWO_ROLES = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}"
    "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"
)
# Of Gemma's form: no system role, and the two others take turns.
IN_TURNS = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{{ '<start_of_turn>' + message['role'] + '\n' + message['content'] | trim + '<end_of_turn>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)

Value = bool | int | float | str | list[int]
Shape = tuple[int, ...]  # row length first, as GGUF has it
Tensors = dict[str, Shape]


@dataclass(frozen=True)
class ByteVocabulary:
    """Of GPT-2's kind: one token for each byte, a few merges, and the special ones."""

    special: tuple[str, ...] = QWEN
    end: str = "<|im_end|>"
    add_bos: bool = False

    def write(self, writer: Any) -> int:
        tokens = [*_alphabet(), *("".join(merge.split()) for merge in _MERGES), *self.special]
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("qwen2")
        writer.add_token_list(tokens)
        kinds = [gguf.TokenType.CONTROL if each in self.special else gguf.TokenType.NORMAL for each in tokens]
        writer.add_token_types(kinds)
        writer.add_token_merges(_MERGES)
        if self.special:
            writer.add_bos_token_id(tokens.index(self.special[0]))
        if self.end in tokens:
            writer.add_eos_token_id(tokens.index(self.end))
        writer.add_add_bos_token(self.add_bos)
        return len(tokens)


@dataclass(frozen=True)
class PieceVocabulary:
    """Of SentencePiece's kind: a blank is spelt ▁. `space_prefix` None leaves the key out, which means true."""

    special: tuple[str, ...] = ()
    add_bos: bool = True
    space_prefix: bool | None = None

    def write(self, writer: Any) -> int:
        words = ("▁", "▁▁", "▁▁▁▁", "▁def", "▁return", "de", "def", "re", "tu", "rn", "turn", "return", "▁a")
        letters = [chr(code) for code in range(0x21, 0x7F)]
        rows = [("<unk>", gguf.TokenType.UNKNOWN, 0.0)]
        rows += [(name, gguf.TokenType.CONTROL, 0.0) for name in ("<s>", "</s>")]
        rows += [(f"<0x{byte:02X}>", gguf.TokenType.BYTE, 0.0) for byte in range(256)]
        rows += [(word, gguf.TokenType.NORMAL, float(-rank)) for rank, word in enumerate((*words, *letters))]
        rows += [(name, gguf.TokenType.CONTROL, 0.0) for name in self.special]
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list([text for text, _, _ in rows])
        writer.add_token_scores([score for _, _, score in rows])
        writer.add_token_types([kind for _, kind, _ in rows])
        writer.add_unk_token_id(0)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_add_bos_token(self.add_bos)
        if self.space_prefix is not None:
            writer.add_add_space_prefix(self.space_prefix)
        return len(rows)


@dataclass(frozen=True)
class NoVocabulary:
    """The file has weights for so many tokens and does not name one of them."""

    size: int = 64

    def write(self, writer: Any) -> int:
        writer.add_tokenizer_model("no_vocab")
        writer.add_vocab_size(self.size)
        return self.size


Vocabulary = ByteVocabulary | PieceVocabulary | NoVocabulary


@dataclass(frozen=True)
class Recipe:
    """What a file of one architecture consists of; `block` gives the tensors of one layer by its number."""

    block: Callable[[int], Tensors]
    architecture: str = ""  # where it is not the recipe's own name
    keys: Mapping[str, Value] = field(default_factory=dict)
    layers: int = 2
    more: Tensors = field(default_factory=dict)  # beside the layers
    output: bool = False  # a matrix of its own for the output

    def tensors(self, vocabulary: int) -> Tensors:
        found: Tensors = {"token_embd.weight": (WIDTH, vocabulary), **self.more}
        if self.output:
            found["output.weight"] = (WIDTH, vocabulary)
        for layer in range(self.layers):
            found |= {f"blk.{layer}.{name}": shape for name, shape in self.block(layer).items()}
        return found


def write_tiny(
    path: Path,
    recipe: str = "llama",
    vocabulary: Vocabulary | None = None,
    template: str | None = CHATML,
    context: int = CONTEXT,
    keys: Mapping[str, Value] | None = None,
    seed: int = 0,
    spoilt: bool = False,
) -> Path:
    """Write one; the same bytes for the same arguments. `spoilt`: the weights are not numbers.

    `keys` are further ones, under the architecture's name unless they begin with that of another group.
    """
    made = RECIPES[recipe]
    architecture = made.architecture or recipe
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_name(f"Tiny {recipe}")
    size = (vocabulary or ByteVocabulary()).write(writer)
    for key, value in {"context_length": context, **_COMMON, **made.keys, **(keys or {})}.items():
        _add(writer, key if key.startswith(_GROUPS) else f"{architecture}.{key}", value)
    if template is not None:
        writer.add_chat_template(template)
    _add_tensors(writer, made.tensors(size), seed, spoilt)
    return _written(writer, path)


def write_adapter(path: Path) -> Path:
    """A LoRA adapter: two small matrices for a model that is not in the file."""
    writer = gguf.GGUFWriter(str(path), "llama")
    own: dict[str, Value] = {"general.type": "adapter", "adapter.type": "lora", "adapter.lora.alpha": 8.0}
    for key, value in own.items():
        _add(writer, key, value)
    lora: Tensors = {"blk.0.attn_q.weight.lora_a": (WIDTH, 4), "blk.0.attn_q.weight.lora_b": (4, WIDTH)}
    _add_tensors(writer, lora, 0, False)
    return _written(writer, path)


def write_projector(path: Path) -> Path:
    """What shows images to a model (`mmproj-….gguf`)."""
    writer = gguf.GGUFWriter(str(path), "clip")
    own: dict[str, Value] = {"general.type": "mmproj", "clip.has_vision_encoder": True}
    for key, value in own.items():
        _add(writer, key, value)
    _add_tensors(writer, {"mm.0.weight": (WIDTH, WIDTH)}, 0, False)
    return _written(writer, path)


def write_shard(path: Path, number: int, count: int) -> Path:
    """One file of a model in several, `number` from 0: further tensors, and no word about the model."""
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_uint16("split.no", number)
    writer.add_uint16("split.count", count)
    writer.add_int32("split.tensors.count", 21)
    _add_tensors(writer, {f"blk.{number}.attn_q.weight": (WIDTH, WIDTH)}, 0, False)
    return _written(writer, path)


_GROUPS = ("general.", "tokenizer.", "split.", "adapter.")
_COMMON: dict[str, Value] = {
    "block_count": 2,
    "embedding_length": WIDTH,
    "feed_forward_length": INNER,
    "attention.head_count": HEADS,
    "attention.head_count_kv": KV_HEADS,
    "attention.layer_norm_rms_epsilon": 1e-6,
    "attention.layer_norm_epsilon": 1e-6,
    "rope.dimension_count": HEAD,
    "rope.freq_base": 10000.0,
}
_NORM: Tensors = {"output_norm.weight": (WIDTH,)}
_STATE = 16  # numbers that a channel of a recurrent layer remembers
_HEAD_SIZES: dict[str, Value] = {"attention.key_length": HEAD, "attention.value_length": HEAD}
_HYBRID: dict[str, Value] = {"attention.head_count_kv": [0, KV_HEADS]}
_EXPERTS: dict[str, Value] = {"expert_count": 4, "expert_used_count": 2, "expert_feed_forward_length": 32}
_GRANITE: dict[str, Value] = {
    **{"logit_scale": 1.0, "residual_scale": 1.0, "embedding_scale": 1.0, "attention.scale": 0.25},
}


def _ssm(inner: int, rank: int, groups: int = 1) -> dict[str, Value]:
    return {
        "ssm.conv_kernel": 4,
        "ssm.inner_size": inner,
        "ssm.state_size": _STATE,
        "ssm.time_step_rank": rank,
        "ssm.group_count": groups,
    }


def _weights(**shapes: Shape) -> Tensors:
    """The names with `__` for a dot, and `.weight` behind each."""
    return {f"{name.replace('__', '.')}.weight": shape for name, shape in shapes.items()}


def _attention(_: int = 0) -> Tensors:
    return _weights(
        attn_norm=(WIDTH,),
        attn_q=(WIDTH, WIDTH),
        attn_k=(WIDTH, KV_WIDTH),
        attn_v=(WIDTH, KV_WIDTH),
        attn_output=(WIDTH, WIDTH),
    )


def _feed_forward() -> Tensors:
    return _weights(ffn_gate=(WIDTH, INNER), ffn_up=(WIDTH, INNER), ffn_down=(INNER, WIDTH))


def _normed_feed_forward() -> Tensors:
    return _weights(ffn_norm=(WIDTH,)) | _feed_forward()


def _experts(shared: bool) -> Tensors:
    found = _weights(
        ffn_gate_inp=(WIDTH, 4),
        ffn_gate_exps=(WIDTH, 32, 4),
        ffn_up_exps=(WIDTH, 32, 4),
        ffn_down_exps=(32, WIDTH, 4),
    )
    return found | _weights(
        ffn_gate_inp_shexp=(WIDTH,),
        ffn_gate_shexp=(WIDTH, 32),
        ffn_up_shexp=(WIDTH, 32),
        ffn_down_shexp=(32, WIDTH),
    ) if shared else found  # fmt: skip


def _normed_heads() -> Tensors:
    return _weights(attn_q_norm=(HEAD,), attn_k_norm=(HEAD,))


def _llama(layer: int) -> Tensors:
    return _attention() | _normed_feed_forward()


def _gemma3(layer: int) -> Tensors:
    return _llama(layer) | _normed_heads() | _weights(post_attention_norm=(WIDTH,), post_ffw_norm=(WIDTH,))


def _gpt_oss(layer: int) -> Tensors:
    biases = {"ffn_gate_inp": (4,), "ffn_gate_exps": (32, 4), "ffn_up_exps": (32, 4), "ffn_down_exps": (WIDTH, 4)}
    return (
        _attention()
        | _experts(shared=False)
        | _weights(post_attention_norm=(WIDTH,), attn_sinks=(HEADS,))
        | {f"{name}.bias": shape for name, shape in {**biases, "attn_output": (WIDTH,)}.items()}
    )


def _starcoder2(layer: int) -> Tensors:
    weights = _attention() | _weights(ffn_norm=(WIDTH,), ffn_up=(WIDTH, INNER), ffn_down=(INNER, WIDTH))
    biased = {"attn_norm": WIDTH, "attn_output": WIDTH, "ffn_norm": WIDTH, "ffn_up": INNER, "ffn_down": WIDTH}
    return weights | {f"{name}.bias": (size,) for name, size in biased.items()}


def _mamba(layer: int) -> Tensors:
    inner, rank = 128, 4
    return {
        **_weights(
            attn_norm=(WIDTH,),
            ssm_in=(WIDTH, 2 * inner),
            ssm_conv1d=(4, inner),
            ssm_x=(inner, rank + 2 * _STATE),
            ssm_dt=(rank, inner),
            ssm_out=(inner, WIDTH),
        ),
        "ssm_conv1d.bias": (inner,),
        "ssm_dt.bias": (inner,),
        "ssm_a": (_STATE, inner),
        "ssm_d": (inner,),
    }


def _mamba2(layer: int) -> Tensors:
    inner, heads = 128, 8
    mixed = inner + 2 * _STATE
    return {
        **_weights(
            attn_norm=(WIDTH,),
            ssm_in=(WIDTH, inner + mixed + heads),
            ssm_conv1d=(4, mixed),
            ssm_norm=(inner, 1),
            ssm_out=(inner, WIDTH),
        ),
        "ssm_conv1d.bias": (mixed,),
        "ssm_dt.bias": (heads,),
        "ssm_a": (1, heads),
        "ssm_d": (1, heads),
    }


def _jamba(layer: int) -> Tensors:
    if layer:
        return _llama(layer)
    norms = _weights(ssm_dt_norm=(4,), ssm_b_norm=(_STATE,), ssm_c_norm=(_STATE,))
    return _mamba(layer) | norms | _normed_feed_forward()


def _granite_hybrid(layer: int) -> Tensors:
    return _llama(layer) if layer else _mamba2(layer) | _normed_feed_forward()


def _lfm2(layer: int) -> Tensors:
    if layer:
        return _llama(layer) | _normed_heads()
    convolution = {
        "shortconv.conv.weight": (3, WIDTH),
        "shortconv.in_proj.weight": (WIDTH, 3 * WIDTH),
        "shortconv.out_proj.weight": (WIDTH, WIDTH),
    }
    return convolution | _weights(attn_norm=(WIDTH,)) | _normed_feed_forward()


def _rwkv7(layer: int) -> Tensors:
    mix: Tensors = {"lerp_fused.weight": (WIDTH, 1, 1, 6), "ln.bias": (WIDTH,)}
    for name in ("w", "a", "v"):
        mix |= _weights(**{f"{name}0": (WIDTH,), f"{name}1": (WIDTH, 8), f"{name}2": (8, WIDTH)})
    mix |= _weights(g1=(WIDTH, 8), g2=(8, WIDTH), k_k=(WIDTH,), k_a=(WIDTH,), r_k=(WIDTH,), ln=(WIDTH,))
    mix |= _weights(**dict.fromkeys(("key", "value", "receptance", "output"), (WIDTH, WIDTH)))
    return {
        **{f"attn_norm{number}.{part}": (WIDTH,) for number in ("", "_2") for part in ("weight", "bias")},
        **{f"time_mix_{name}": shape for name, shape in mix.items()},
        **_weights(
            channel_mix_lerp_k=(WIDTH, 1, 1), channel_mix_key=(WIDTH, INNER), channel_mix_value=(INNER, WIDTH)
        ),
    }


def _delta(layer: int) -> Tensors:
    """Of four layers three keep a state; the last one attends."""
    if layer == 3:
        gated = _weights(attn_q=(WIDTH, 2 * WIDTH))
        return _attention() | gated | _normed_heads() | _weights(post_attention_norm=(WIDTH,))
    return {
        **_weights(
            attn_norm=(WIDTH,),
            attn_qkv=(WIDTH, 128),
            attn_gate=(WIDTH, WIDTH),
            post_attention_norm=(WIDTH,),
            ssm_conv1d=(4, 128),
            ssm_norm=(_STATE,),
            ssm_out=(WIDTH, WIDTH),
        ),
        "ssm_dt.bias": (4,),
        "ssm_a": (4,),
    }


def _qwen35(layer: int) -> Tensors:
    gates = {} if layer == 3 else _weights(ssm_beta=(WIDTH, 4), ssm_alpha=(WIDTH, 4))
    return _delta(layer) | gates | _feed_forward()


def _qwen3next(layer: int) -> Tensors:
    gates = {} if layer == 3 else _weights(ssm_ba=(WIDTH, 8))
    return _delta(layer) | gates | _experts(shared=True)


def _bert(layer: int) -> Tensors:
    names = ("attn_output_norm", "layer_output_norm")
    norms: Tensors = {f"{name}.{part}": (WIDTH,) for name in names for part in ("weight", "bias")}
    attention = {name: shape for name, shape in _attention().items() if "norm" not in name}
    return attention | norms | _weights(ffn_up=(WIDTH, INNER), ffn_down=(INNER, WIDTH))


def _t5() -> Tensors:
    """An encoder and a decoder of two layers each."""

    def attention(name: str) -> Tensors:
        inside = {f"{name}_{part}.weight": (WIDTH, KV_WIDTH) for part in "qkv"}
        return inside | {f"{name}_o.weight": (KV_WIDTH, WIDTH), f"{name}_norm.weight": (WIDTH,)}

    rest = _weights(ffn_norm=(WIDTH,), ffn_up=(WIDTH, INNER), ffn_down=(INNER, WIDTH))
    layer = {"enc": attention("attn") | rest, "dec": attention("attn") | attention("cross_attn") | rest}
    found: Tensors = {f"{side}.output_norm.weight": (WIDTH,) for side in layer}
    for side, shapes in layer.items():
        found |= {f"{side}.blk.{number}.{name}": shape for number in (0, 1) for name, shape in shapes.items()}
    return found


_DELTA: dict[str, Value] = {
    **{"block_count": 4, "full_attention_interval": 4},
    **_HEAD_SIZES,
    **_ssm(inner=WIDTH, rank=4, groups=2),
}
_ATTENTION_FREE: dict[str, Value] = {"feed_forward_length": 0, "attention.head_count": 0}
_EMBEDDING_NORM: Tensors = {"token_embd_norm.weight": (WIDTH,)}
_EMBEDDING_NORM_BIASED: Tensors = {**_EMBEDDING_NORM, "token_embd_norm.bias": (WIDTH,)}
_NORM_BIASED: Tensors = {**_NORM, "output_norm.bias": (WIDTH,)}

RECIPES: dict[str, Recipe] = {
    "llama": Recipe(_llama, more=_NORM),
    "gemma": Recipe(_llama, keys=_HEAD_SIZES, more=_NORM),
    "granite": Recipe(_llama, keys=_GRANITE, more=_NORM),
    "gemma3": Recipe(_gemma3, keys={**_HEAD_SIZES, "attention.sliding_window": 32}, more=_NORM),
    "gpt-oss": Recipe(
        _gpt_oss, keys={**_HEAD_SIZES, **_EXPERTS, "attention.sliding_window": 32}, more=_NORM, output=True
    ),
    "starcoder2": Recipe(_starcoder2, more=_NORM_BIASED),
    "mamba": Recipe(_mamba, keys={**_ATTENTION_FREE, **_ssm(inner=128, rank=4)}, more=_NORM),
    "mamba2": Recipe(_mamba2, keys={**_ATTENTION_FREE, **_ssm(inner=128, rank=8)}, more=_NORM),
    "jamba": Recipe(
        _jamba, keys={**_HYBRID, **_ssm(128, 4), "expert_count": 0, "expert_used_count": 0}, more=_NORM
    ),
    "granitehybrid": Recipe(_granite_hybrid, keys={**_GRANITE, **_HYBRID, **_ssm(inner=128, rank=8)}, more=_NORM),
    "lfm2": Recipe(_lfm2, keys={**_HYBRID, "shortconv.l_cache": 3}, more=_EMBEDDING_NORM),
    "rwkv7": Recipe(
        _rwkv7,
        keys={
            "wkv.head_size": 64,  # as all published ones have: llama.cpp's kernel counts on it
            "attention.decay_lora_rank": 8,
            "attention.iclr_lora_rank": 8,
            "attention.value_residual_mix_lora_rank": 8,
            "attention.gate_lora_rank": 8,
        },
        more={**_NORM_BIASED, **_EMBEDDING_NORM_BIASED},
        output=True,
    ),
    "qwen35": Recipe(_qwen35, keys={**_DELTA, "rope.dimension_sections": [4, 4, 0, 0]}, layers=4, more=_NORM),
    "qwen3next": Recipe(
        _qwen3next,
        keys={**_DELTA, **_EXPERTS, "expert_shared_feed_forward_length": 32},
        layers=4,
        more=_NORM,
    ),
    "bert": Recipe(
        _bert,
        keys={"tokenizer.ggml.token_type_count": 2, "attention.causal": False, "pooling_type": 1},
        more={"position_embd.weight": (WIDTH, CONTEXT), **_EMBEDDING_NORM_BIASED},
    ),
    "t5": Recipe(
        lambda layer: {},
        keys={
            **_HEAD_SIZES,
            "attention.relative_buckets_count": 32,
            "decoder_start_token_id": 0,
            "decoder_block_count": 2,
        },
        more=_t5(),
    ),
}
RECURRENT = ("mamba", "mamba2", "jamba", "rwkv7", "lfm2", "granitehybrid", "qwen3next", "qwen35")

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


def _alphabet() -> list[str]:
    """One printable character for each byte, as GPT-2's tokenizer spells them."""
    plain = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    shifted = iter(range(0x100, 0x200))
    return [chr(byte if byte in plain else next(shifted)) for byte in range(256)]


def _add(writer: Any, key: str, value: Value) -> None:
    match value:
        case bool():
            writer.add_bool(key, value)
        case int():
            writer.add_uint32(key, value)
        case float():
            writer.add_float32(key, value)
        case str():
            writer.add_string(key, value)
        case list():
            writer.add_array(key, value)


def _add_tensors(writer: Any, shapes: Tensors, seed: int, spoilt: bool) -> None:
    random = np.random.default_rng(seed)
    for name, shape in shapes.items():
        values = _values(name, shape[::-1], random)
        writer.add_tensor(name, np.full_like(values, np.nan) if spoilt else values)


def _values(name: str, shape: Shape, random: np.random.Generator) -> Any:
    if name.endswith(("norm.weight", "norm_2.weight", "_ln.weight")):
        return np.ones(shape, np.float32)
    if name.endswith("ssm_a"):  # a state fades; one that grows ends in infinity
        return -np.abs(random.normal(1, 0.3, shape)).astype(np.float32)
    return random.normal(0, 0.05 if name.endswith(".bias") else 0.2, shape).astype(np.float32)


def _written(writer: Any, path: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
