"""What a GGUF file says about itself, read without trusting it.

Every count and length in the header is held against the bytes that are really there before anything is read
or kept, so a hostile or cut file costs a `BrokenModel` and no memory. Layout: ggml-org/ggml, docs/gguf.md.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from hearth.engine.errors import BrokenModel
from hearth.engine.files import open_regular

Value = int | float | bool | str | tuple[int, ...]

_MAX_KEYS = 1 << 14
_MAX_TENSORS = 1 << 17
_MAX_KEY = 1 << 10
_MAX_KEPT_STRING = 1 << 20
_MAX_KEPT_ARRAY = 1 << 12
_MAX_TOKEN = 1 << 16
_MAX_STRINGS = 1 << 22
_BLOCK = 1 << 18
_MOST_DIGITS = 6  # of a layer's number
_OUTPUTS = ("output.weight", "token_embd.weight")  # the first that there is makes the logits
_LENGTH = struct.Struct("<Q")
_CUT = "the file ends inside its header; it was probably cut while downloading"
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

# Key names of FIM ids as llama.cpp reads them, and the tokens that are known for one by their text.
_FIM_KEYS = ("tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id")
_FIM_TOKENS = frozenset(
    text.encode()
    for text in (
        "<|fim_prefix|>",
        "<fim-prefix>",
        "<fim_prefix>",
        "<｜fim▁begin｜>",
        "<PRE>",
        "▁<PRE>",
        "<|code_prefix|>",
        "[PREFIX]",
        "<[fim-prefix]>",
    )
)

_FILE_TYPES = (
    *("F32", "F16", "Q4_0", "Q4_1", "", "", "", "Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L"),
    *("Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M", "Q6_K", "IQ2_XXS", "IQ2_XS", "Q2_K_S", "IQ3_XS", "IQ3_XXS"),
    *("IQ1_S", "IQ4_NL", "IQ3_S", "IQ3_M", "IQ2_S", "IQ2_M", "IQ4_XS", "IQ1_M", "BF16", "", "", ""),
    *("TQ1_0", "TQ2_0", "MXFP4"),
)

# ggml type -> (elements, bytes) of one block. A type that is not here only loses the check of its size.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufInfo:
    """`quantisation` is "" where the file does not say; `kv_bytes_per_token` is for f16, 0 if unknown.

    `fim`: the metadata names FIM token ids, or the vocabulary has a token that is known for one. `licence` and
    `kind` (`general.type`) are what the file says, "" for nothing. `causal`: it reads from left to right. `pools`:
    it makes one vector of a text. `shard` of `shards`, counted from 0: this is one of several files of a model.
    """

    architecture: str
    name: str
    licence: str
    context: int
    quantisation: str
    chat_template: bool
    fim: bool
    vocabulary: int
    blocks: int
    embedding: int
    heads: int
    kv_heads: int
    kv_bytes_per_token: int
    tensors: int
    tensor_bytes: int
    kind: str
    causal: bool
    pools: bool
    shard: int
    shards: int
    layer_bytes: tuple[int, ...] = ()  # weights of each layer, as far as they are in this file
    output_bytes: int = 0  # of the matrix that makes logits; it may be that of the embeddings


def read(path: Path) -> GgufInfo:
    """The header of that file. Raises `BrokenModel` for what is no GGUF, too new, corrupt or cut short."""
    try:
        with open_regular(path, buffering=1 << 20) as file:
            return _read(_Cursor(file, path, path.stat().st_size))
    except OSError as error:
        raise BrokenModel(f"{path} cannot be read: {error.strerror or error}.") from error


def read_beginning(path: Path, size: int) -> GgufInfo | None:
    """The header of a file that will have `size` bytes and is still coming; None while it is not there whole.

    Raises `BrokenModel` for what is wrong already.
    """
    try:
        with open_regular(path, buffering=1 << 20) as file:
            here = path.stat().st_size
            try:
                return _read(_Cursor(file, path, size))
            except BrokenModel:
                if file.tell() < here:
                    raise
                return None
    except OSError as error:
        raise BrokenModel(f"{path} cannot be read: {error.strerror or error}.") from error


def looks_like_gguf(path: Path) -> bool:
    try:
        with open_regular(path) as file:
            return file.read(4) == b"GGUF"
    except OSError:
        return False


@dataclass(slots=True)
class _Cursor:
    """A place in the file. Nothing is read beyond `size`, and no more than a caller's own bound at once."""

    file: BinaryIO
    path: Path
    size: int

    def left(self) -> int:
        return self.size - self.file.tell()

    def take(self, count: int) -> bytes:
        data = self.file.read(count) if count <= self.left() else b""
        if len(data) != count:
            raise self.broken(_CUT)
        return data

    def skip(self, count: int) -> None:
        if count > self.left():
            raise self.broken(_CUT)
        self.file.seek(count, 1)

    def number(self, code: str) -> int:
        value: int = struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))[0]
        return value

    def count(self, what: str, limit: int, least_bytes: int) -> int:
        """A count of items that take at least `least_bytes` each."""
        count = self.number("Q")
        if count > limit or count * least_bytes > self.left():
            raise self.broken(f"it claims {count} {what}, which is impossible")
        return count

    def text(self, limit: int) -> str:
        length = self.number("Q")
        if length > limit:
            raise self.broken(f"it contains a text of {length} bytes; the limit is {limit}")
        return self.take(length).decode("utf-8", "replace")

    def texts(self, count: int, limit: int) -> Iterator[bytes]:
        """So many texts, which must all be taken. A vocabulary has 150,000, and somebody waits for the model."""
        block, at = b"", 0
        for _ in range(count):
            if len(block) - at < 8:
                block, at = self._more(block[at:], 8), 0
            (length,) = _LENGTH.unpack_from(block, at)
            at += 8
            if length > limit:
                raise self.broken(f"it contains a text of {length} bytes; the limit is {limit}")
            if len(block) - at < length:
                block, at = self._more(block[at:], length), 0
            yield block[at : at + length]
            at += length
        self.file.seek(at - len(block), 1)

    def _more(self, rest: bytes, least: int) -> bytes:
        """`rest` and the next block behind it, which holds at least that much."""
        block = rest + self.file.read(max(_BLOCK, least))
        if len(block) < least:
            raise self.broken(_CUT)
        return block

    def broken(self, why: str) -> BrokenModel:
        return BrokenModel(f"{self.path} is not a usable GGUF file: {why}.")


