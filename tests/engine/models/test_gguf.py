import struct
import tracemalloc
from pathlib import Path
from typing import Any

import gguf as writer_library
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hearth.engine.errors import BrokenModel
from hearth.engine.models import gguf
from tests.fakes.tiny_models import CONTEXT
from tests.tiny_model import write_tiny_gguf


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf").read_bytes()


def read(tmp_path: Path, data: bytes) -> gguf.GgufInfo:
    path = tmp_path / "a.gguf"
    path.write_bytes(data)
    return gguf.read(path)


def header(entries: bytes, keys: int = 1, tensors: int = 0, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys) + entries


def text(value: bytes, claimed: int | None = None) -> bytes:
    return struct.pack("<Q", len(value) if claimed is None else claimed) + value


def write(path: Path, **more: Any) -> Path:
    writer = writer_library.GGUFWriter(str(path), "llama")
    for name, value in more.items():
        getattr(writer, f"add_{name}")(*value if isinstance(value, tuple) else (value,))
    writer.add_tensor("a", np.zeros((4, 32), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_header_tells_what_the_file_is(tmp_path: Path, tiny: bytes) -> None:
    info = read(tmp_path, tiny)
    assert (info.architecture, info.name, info.context) == ("qwen2", "Tiny random Qwen2", CONTEXT)
    assert (info.quantisation, info.chat_template, info.fim) == ("F32", True, True)
    assert (info.blocks, info.embedding, info.heads, info.kv_heads) == (2, 64, 4, 2)
    # Two blocks, two heads of 16 numbers, key and value, two bytes each.
    assert info.kv_bytes_per_token == 2 * 2 * 16 * 2 * 2
    assert info.vocabulary == 279
    assert 0 < info.tensor_bytes < len(tiny)


def test_texts_are_read_across_the_borders_of_blocks(tmp_path: Path) -> None:
    tokens = ["<|fim_prefix|>", *("x" * (number % 900) for number in range(3000)), "y" * 60_000, ""]
    path = write(tmp_path / "a.gguf", token_list=(tokens,), token_merges=(["z" * 400_000],), context_length=512)
    info = gguf.read(path)
    assert (info.vocabulary, info.fim, info.context) == (3003, True, 512)


@pytest.mark.parametrize("array", ["tokens", "merges"])
def test_a_text_that_is_longer_than_the_file_is_refused(tmp_path: Path, array: str) -> None:
    entry = text(f"tokenizer.ggml.{array}".encode()) + struct.pack("<IIQ", 9, 8, 2)
    with pytest.raises(BrokenModel, match="ends inside its header"):
        read(tmp_path, header(entry + text(b"first") + text(b"second", 60_000)))
    with pytest.raises(BrokenModel, match="the limit is"):
        read(tmp_path, header(entry + text(b"first") + text(b"second", 2**63)))


def test_a_model_without_vocabulary_or_template_has_neither(tmp_path: Path) -> None:
    info = gguf.read(write(tmp_path / "a.gguf", context_length=512))
    assert (info.context, info.vocabulary, info.fim, info.chat_template) == (512, 0, False, False)
    assert (info.quantisation, info.kv_bytes_per_token) == ("", 0)
    assert info.tensor_bytes == 4 * 32 * 4


def test_fim_ids_in_the_metadata_count_too(tmp_path: Path) -> None:
    assert gguf.read(write(tmp_path / "a.gguf", uint32=("tokenizer.ggml.fim_pre_token_id", 3))).fim


def test_heads_may_differ_from_block_to_block(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gguf", block_count=3, embedding_length=64, head_count=4, head_count_kv=[1, 0, 2])
    info = gguf.read(path)
    assert info.kv_heads == 2
    assert info.kv_bytes_per_token == 3 * (16 + 16) * 2


def test_a_file_cut_in_its_tensors_is_named_as_cut_short(tmp_path: Path, tiny: bytes) -> None:
    with pytest.raises(BrokenModel, match=r"cut short: it has .* download it again"):
        read(tmp_path, tiny[:-100])


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "does not begin with GGUF"),
        (b"GG", "does not begin with GGUF"),
        (b"<!DOCTYPE html><html>", "does not begin with GGUF"),
        (b"GGUF", "ends inside its header"),
        (header(b"", version=1), "version is 1"),
        (header(b"", version=99), "version is 99"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (header(b"", keys=2**63), "metadata entries"),
        (header(b"", tensors=2**63), "tensors"),
        (header(text(b"key", claimed=2**62) + b"\0" * 16), "a text of"),
        (header(text(b"key") + struct.pack("<I", 77) + b"\0" * 16), "unknown type 77"),
        (header(text(b"key") + struct.pack("<I", 8) + text(b"abc", claimed=1000)), "ends inside"),
        (header(text(b"key") + struct.pack("<IIQ", 9, 0, 2**63)), "numbers in an array"),
        (header(text(b"key") + struct.pack("<IIQ", 9, 8, 2**40)), "texts in an array"),
        (header(text(b"key") + struct.pack("<IIQ", 9, 9, 1) + b"\0" * 16), "unusable type 9"),
        (header(2 * (text(b"key") + struct.pack("<IB", 0, 1)), keys=2), "occurs twice"),
        (header(text(b"general.alignment") + struct.pack("<II", 4, 0)), "alignment"),
        (header(text(b"t") + struct.pack("<I", 5) + b"\0" * 64, keys=0, tensors=1), "5 dimensions"),
    ],
)
def test_what_is_no_sound_gguf_is_refused_with_a_reason(tmp_path: Path, data: bytes, complaint: str) -> None:
    with pytest.raises(BrokenModel, match=complaint):
        read(tmp_path, data)


def test_tensors_whose_size_overflows_are_refused(tmp_path: Path) -> None:
    huge = text(b"t") + struct.pack("<I4QIQ", 4, *[2**62] * 4, 0, 0)
    with pytest.raises(BrokenModel, match="cut short"):
        read(tmp_path, header(huge, keys=0, tensors=1))


def test_tensors_on_top_of_each_other_are_refused(tmp_path: Path) -> None:
    """Else a small file could claim more memory than it has bytes."""
    tensors = b"".join(text(name) + struct.pack("<IQIQ", 1, 64, 0, 0) for name in (b"a", b"b", b"c"))
    with pytest.raises(BrokenModel, match="overlap"):
        read(tmp_path, header(tensors, keys=0, tensors=3) + b"\0" * 320)


def test_a_missing_file_is_a_broken_model(tmp_path: Path) -> None:
    with pytest.raises(BrokenModel, match="cannot be read"):
        gguf.read(tmp_path / "none.gguf")


_SLOW = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_SLOW
@given(data=st.data())
def test_a_damaged_header_is_read_or_refused_and_never_costs_memory(
    tmp_path: Path, tiny: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(tiny)
    for _ in range(data.draw(st.integers(1, 4))):
        # The header is the first tenth; half of the hits fall where the counts stand.
        at = data.draw(st.one_of(st.integers(4, 400), st.integers(4, len(tiny) // 10)))
        junk = data.draw(st.binary(min_size=1, max_size=9))
        damaged[at : at + len(junk)] = junk
    _read_bounded(tmp_path, bytes(damaged))


@_SLOW
@given(cut=st.integers(0, 380_000))
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, tiny: bytes, cut: int) -> None:
    with pytest.raises(BrokenModel):
        read(tmp_path, tiny[: min(cut, len(tiny) - 1)])


@_SLOW
@given(junk=st.binary(max_size=400))
def test_junk_behind_the_magic_is_read_or_refused(tmp_path: Path, junk: bytes) -> None:
    _read_bounded(tmp_path, b"GGUF" + struct.pack("<I", 3) + junk)


def _read_bounded(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        gguf.read(path)
    except BrokenModel:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 << 20
