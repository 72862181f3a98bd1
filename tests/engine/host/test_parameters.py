"""Whether llama.cpp has what the load options are called here: the library itself is asked."""

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import llama_cpp
import pytest

from hearth.engine.host import native, parameters
from hearth.engine.host.parameters import set_fields
from hearth.engine.host.profiles import PROFILES, LoadOptions, Profile

OPTIONS = LoadOptions(threads=4)
# What is handed over as a pointer, beside the numbers.
POINTERS = {"devices", "split"}
OTHER: dict[str, Any] = {
    "threads": 3,
    "prefill_threads": 5,
    "gpu_layers": 7,
    "extra_buffers": False,
    "flash_attention": False,
    "mmap": False,
}


def as_the_library_sees_it(options: LoadOptions) -> tuple[bytes, bytes]:
    model = set_fields(llama_cpp.llama_model_default_params(), **parameters.of_model(options))
    context = set_fields(llama_cpp.llama_context_default_params(), **parameters.of_context(options))
    return bytes(model), bytes(context)


def test_the_safest_profile_reads_the_file_instead_of_mapping_it() -> None:
    options = PROFILES[-1].applied_to(OPTIONS)
    params = set_fields(llama_cpp.llama_model_default_params(), **parameters.of_model(options))
    assert llama_cpp.llama_load_mode_name(params.load_mode) == b"none"


@pytest.mark.parametrize("name", sorted({field.name for field in fields(LoadOptions)} - POINTERS))
def test_each_option_reaches_the_library(name: str) -> None:
    assert as_the_library_sees_it(replace(OPTIONS, **{name: OTHER[name]})) != as_the_library_sees_it(OPTIONS)


@pytest.mark.parametrize(("safer", "faster"), zip(PROFILES[1:], PROFILES, strict=False))
def test_each_profile_is_another_one_for_the_library(safer: Profile, faster: Profile) -> None:
    assert as_the_library_sees_it(safer.applied_to(OPTIONS)) != as_the_library_sees_it(faster.applied_to(OPTIONS))


@pytest.mark.parametrize("make", [llama_cpp.llama_model_default_params, llama_cpp.llama_context_default_params])
def test_a_name_that_the_library_does_not_have_does_not_pass_unnoticed(make: object) -> None:
    assert callable(make)
    with pytest.raises(AttributeError, match="no field use_mmap"):
        set_fields(make(), use_mmap=False)


def test_nothing_is_set_past_the_check() -> None:
    """ctypes would take it."""
    source = Path(native.__file__).read_text("utf-8")
    assert re.findall(r"\bparams\.\w+ =", source) == [] and "set_fields(" in source
