"""The wheel of llama-cpp-python, compiled once for each compiler, processor and set of flags, and kept.

GCC on x86-64 drops the stores that fill ggml's AMX configuration: in the header of GCC 11 and 12 the instruction
that loads it names 8 of its 64 bytes. Without dead store elimination they stay; that costs no speed. pip would
take a wheel from its own cache whatever it was compiled with, hence a cache whose folders are named so.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

from hearth.engine.llama_wheel import carried, existing, tiles

NAME = existing.NAME
_FLAGS = ("-fno-dse", "-fno-tree-dse")
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def install(requirements: Path) -> None:
    """Have the pinned version here: with the libraries that the user named, from a wheel that lies beside Hearth,

    or compiled with the flags that this machine's compiler needs; else leave it to pip.
    """
    requirement = requirement_in(requirements.read_text("utf-8"))
    if (libraries := existing.folder()) is not None:
        existing.install(requirement, libraries)
        return
    existing.forget()
    if (ready := carried.find(requirements)) is not None and _can_be_loaded(ready):
        _put(ready)
    elif needed := flags():
        _put(built(requirement, needed, cache()))
    else:
        print("pip compiles llama.cpp for this machine the first time, which takes some minutes", flush=True)
        if _origin():  # pip would leave the wheel of an earlier choice in place
            subprocess.run([*_PIP, "uninstall", "--yes", NAME], check=True)


def flags() -> tuple[str, ...]:
    """For C++; none where the compiler is not GCC or the processor not x86-64."""
    macros = _macros()
    has_the_fault = {"__GNUC__", "__x86_64__"} <= macros.keys() and "__clang__" not in macros
    return _FLAGS if has_the_fault else ()


def built(requirement: str, needed: tuple[str, ...], kept: Path) -> Path:
    """The wheel, from the cache or compiled now, which takes minutes."""
    folder = kept / _folder_name(requirement, needed)
    for wheel in sorted(folder.glob("*.whl")):
        return wheel
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept, prefix="building-") as work:
        wheel = _compiled(requirement, needed, Path(work))
        prove(wheel, Path(work))
        folder.mkdir(exist_ok=True)
        return wheel.replace(folder / wheel.name)


def requirement_in(requirements: str) -> str:
    """The lines of a requirements file that pin the package and its digests."""
    found = re.search(rf"^{NAME}==(?:[^\n]*\\\n)*[^\n]*\n", requirements, re.MULTILINE)
    if found is None:
        raise SystemExit(f"the requirements do not pin {NAME}")
    return found[0]


def cache() -> Path:
    """Of the user, so that a second clone does not compile again."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "hearth" / "wheels"


def _folder_name(requirement: str, needed: tuple[str, ...]) -> str:
    """What can be read of it, and a digest of all that the result depends on."""
    macros = _macros("-march=native") or _macros()  # they tell the compiler and what the processor can do
    asked = [os.environ.get(name, "") for name in ("CXX", "CC", "CXXFLAGS", "CFLAGS", "CMAKE_ARGS")]
    everything = json.dumps([requirement, needed, sorted(macros.items()), asked])
    digest = hashlib.sha256(everything.encode()).hexdigest()[:12]
    version = requirement.split()[0].replace("==", "-")
    compiler = "gcc-" + macros.get("__VERSION__", "").strip('"').split(" ")[0]
    return "_".join([version, compiler, *(flag.lstrip("-") for flag in needed), digest])


def _compiled(requirement: str, needed: tuple[str, ...], work: Path) -> Path:
    file = work / "requirement.txt"
    file.write_text(requirement)
    said = f"compiling {requirement.split()[0]} with {' '.join(needed)}"
    print(f"{said}; that takes some minutes the first time", flush=True)
    from_source = ("--no-cache-dir", "--no-binary", NAME, "--no-deps", "--require-hashes")
    command = [*_PIP, "wheel", *from_source, "--requirement", str(file), "--wheel-dir", str(work)]
    env = {**os.environ, "CXXFLAGS": " ".join([os.environ.get("CXXFLAGS", ""), *needed]).strip()}
    subprocess.run(command, env=env, check=True)
    (wheel,) = work.glob("*.whl")
    return wheel


def prove(wheel: Path, work: Path) -> None:
    """Raises `SystemExit` for kernels that would crash."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"llama_cpp/lib/libggml-cpu[^/]*\.so", name):
                state = tiles.state_of(Path(archive.extract(name, work)))
                print(f"{Path(name).name}: {tiles.MEANING[state]}", flush=True)
                if state == "not filled":
                    raise SystemExit("this compiler breaks the AMX kernels of llama.cpp, our flags or not")


def _can_be_loaded(wheel: Path) -> bool:
    """Its system may be another one than its name says: an older C++ library, for one."""
    with tempfile.TemporaryDirectory(prefix="hearth-") as made:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(made, [name for name in archive.namelist() if "llama_cpp/lib/" in name])
        try:
            existing.version_in(Path(made, "llama_cpp", "lib"))
        except existing.Unusable as error:
            print(f"{wheel} cannot be used here ({error}), so llama.cpp is compiled", flush=True)
            return False
    return True


def _put(wheel: Path) -> None:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest not in _origin():
        print(f"llama.cpp comes from {wheel}", flush=True)
        subprocess.run([*_PIP, "install", "--no-deps", "--force-reinstall", str(wheel)], check=True)


def _origin() -> str:
    """What pip noted of the wheel that is installed, its digest for one; "" for none, or one from an index."""
    try:
        return metadata.distribution(NAME).read_text("direct_url.json") or ""
    except metadata.PackageNotFoundError:
        return ""


def _macros(*options: str) -> dict[str, str]:
    """What the C++ compiler predefines; nothing where there is none, or one that is asked in other ways."""
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    command = [*compiler, *options, "-dM", "-E", "-x", "c++", os.devnull]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return {}
    return dict(re.findall(r"^#define (\S+) ?(.*)$", said, re.MULTILINE))
