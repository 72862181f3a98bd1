"""What load options are called in llama.cpp's own structures (llama.h, `llama_model_params` and its kin)."""

from typing import Any

import llama_cpp

from hearth.engine.host.profiles import LoadOptions


def of_model(options: LoadOptions) -> dict[str, int]:
    """Fields of `llama_model_params`, without those that are pointers."""
    # Unless a profile forbids it the library decides, which knows what a device can map.
    how_to_read = {} if options.mmap else {"load_mode": llama_cpp.LLAMA_LOAD_MODE_NONE}
    return {"n_gpu_layers": options.gpu_layers, "use_extra_bufts": options.extra_buffers, **how_to_read}


def of_context(options: LoadOptions) -> dict[str, int]:
    """Fields of `llama_context_params`."""
    wanted, off = llama_cpp.LLAMA_FLASH_ATTN_TYPE_AUTO, llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
    return {
        "n_threads": options.threads,
        "n_threads_batch": options.most_threads,
        "flash_attn_type": wanted if options.flash_attention else off,
    }


def set_fields(params: Any, **values: Any) -> Any:
    """Set fields of such a structure. Raises `AttributeError` for one that this library does not have.

    ctypes takes any name, and keeps to itself what the library has no field for.
    """
    fields = {name for name, *_ in params._fields_}
    for name, value in values.items():
        if name not in fields:
            raise AttributeError(f"{type(params).__name__} of this llama.cpp has no field {name}")
        setattr(params, name, value)
    return params
