"""Which layers go to which GPU; the devices are played."""

from dataclasses import replace
from pathlib import Path

import pytest

from hearth.engine.host import placement
from hearth.engine.host.devices import Device
from hearth.engine.host.limits import DEVICE_RESERVE
from hearth.engine.host.placement import AS_MANY_AS_FIT, Need
from hearth.engine.models import gguf
from tests.tiny_model import write_tiny_gguf

GIB = 2**30
# 7B in 4 bits: 28 layers, their part of the KV caches, the output, and what computing takes.
SEVEN = Need((150 * 2**20,) * 28, 400 * 2**20, 500 * 2**20)
UNITS = 29


def card(gib: float, name: str = "CUDA0", shared: bool = False, total: float | None = None) -> Device:
    return Device(name, f"Card {name}", int(gib * GIB), int((total or gib) * GIB), shared)


# devices, what is wished, free main memory in GiB -> layers on each device that is used
TABLE = {
    "no device": ([], -1, 32, []),
    "all fit": ([card(8)], -1, 32, [29]),
    "they fit without main memory": ([card(8)], -1, 0, [29]),
    "a part fits": ([card(4)], -1, 32, [18]),
    "none fits": ([card(1)], -1, 32, []),
    "another program has the device": ([card(0.4, total=24)], -1, 32, []),
    "not wished": ([card(24)], 0, 32, []),
    "so many": ([card(24)], 5, 32, [5]),
    "more than there are": ([card(24)], 999, 32, [29]),
    "the best of two is enough": ([card(4), card(24, "CUDA1")], -1, 32, [0, 29]),
    "two of one size": ([card(3), card(3, "CUDA1")], -1, 32, [13, 12]),
    "two together hold all": ([card(4), card(4, "CUDA1")], -1, 32, [20, 9]),
    "a small and a large one": ([card(2), card(4, "CUDA1")], -1, 32, [6, 18]),
    "a user wants more than fits": ([card(2), card(4, "CUDA1")], 29, 32, [7, 22]),
    "the main memory is the device's": ([card(16, "MTL0", shared=True)], -1, 12, [29]),
    "it is nearly full": ([card(16, "MTL0", shared=True)], -1, 4, [11]),
    "two that share the main memory": (
        [card(16, "Vulkan0", shared=True), card(16, "Vulkan1", shared=True)],
        -1,
        4.5,
        [14],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_as_many_layers_as_fit(case: str) -> None:
    devices, wished, main, expected = TABLE[case]
    placed = placement.choose(devices, SEVEN, wished, int(main * GIB))
    by_name = dict(zip([device.name for device in placed.devices], placed.split, strict=True))
    found = [by_name.get(device.name, 0) for device in devices]
    assert [count for count in found if count] == [count for count in expected if count]
    assert placed.layers == sum(placed.split) and placed.of in (0, UNITS)
    assert placed.said.startswith("the processor alone") == (not placed.layers)
    if placed.layers and wished < 0:
        _fits(devices, placed)


def _fits(devices: list[Device], placed: placement.Placement) -> None:
    """No device holds more than it has free, less what is left to others."""
    units = [*SEVEN.layers, SEVEN.output][UNITS - placed.layers :]
    for device, count in zip(placed.devices, placed.split, strict=True):
        taken, units = sum(units[:count]), units[count:]
        assert taken + SEVEN.computing + DEVICE_RESERVE <= device.free


def test_what_is_not_in_the_main_memory_is_told_and_shared_memory_is_counted_once() -> None:
    weights = sum(SEVEN.layers) + SEVEN.output
    assert placement.choose([card(24)], SEVEN, AS_MANY_AS_FIT, 0).apart == weights
    assert placement.choose([card(24, shared=True)], SEVEN, AS_MANY_AS_FIT, 32 * GIB).apart == 0
    part = placement.choose([card(4)], SEVEN, AS_MANY_AS_FIT, 32 * GIB)
    assert part.apart == sum(SEVEN.layers[-(part.layers - 1) :]) + SEVEN.output


def test_the_user_is_told_where_the_layers_are() -> None:
    part = placement.choose([card(2), card(4, "CUDA1")], SEVEN, AS_MANY_AS_FIT, 32 * GIB).said
    for word in (f"of {UNITS} layers", "Card CUDA0", "Card CUDA1", "2.0 GiB of 2.0 GiB free", "on the processor"):
        assert word in part
    assert "0.4 GiB free" in placement.choose([card(0.4)], SEVEN, AS_MANY_AS_FIT, 32 * GIB).said


def test_what_a_model_needs_is_read_from_its_file(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    info = gguf.read(path)
    need = Need.of(info, path.stat().st_size, 4096)
    assert len(need.layers) == info.blocks == len(info.layer_bytes) == 2
    assert sum(info.layer_bytes) + info.output_bytes + 4 * info.embedding == info.tensor_bytes
    assert all(need.layers[at] > info.layer_bytes[at] for at in range(2)), "each has its part of the KV caches"
    assert need.computing > 0


@pytest.mark.parametrize("blocks", [0, 2**32 - 1])
def test_a_file_that_claims_anything_costs_nothing(blocks: int, tmp_path: Path) -> None:
    info = replace(gguf.read(write_tiny_gguf(tmp_path / "tiny.gguf")), blocks=blocks)
    assert 1 <= len(Need.of(info, 10**9, 4096).layers) <= 1000
