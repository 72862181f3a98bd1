"""The GPUs of this machine, as the model's process found them last: `fit` reads this instead of asking drivers."""

from pathlib import Path

import msgspec

from hearth.engine import files, paths, state


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


def note(found: tuple[Gpu, ...]) -> None:
    """Remember them; without it advice counts on the processor alone."""
    if found != known():
        state.keep(_file(), msgspec.json.encode(found))


def _file() -> Path:
    return paths.state_dir() / "gpus.json"
