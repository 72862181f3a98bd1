"""The GPUs that llama.cpp finds here, in the order in which it would use them, and the memory that is free there.

From ggml's own list (ggml-backend.h); only in the process that owns llama.cpp, because a driver may crash.
"""

import ctypes
import functools
import os
import platform
import sys
from collections.abc import Iterable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp._ctypes_extensions import load_shared_library

_GPU, _INTEGRATED = 1, 2  # enum ggml_backend_dev_type


@dataclass(frozen=True, slots=True)
class Device:
    """`free` and `total` are bytes. `shared`: they are bytes of the main memory."""

    name: str  # such as CUDA0
    description: str  # such as NVIDIA GeForce RTX 4090
    free: int
    total: int
    shared: bool = False


class _Capabilities(ctypes.Structure):
    _fields_ = [(name, ctypes.c_bool) for name in ("async_", "host_buffer", "from_host", "events", "mmap")]


class _Properties(ctypes.Structure):
    """struct ggml_backend_dev_props, with room for what a later version may put behind it."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("free", ctypes.c_size_t),
        ("total", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("id", ctypes.c_char_p),
        ("capabilities", _Capabilities),
        ("room", ctypes.c_char * 256),
    ]


def found() -> tuple[Device, ...]:
    """Integrated ones only where there is no other; a card that two backends see only once."""
    load_kernels()
    if not llama_cpp.llama_supports_gpu_offload():
        return ()
    seen: dict[str, tuple[int, Device]] = {}
    for handle in _handles():
        properties = _properties(handle)
        if properties.type in (_GPU, _INTEGRATED):
            key = (properties.id or properties.name or b"").decode("utf-8", "replace")
            seen.setdefault(key, (properties.type, _device(properties)))
    own = [device for kind, device in seen.values() if kind == _GPU]
    return tuple(own or [device for _, device in seen.values()])


@functools.cache
def load_kernels() -> None:
    """Where a build has its kernels in libraries of their own, have ggml load the best ones for this processor.

    Call it before anything else of llama.cpp, which would look for them beside Python's program and in the working
    folder, and the latter may be anybody's.
    """
    count = _function("ggml_backend_reg_count", ctypes.c_size_t)
    load = _function("ggml_backend_load_all_from_path", None, ctypes.c_char_p)
    if count() == 0:
        load(os.fsencode(library_folder()))
    if count() == 0:  # a system's package has them in a folder that it was compiled to look into
        with chdir(library_folder()):
            load(None)


def library_folder() -> Path:
    """Where llama.cpp is loaded from, as llama-cpp-python decides it. Its own `_ggml` knows one folder only."""
    return Path(os.environ.get("LLAMA_CPP_LIB_PATH") or Path(llama_cpp.__file__).parent / "lib")


def pointers_to(names: Iterable[str]) -> Any:
    """An array for `llama_model_params.devices`, which ends with NULL; without names it means the CPU alone."""
    by_name = {_name(_properties(handle)): handle for handle in _handles()} if names else {}
    handles = [by_name[name] for name in names if name in by_name]
    return (ctypes.c_void_p * (len(handles) + 1))(*handles, None)


def _device(properties: _Properties) -> Device:
    is_apple_chip = sys.platform == "darwin" and platform.machine() == "arm64"
    return Device(
        _name(properties),
        (properties.description or b"").decode("utf-8", "replace"),
        int(properties.free),
        int(properties.total),
        shared=is_apple_chip or properties.type == _INTEGRATED,
    )


def _name(properties: _Properties) -> str:
    return (properties.name or b"").decode("utf-8", "replace")


def _properties(handle: int) -> _Properties:
    properties = _Properties()
    ask = _function("ggml_backend_dev_get_props", None, ctypes.c_void_p, ctypes.c_void_p)
    ask(handle, ctypes.addressof(properties))
    return properties


def _handles() -> list[int]:
    count = _function("ggml_backend_dev_count", ctypes.c_size_t)
    get = _function("ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)
    return [get(index) for index in range(count())]


def _function(name: str, result: Any, *arguments: Any) -> Any:
    # Of the copy that libllama itself uses: a wheel may have several of one library, each with its own list.
    function = getattr(llama_cpp.llama_cpp._lib, name, None)
    if function is None:  # Windows does not look into the libraries that this one uses
        function = getattr(_library("ggml"), name, None) or getattr(_library("ggml-base"), name)
    function.restype, function.argtypes = result, arguments
    return function


@functools.cache
def _library(name: str) -> ctypes.CDLL:
    library: ctypes.CDLL = load_shared_library(name, library_folder())
    return library
