"""What is read from ggml's list of devices; the list is played, and the real one of this build is read."""

import ctypes
import platform
from types import SimpleNamespace
from typing import Any

import llama_cpp
import pytest

from hearth.engine.host import devices
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