def _read(cursor: _Cursor) -> GgufInfo:
    if cursor.size < 4 or cursor.take(4) != b"GGUF":
        raise cursor.broken("it does not begin with GGUF")
    version = cursor.number("I")
    if version & 0xFFFF == 0:
        raise cursor.broken("it is big-endian")
    if version not in (2, 3):
        raise cursor.broken(f"its format version is {version}; only 2 and 3 are supported")
    tensors = cursor.count("tensors", _MAX_TENSORS, 24)
    keys = cursor.count("metadata entries", _MAX_KEYS, 13)
    values, vocabulary, fim_token = _metadata(cursor, keys)
    weights = _check_tensors(cursor, tensors, values)
    return _info(values, vocabulary, fim_token, tensors, weights)


def _metadata(cursor: _Cursor, keys: int) -> tuple[dict[str, Value], int, bool]:
    """The small values by key, the size of the vocabulary, and whether a FIM token is in it."""
    values: dict[str, Value] = {}
    seen: set[str] = set()
    vocabulary, fim_token = 0, False
    for _ in range(keys):
        key = cursor.text(_MAX_KEY)
        if key in seen:
            raise cursor.broken(f"{key!r} occurs twice")
        seen.add(key)
        kind = cursor.number("I")
        if kind != _ARRAY:
            values[key] = _scalar(cursor, kind)
            continue
        item, count = _array_head(cursor)
        if key == "tokenizer.ggml.tokens" and item == _STRING:
            vocabulary, fim_token = count, _any_fim_token(cursor, count)
        elif item == _STRING:
            for _ in cursor.texts(count, _MAX_KEPT_STRING):
                pass
        elif item in (4, 5) and count <= _MAX_KEPT_ARRAY:
            values[key] = struct.unpack(f"<{count}{_SCALARS[item]}", cursor.take(4 * count))
        else:
            cursor.skip(count * _width(item))
    return values, vocabulary, fim_token


def _scalar(cursor: _Cursor, kind: int) -> Value:
    if kind == _STRING:
        return cursor.text(_MAX_KEPT_STRING)
    if kind not in _SCALARS:
        raise cursor.broken(f"it contains a value of the unknown type {kind}")
    value: Value = struct.unpack(f"<{_SCALARS[kind]}", cursor.take(_width(kind)))[0]
    return value


def _array_head(cursor: _Cursor) -> tuple[int, int]:
    item = cursor.number("I")
    if item != _STRING and item not in _SCALARS:
        raise cursor.broken(f"it contains an array of the unusable type {item}")
    if item == _STRING:
        return item, cursor.count("texts in an array", _MAX_STRINGS, 8)
    return item, cursor.count("numbers in an array", cursor.size, _width(item))


