"""The GPUs of this machine, as the model's process found them last: `fit` reads this instead of asking drivers."""

import platform
import sys
from pathlib import Path

import msgspec

from hearth.engine import files, paths, state

# Of the main memory, what macOS lets the GPU of an Apple chip have, before it was asked. On large ones it is more.
_APPLE_SHARE = 2 / 3


class Gpu(msgspec.Struct, frozen=True):
    """`total` is bytes. `shared`: they are bytes of the main memory."""

    name: str
    total: int
    shared: bool = False


_decoder = msgspec.json.Decoder(tuple[Gpu, ...])


def known() -> tuple[Gpu, ...]:
    """Empty where there is none, and before a model was loaded here."""
    try:
        return files.read_json(_file(), files.NOTES, _decoder)
    except OSError:
        return ()


def own_memory() -> int:
    """Bytes of those that have memory of their own."""
    return sum(gpu.total for gpu in known() if not gpu.shared)


def unified_memory(main: int) -> int:
    """Bytes of the `main` memory that the GPU of an Apple chip may have; 0 elsewhere.

    Other integrated GPUs are no faster than the processor beside them, as far as one can say without measuring.
    """
    if not is_apple_chip():
        return 0
    return min(main, sum(gpu.total for gpu in known() if gpu.shared) or int(main * _APPLE_SHARE))


def is_apple_chip() -> bool:
    return sys.platform == "darwin" and platform.machine() == "arm64"


def note(found: tuple[Gpu, ...]) -> None:
    """Remember them; without it advice counts on the processor alone."""
    if found != known():
        state.keep(_file(), msgspec.json.encode(found))


def _file() -> Path:
    return paths.state_dir() / "gpus.json"
