"""How long the window of a chat is on this machine: as the user says, else as the free memory affords."""

import logging
from pathlib import Path

from hearth.engine.errors import HearthError
from hearth.engine.host import memory
from hearth.engine.host.limits import CHAT_SEQUENCES
from hearth.engine.models import gguf
from hearth.engine.types import ModelRef

log = logging.getLogger("hearth.host")
MOST = 16_384  # tokens, unless the user wants more: a processor reads that for minutes
_SHARE = 0.25  # of the memory that is left beside the model
_STEP = 1024


def chat_window(ref: ModelRef, wanted: int) -> int:
    """In tokens. `wanted` is what the user has set, 0 for nothing.

    A model never gets more than it was trained with; one whose file cannot be read has the usual window. This
    reads the file's header.
    """
    try:
        info = gguf.read(Path(ref.path))
        size = Path(ref.path).stat().st_size
    except (HearthError, OSError) as error:
        log.info("the window of %s is the usual one: %s", ref.id, error)
        return wanted or ref.context
    trained = info.context or wanted or ref.context
    if wanted:
        return min(wanted, trained)
    free = _SHARE * max(0, memory.available() - memory.reserve() - size)
    tokens = int(free / (CHAT_SEQUENCES * info.kv_bytes_per_token)) if info.kv_bytes_per_token else 0
    return min(trained, max(ref.context, min(MOST, tokens // _STEP * _STEP)))