def _any_fim_token(cursor: _Cursor, count: int) -> bool:
    return sum(text in _FIM_TOKENS for text in cursor.texts(count, _MAX_TOKEN)) > 0


@dataclass(slots=True)
class _Weights:
    """Bytes of tensors: of all, of each layer, of those outside of the layers by name."""

    total: int = 0
    layers: dict[int, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, size: int) -> None:
        self.total += size
        start, _, rest = name.partition(".")
        number = rest.partition(".")[0]
        if start == "blk" and number.isdecimal() and len(number) < _MOST_DIGITS:
            self.layers[int(number)] = self.layers.get(int(number), 0) + size
        elif name in _OUTPUTS:
            self.others[name] = size

    def output(self) -> int:
        return next((self.others[name] for name in _OUTPUTS if name in self.others), 0)


def _check_tensors(cursor: _Cursor, tensors: int, values: dict[str, Value]) -> _Weights:
    """The bytes of the tensors; the last of them must be inside the file."""
    weights, end = _Weights(), 0
    for _ in range(tensors):
        name = cursor.text(_MAX_KEY)
        dimensions = cursor.number("I")
        if dimensions > 4:
            raise cursor.broken(f"the tensor {name!r} has {dimensions} dimensions")
        elements = 1
        for _ in range(dimensions):
            elements *= cursor.number("Q")
        kind, offset = cursor.number("I"), cursor.number("Q")
        block, width = _BLOCKS.get(kind, (1, 0))
        size = elements // block * width
        weights.add(name, size)
        end = max(end, offset + size)
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment <= 0 or alignment % 8:
        raise cursor.broken(f"its alignment is {alignment!r}")
    start = -(-cursor.file.tell() // alignment) * alignment
    if start + end > cursor.size and tensors:
        raise BrokenModel(
            f"{cursor.path} is cut short: it has {cursor.size:,} of at least {start + end:,} bytes. "
            "Remove it and download it again."
        )
    if weights.total > cursor.size:
        raise cursor.broken("its tensors overlap")
    return weights


def _info(values: dict[str, Value], vocabulary: int, fim_token: bool, tensors: int, weights: _Weights) -> GgufInfo:
    architecture = _text(values, "general.architecture")
    blocks = _number(values, f"{architecture}.block_count")
    embedding = _number(values, f"{architecture}.embedding_length")
    heads = _number(values, f"{architecture}.attention.head_count")
    kv_heads = _number(values, f"{architecture}.attention.head_count_kv") or heads
    file_type = _number(values, "general.file_type", -1)
    return GgufInfo(
        architecture=architecture,
        name=_text(values, "general.name"),
        licence=_text(values, "general.license"),
        context=_number(values, f"{architecture}.context_length"),
        quantisation=_FILE_TYPES[file_type] if 0 <= file_type < len(_FILE_TYPES) else "",
        chat_template=bool(values.get("tokenizer.chat_template")),
        fim=fim_token or any(key in values for key in _FIM_KEYS),
        vocabulary=vocabulary,
        blocks=blocks,
        embedding=embedding,
        heads=heads,
        kv_heads=kv_heads,
        kv_bytes_per_token=_kv_bytes(values, architecture, blocks, embedding, heads, kv_heads),
        tensors=tensors,
        tensor_bytes=weights.total,
        kind=_text(values, "general.type"),
        causal=values.get(f"{architecture}.attention.causal") is not False,
        pools=_number(values, f"{architecture}.pooling_type") > 0,
        shard=_number(values, "split.no"),
        shards=_number(values, "split.count"),
        layer_bytes=tuple(weights.layers[number] for number in sorted(weights.layers)),
        output_bytes=weights.output(),
    )


def _kv_bytes(
    values: dict[str, Value], architecture: str, blocks: int, embedding: int, heads: int, kv_heads: int
) -> int:
    head = embedding // heads if heads else 0
    key = _number(values, f"{architecture}.attention.key_length") or head
    value = _number(values, f"{architecture}.attention.value_length") or head
    per_block = values.get(f"{architecture}.attention.head_count_kv")
    all_heads = sum(per_block) if isinstance(per_block, tuple) else blocks * kv_heads
    return all_heads * (key + value) * 2


def _number(values: dict[str, Value], key: str, default: int = 0) -> int:
    """An integer; of an array (one number per block) the greatest."""
    value = values.get(key, default)
    if isinstance(value, tuple):
        return max(value, default=default)
    return value if isinstance(value, int) else default


def _text(values: dict[str, Value], key: str) -> str:
    value = values.get(key, "")
    return value if isinstance(value, str) else ""


def _width(kind: int) -> int:
    return struct.calcsize(f"<{_SCALARS[kind]}")
