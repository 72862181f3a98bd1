"""What is read from ggml's list of devices; the list is played, and the real one of this build is read."""

import ctypes
import os
import platform
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import llama_cpp
import pytest

from hearth.engine.host import devices, native
from hearth.engine.host.devices import Device

GPU, INTEGRATED, CPU, ACCELERATOR = 1, 2, 0, 3


def properties(kind: int, name: str, id: str | None = None) -> Any:
    return devices._Properties(
        name=name.encode(),
        description=f"Card {name}".encode(),
        free=3,
        total=4,
        type=kind,
        id=id.encode() if id else None,
    )


def listed(monkeypatch: pytest.MonkeyPatch, *rows: Any) -> list[Device]:
    monkeypatch.setattr(llama_cpp, "llama_supports_gpu_offload", lambda: True)
    monkeypatch.setattr(devices, "_handles", lambda: list(range(1, len(rows) + 1)))
    monkeypatch.setattr(devices, "_properties", lambda handle: rows[handle - 1])
    return list(devices.found())


def test_a_card_that_two_backends_see_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        properties(GPU, "CUDA0", "0000:01:00.0"),
        properties(GPU, "Vulkan0", "0000:01:00.0"),
        properties(GPU, "CUDA1"),
        properties(CPU, "CPU"),
        properties(ACCELERATOR, "BLAS"),
    ]
    assert [device.name for device in listed(monkeypatch, *rows)] == ["CUDA0", "CUDA1"]


def test_an_integrated_one_counts_only_where_there_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    integrated, own = properties(INTEGRATED, "Vulkan0"), properties(GPU, "Vulkan1")
    assert listed(monkeypatch, integrated) == [Device("Vulkan0", "Card Vulkan0", 3, 4, shared=True)]
    assert listed(monkeypatch, integrated, own) == [Device("Vulkan1", "Card Vulkan1", 3, 4)]


def test_an_apple_chip_has_one_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert listed(monkeypatch, properties(GPU, "MTL0"))[0].shared


def test_the_array_for_llama_cpp_ends_with_null(monkeypatch: pytest.MonkeyPatch) -> None:
    listed(monkeypatch, properties(GPU, "CUDA0"), properties(GPU, "CUDA1"))
    assert list(devices.pointers_to(("CUDA1", "gone"))) == [2, None]
    assert list(devices.pointers_to(())) == [None]


def test_the_real_list_of_this_build_can_be_read() -> None:
    rows = [devices._properties(handle) for handle in devices._handles()]
    assert any(row.type == CPU and row.total > 0 and row.name == b"CPU" for row in rows)
    assert bytes(ctypes.string_at(ctypes.addressof(rows[0]) + devices._Properties.room.offset, 8)) == bytes(8)
    assert all(device.total > 0 for device in devices.found())


def ggml(monkeypatch: pytest.MonkeyPatch, found_in: list[bytes | None]) -> list[tuple[bytes | None, Path]]:
    """A ggml with kernels in these places only (None: where it was compiled to look), and where it looked."""
    looked: list[tuple[bytes | None, Path]] = []
    functions = {
        "ggml_backend_reg_count": lambda: int(any(place in found_in for place, _ in looked)),
        "ggml_backend_load_all_from_path": lambda place: looked.append((place, Path.cwd())),
    }
    monkeypatch.setattr(devices, "_function", lambda name, *_: functions[name])
    return looked


def test_kernels_in_libraries_of_their_own_are_loaded_from_beside_llama_cpp(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beside = os.fsencode(devices.library_folder())
    looked = ggml(monkeypatch, [beside])
    devices.load_kernels.__wrapped__()
    assert looked == [(beside, Path.cwd())]


def test_a_folder_of_work_is_never_searched_for_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    looked = ggml(monkeypatch, [None])
    devices.load_kernels.__wrapped__()
    assert looked[-1] == (None, devices.library_folder().resolve()), "ggml looks into the working folder too"
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize("first", [devices.found, native.can_offload, native._init_library])
def test_they_are_loaded_before_llama_cpp_looks_for_them_itself(
    first: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(devices, "load_kernels", lambda: steps.append("kernels"))
    monkeypatch.setattr(llama_cpp, "llama_supports_gpu_offload", lambda: steps.append("asked"))
    monkeypatch.setattr(llama_cpp, "llama_backend_init", lambda: steps.append("asked"))
    monkeypatch.setattr(native, "_initialized", False)
    first()
    assert steps == ["kernels", "asked"]
