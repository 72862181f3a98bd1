"""Stands in front of the real package on the module path, takes its place at import, and lets it crash.

What `tests/fakes/amx/__init__.py` says of HEARTH_TEST_AMX happens here.
"""

import ctypes
import importlib
import os
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parents[1]


def the_real_one() -> Any:
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != _HERE]
    del sys.modules["llama_cpp"]
    importlib.invalidate_caches()
    return importlib.import_module("llama_cpp")


def crash_with_extra_buffers(library: Any) -> None:
    """At the first decode, as `ldtilecfg` does; loading goes well."""
    load, decode = library.llama_model_load_from_file, library.llama_decode
    extra_buffers = False

    def loading(path: bytes, params: Any) -> Any:
        nonlocal extra_buffers
        extra_buffers = params.use_extra_bufts
        return load(path, params)

    def decoding(context: Any, batch: Any) -> Any:
        if extra_buffers:
            ctypes.string_at(0)
        return decode(context, batch)

    library.llama_model_load_from_file, library.llama_decode = loading, decoding


crashes_in = {"crash": {"hearth.engine.host", "hearth.engine.host.trial"}, "surprise": {"hearth.engine.host"}}
library = the_real_one()
if crashes_in.get(os.environ.get("HEARTH_TEST_AMX", ""), set()) & set(sys.orig_argv):
    crash_with_extra_buffers(library)
