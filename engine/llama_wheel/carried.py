"""A wheel of llama-cpp-python beside Hearth, from `make wheels` or from others. Nothing is compiled then.

It is looked for in the folder that HEARTH_WHEELS names, else beside the lock file, in a folder `wheels` or without
one. Needs the standard library only, and no pip.
"""

import os
import platform
import re
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "HEARTH_WHEELS"
_OLD_NAMES = {"manylinux2014": "manylinux_2_17", "manylinux2010": "manylinux_2_12", "manylinux1": "manylinux_2_5"}
_PINNED = re.compile(r"(?m)^llama-cpp-python==([^\s;\\]+)")


def find(lock: Path, env: Mapping[str, str] = os.environ) -> Path | None:
    """The wheel of the version that the lock names, for this system; of several the last by name.

    Raises `SystemExit` if the folder that the user named has none.
    """
    version = _PINNED.search(lock.read_text("utf-8"))
    if version is None or env.get("CMAKE_ARGS", "").strip() or env.get("LLAMA_CPP_LIB_PATH", "").strip():
        return None  # something else is wanted: a build of the user's own
    named = env.get(VARIABLE, "").strip()
    folders = [Path(named).expanduser().absolute()] if named else [lock.parent / "wheels", lock.parent]
    found = [wheel for folder in folders for wheel in sorted(folder.glob("llama_cpp_python-*.whl"))]
    fitting = [wheel for wheel in found if wheel.name.split("-")[1] == version[1] and runs_here(wheel.name)]
    if named and not fitting:
        there = ", ".join(wheel.name for wheel in found) or "no wheel of it at all"
        raise SystemExit(
            f"{VARIABLE}: {folders[0]} has no wheel of llama-cpp-python {version[1]} for this system; "
            f"it has {there}"
        )
    return fitting[-1].absolute() if fitting else None


def runs_here(name: str) -> bool:
    """Whether the tags in the name of a wheel mean this system, and any Python 3 without an ABI."""
    *_, pythons, abi, systems = name.removesuffix(".whl").split("-")
    ours = {"py3", f"py3{sys.version_info[1]}", f"cp3{sys.version_info[1]}"}
    return bool(ours & set(pythons.split("."))) and abi == "none" and any(map(_is_here, systems.split(".")))


def _is_here(system: str) -> bool:
    for old, new in _OLD_NAMES.items():
        if system.startswith(f"{old}_"):
            system = system.replace(old, new, 1)
    machine = platform.machine().lower()
    if found := re.fullmatch(r"manylinux_(\d+)_(\d+)_(\w+)", system):
        return sys.platform == "linux" and found[3] == machine and (int(found[1]), int(found[2])) <= _glibc()
    if found := re.fullmatch(r"macosx_(\d+)_(\d+)_(\w+)", system):
        wanted, own = (int(found[1]), int(found[2])), platform.mac_ver()[0].split(".")
        has = (int(own[0] or 0), int(own[1]) if len(own) > 1 else 0)
        return sys.platform == "darwin" and found[3] in (machine, "universal2") and wanted <= has
    return system == re.sub(r"[-.]", "_", sysconfig.get_platform())


def _glibc() -> tuple[int, int]:
    """(0, 0) for a system with another C library."""
    try:
        said = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, OSError, ValueError):
        said = ""
    found = re.fullmatch(r"glibc (\d+)\.(\d+).*", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
