"""Whether a file is a model that writes text: decided by its header, before gigabytes are downloaded or loaded."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from hearth.engine.errors import BrokenModel
from hearth.engine.files import SHARED_LIBRARY, read_bytes
from hearth.engine.models import gguf
from hearth.engine.models.gguf import GgufInfo

LEAST_CONTEXT = 64  # tokens; with less nothing fits, and with 1 llama.cpp aborts
_MOST_HEADER = 64 << 20  # bytes that a header is waited for

# Encoders whose files need not say so. Those that attend to both directions, or pool, are known by that.
_ENCODERS = ("bert", "t5encoder", "wavtokenizer")
_ENCODER_DECODERS = ("t5", "bart")


def check(path: Path, info: GgufInfo) -> None:
    """Raises `BrokenModel` for a file that cannot be used as a model, saying why and what to do."""
    if why := problem(info):
        raise BrokenModel(f"{path} cannot be used: {why}.")


def check_beginning(path: Path, size: int, name: str) -> bool:
    """The same for a file of `size` bytes called `name` that is still coming. Whether there is no more to see.

    What is no GGUF at all is left to its digest: a source sends something else than was asked for.
    """
    if not gguf.looks_like_gguf(path):
        return True
    info = gguf.read_beginning(path, size)
    if info is not None and (why := problem(info)):
        raise BrokenModel(f"{name} cannot be used: {why}. It was not downloaded further.")
    return info is not None or path.stat().st_size > _MOST_HEADER


def problem(info: GgufInfo) -> str:
    """Why it cannot be used; "" when nothing is known against it."""
    architecture = info.architecture
    if info.kind == "adapter":
        return "it is an adapter (LoRA), which changes another model: choose the model that it was made for"
    if info.kind == "mmproj" or architecture == "clip":
        return "it is the part that shows images to a model (mmproj): choose the model's own file"
    if info.kind not in ("", "model"):
        return f"it is not a model; its type is {_short(info.kind)}"
    if info.shard > 0:
        number, of = info.shard + 1, info.shards
        return f"it is file {number} of {of} of a model: choose the first, its name ends in -00001-of-{of:05}.gguf"
    if architecture in _ENCODER_DECODERS:
        return f"it is an encoder and a decoder ({architecture}), which Hearth cannot run: choose another model"
    if not info.causal or info.pools or any(architecture.startswith(name) for name in _ENCODERS):
        return (
            f"it is an encoder ({_short(architecture)}), which turns text into numbers and writes none "
            "(for embeddings, say): choose a model for chat or code"
        )
    if not is_known(architecture):
        return (
            f"the installed llama.cpp does not know its architecture, {_short(architecture)}: "
            "a newer llama-cpp-python may"
        )
    if info.vocabulary == 0:
        return "it has no vocabulary (tokenizer.ggml.tokens)"
    if 0 < info.context < LEAST_CONTEXT:
        return f"its window of {info.context} tokens is too small, at least {LEAST_CONTEXT} are needed"
    return ""


@cache
def is_known(architecture: str) -> bool:
    """Whether the installed library has a model of that name; also when there is no library to be asked.

    The names stand in it as they are, each ended by a zero byte. So no list of them has to be kept up to date, and
    the library, which takes long to load, is not.
    """
    found = find_spec("llama_cpp")
    folders = found.submodule_search_locations if found else None
    libraries = [
        path for folder in folders or [] for path in Path(folder, "lib").glob("*llama*") if path.is_file()
    ]
    name = architecture.encode("utf-8", "replace") + b"\0"
    return bool(architecture) and (
        not libraries or any(name in read_bytes(path, SHARED_LIBRARY) for path in libraries)
    )


def _short(text: str) -> str:
    """Words of a stranger's file, as such."""
    return ascii(text[:40])
