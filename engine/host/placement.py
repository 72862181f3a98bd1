"""How many layers of a model go to which GPU: as many as fit there, the KV cache of each layer included.

llama.cpp gives the last layers to the devices, the output being the very last, and splits them in a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hearth.engine.host.devices import Device
from hearth.engine.host.limits import (
    CHAT_SEQUENCES,
    COMPLETION_WINDOW,
    DEVICE_RESERVE,
    DEVICE_RESERVE_SHARE,
    MAX_CACHE_BYTES,
    MAX_SEQUENCES,
    PREFILL_BATCH,
)
from hearth.engine.models.gguf import GgufInfo

AS_MANY_AS_FIT = -1
_MOST_LAYERS = 1000  # a file may claim anything


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes of a model: of each layer with its part of the KV caches, of the output, of what computing takes."""

    layers: tuple[int, ...]
    output: int
    computing: int

    @staticmethod
    def of(info: GgufInfo, files: int, context: int) -> "Need":
        """`files`: bytes of all files of the model; `context`: tokens of a chat's window."""
        blocks = min(max(1, info.blocks), _MOST_LAYERS)
        sequence = COMPLETION_WINDOW * info.kv_bytes_per_token
        kept = max(2 * sequence, min(MAX_CACHE_BYTES, MAX_SEQUENCES * sequence))
        cache = kept + CHAT_SEQUENCES * context * info.kv_bytes_per_token
        # Of a model in several files the first one says nothing of the others.
        known = info.shards <= 1 and len(info.layer_bytes) == blocks
        weights = info.layer_bytes if known else (-(-files // blocks),) * blocks
        computing = 2 * PREFILL_BATCH * 4 * (info.vocabulary + 16 * info.embedding)
        return Need(tuple(each + cache // blocks for each in weights), info.output_bytes, computing)


@dataclass(frozen=True, slots=True)
class Placement:
    """`layers` of `of` are on the `devices`, so many on each as `split` says. The output counts as one layer.

    `apart` are bytes that are not in the main memory because of it; `said` is for the user.
    """

    layers: int = 0
    of: int = 0
    devices: tuple[Device, ...] = ()
    split: tuple[int, ...] = ()
    apart: int = 0
    said: str = "the processor alone"

    @property
    def mark(self) -> str:
        """What tells a try with these devices from one with others; "" for the processor alone."""
        return "".join(f" on {device.description or device.name}" for device in self.devices)

    def without_devices(self, why: str) -> "Placement":
        """The processor alone, because it did not work here."""
        return Placement(of=self.of, said=f"the processor alone, because it failed{self.mark}: {why}")


def choose(devices: Sequence[Device], need: Need, wished: int, main_memory: int) -> Placement:
    """Where the layers go. `wished`: so many, or `AS_MANY_AS_FIT`; `main_memory`: bytes that are free there.

    One device is better than two, because layers on two wait for each other; so a second one is used only where
    the best one is too small.
    """
    units = (*need.layers, need.output)
    if not wished:
        return Placement(of=len(units), said="the processor alone, as host.gpu_layers = 0 says")
    if not devices:
        return Placement(of=len(units), said="the processor alone: llama.cpp finds no GPU")
    room = [_room(device, need, main_memory) for device in devices]
    if wished > 0:
        return _placed(devices, _as_wished(units[max(0, len(units) - wished) :], room), units)
    best = max(range(len(devices)), key=room.__getitem__)
    if sum(units) <= room[best]:
        return _placed(devices, [len(units) if at == best else 0 for at in range(len(devices))], units)
    room = _bounded_together(devices, room)
    for first in range(len(units)):
        if (split := _fitted(units[first:], room)) is not None:
            return _placed(devices, split, units)
    free = ", ".join(f"{device.description} has {_gib(device.free)} free" for device in devices)
    return Placement(of=len(units), said=f"the processor alone: no layer fits the GPU ({free})")


def _room(device: Device, need: Need, main_memory: int) -> int:
    """What layers may take there: other programs draw there too, and computing needs some."""
    free = min(device.free, main_memory) if device.shared else device.free
    return free - max(DEVICE_RESERVE, int(device.total * DEVICE_RESERVE_SHARE)) - need.computing


def _bounded_together(devices: Sequence[Device], room: list[int]) -> list[int]:
    """Devices that share the main memory share it with each other too: it is counted once."""
    left = max((free for device, free in zip(devices, room, strict=True) if device.shared), default=0)
    bounded = []
    for device, free in zip(devices, room, strict=True):
        bounded.append(min(free, left) if device.shared else free)
        left -= max(0, bounded[-1]) if device.shared else 0
    return bounded


def _fitted(units: Sequence[int], room: Sequence[int]) -> list[int] | None:
    """How many of these units in a row go to each device; None where they do not fit."""
    split, at = [], 0
    for free in room:
        count = 0
        while at < len(units) and units[at] <= free:
            free -= units[at]
            at, count = at + 1, count + 1
        split.append(count)
    return split if at == len(units) else None


def _as_wished(units: Sequence[int], room: Sequence[int]) -> list[int]:
    """So many the user wants: as they fit, else in proportion to the room; llama.cpp says if that is too much."""
    if (split := _fitted(units, room)) is not None:
        return split
    weights = [max(1, free) for free in room]
    split = [len(units) * weight // sum(weights) for weight in weights]
    split[weights.index(max(weights))] += len(units) - sum(split)
    return split


def _placed(devices: Sequence[Device], split: Sequence[int], units: Sequence[int]) -> Placement:
    used = [(device, count) for device, count in zip(devices, split, strict=True) if count]
    layers = sum(count for _, count in used)
    placement = Placement(
        layers, len(units), tuple(device for device, _ in used), tuple(count for _, count in used)
    )
    at, apart = len(units) - layers, 0
    for device, count in used:
        apart += 0 if device.shared else sum(units[at : at + count])
        at += count
    return replace(placement, apart=apart, said=_said(placement))


def _said(placement: Placement) -> str:
    parts = [
        f"{count} on {device.description or device.name} ({device.name}, {_gib(device.free)} of "
        f"{_gib(device.total)} free before)"
        for device, count in zip(placement.devices, placement.split, strict=True)
    ]
    rest = placement.of - placement.layers
    amount = "all" if not rest else f"{placement.layers} of"
    where = " and ".join(parts)
    return f"{amount} {placement.of} layers on the GPU: {where}" + (f"; {rest} on the processor" if rest else "")


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"
