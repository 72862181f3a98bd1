"""A wheel of llama-cpp-python for every processor of this kind of system, with nothing to compile where it goes.

llama.cpp is built with a library of kernels for each generation of processors (GGML_CPU_ALL_VARIANTS), and the
host loads the best one (GGML_BACKEND_DL). Beside them lie the Python files of the pinned version. The same
sources, compiler and tools make the same wheel again, byte for byte.
"""

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from hearth.engine.llama_wheel import build, existing, wheel_file

_OPTIONS = {
    "CMAKE_BUILD_TYPE": "Release",
    "BUILD_SHARED_LIBS": "ON",
    "GGML_NATIVE": "OFF",
    "GGML_BACKEND_DL": "ON",
    "GGML_CPU_ALL_VARIANTS": "ON",
    "GGML_CCACHE": "OFF",
    **{f"LLAMA_BUILD_{part}": "OFF" for part in ("APP", "COMMON", "EXAMPLES", "SERVER", "TESTS", "TOOLS")},
    # One file for each library, as a zip archive knows no links; a second copy would have its own list of kernels.
    "CMAKE_PLATFORM_NO_VERSIONED_SONAME": "ON",
    "CMAKE_BUILD_WITH_INSTALL_RPATH": "ON",  # so that they find each other
    "CMAKE_INSTALL_RPATH": "@loader_path" if sys.platform == "darwin" else "$ORIGIN",
}

_THREADS = "libgomp.so.1"
_OF_GCC = """libgomp.so.1 is GCC's library for threads, as the system has it on which this wheel was built. It is
licensed under the GNU General Public License, version 3, with the GCC Runtime Library Exception, version 3.1. Both
texts and the sources come with GCC.
"""
# What is loaded is only known where the system tells it; elsewhere it is enough that a device is there.
_ASK = """
import ctypes, os, pathlib, sys
folder = os.path.dirname(sys.argv[1])
if sys.platform == "win32":
    os.add_dll_directory(folder)
library = ctypes.CDLL(sys.argv[1])
library.ggml_backend_load_all_from_path(os.fsencode(folder))
library.ggml_backend_reg_count.restype = ctypes.c_size_t
maps = pathlib.Path("/proc/self/maps")
lines = maps.read_text().splitlines() if maps.exists() else ["one/of-its-ggml-cpu-libraries"]
names = {line.split("/")[-1] for line in lines if "ggml-cpu" in line}
if library.ggml_backend_reg_count():
    print(*(f"loaded {name}" for name in sorted(names)))
"""


def make(lock: Path, into: Path, work: Path) -> Path:
    """Compile in `work` what is not compiled there yet, and put the wheel into `into`, in place of older ones."""
    work.mkdir(parents=True, exist_ok=True)
    source = existing.fetch(build.requirement_in(lock.read_text("utf-8")), work)
    libraries = [*compiled(unpacked(source, work / "source"), work / "build")]
    libraries += runtime(libraries)
    contents = existing.python_files(source) | {
        f"llama_cpp/lib/{file.name}": file.read_bytes() for file in libraries
    }
    described = next(name for name in contents if name.endswith("/METADATA")).rpartition("/")[0]
    contents |= {f"{described}/licenses/{name}": text for name, text in licences(source, libraries).items()}
    made = wheel_file.write(contents, f"py3-none-{system(libraries)}", work)
    build.prove(made, work / "proof")
    print(f"of its kernels this processor takes {chosen(made, work / 'proof')}", flush=True)
    into.mkdir(parents=True, exist_ok=True)
    for older in into.glob("llama_cpp_python-*.whl"):
        older.unlink()
    return made.replace(into / made.name)


def unpacked(source: Path, into: Path) -> Path:
    """llama.cpp's own sources. Times of files stay, so that what is compiled already is not compiled again."""
    with tarfile.open(source) as archive:
        top = archive.getnames()[0].partition("/")[0]
        inside = f"{top}/vendor/llama.cpp/"
        archive.extractall(into, [each for each in archive if each.name.startswith(inside)], filter="data")
    return into / inside


def compiled(source: Path, folder: Path) -> list[Path]:
    """The libraries, each once."""
    flags = [] if os.name == "nt" else [f"-ffile-prefix-map={source}=llama.cpp"]
    options = {
        **_OPTIONS,
        "CMAKE_C_FLAGS": shlex.join(flags),
        "CMAKE_CXX_FLAGS": shlex.join([*flags, *build.flags()]),
    }
    chosen = [f"-D{name}={value}" for name, value in options.items()]
    ninja = ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={_tool('ninja')}"]
    env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(source.parent)}  # a commit around it is not its own
    command = [_tool("cmake"), "-S", str(source), "-B", str(folder), *ninja, *chosen]
    subprocess.run([*command, *shlex.split(os.environ.get("CMAKE_ARGS", ""))], env=env, check=True)
    subprocess.run([_tool("cmake"), "--build", str(folder), "--target", "llama"], env=env, check=True)
    return sorted(each for each in (folder / "bin").iterdir() if each.suffix in (".so", ".dylib", ".dll"))


def runtime(libraries: Iterable[Path]) -> list[Path]:
    """GCC's library for threads, which a machine without GCC may lack."""
    if not any(_THREADS.encode() in each.read_bytes() for each in libraries):
        return []
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    said = subprocess.run([*compiler, f"-print-file-name={_THREADS}"], capture_output=True, text=True, check=True)
    return [Path(said.stdout.strip())]


def system(libraries: Iterable[Path]) -> str:
    """The tag of the systems that it is for: on Linux those with the C library that it needs, or a newer one."""
    if sys.platform != "linux":
        return re.sub(r"[-.]", "_", sysconfig.get_platform())
    needed = [pair for file in libraries for pair in re.findall(rb"\0GLIBC_(\d+)\.(\d+)", file.read_bytes())]
    major, minor = max((int(major), int(minor)) for major, minor in needed)
    return f"manylinux_{major}_{minor}_{platform.machine()}"


def licences(source: Path, libraries: Iterable[Path]) -> dict[str, bytes]:
    """What their authors ask to keep, by names for files."""
    wanted = {"LICENSE.md": "llama-cpp-python.txt", "vendor/llama.cpp/LICENSE": "llama.cpp.txt"}
    with tarfile.open(source) as archive:
        top = archive.getnames()[0].partition("/")[0]
        found = {}
        for name, kept in wanted.items():
            member = archive.extractfile(f"{top}/{name}")
            if member is None:
                raise SystemExit(f"{name} is missing in {source.name}")
            found[kept] = member.read()
    if any(each.name == _THREADS for each in libraries):
        found["libgomp.txt"] = _OF_GCC.encode()
    return found


def chosen(wheel: Path, work: Path) -> str:
    """The library of kernels that is the best one here, as ggml finds it. Raises `SystemExit` if it finds none."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(work, [name for name in archive.namelist() if name.startswith("llama_cpp/lib/")])
    folder = work / "llama_cpp" / "lib"
    main = next(each for each in existing.libraries_in(folder) if re.match(r"(lib)?ggml\.", each.name))
    done = subprocess.run(
        [sys.executable, "-P", "-c", _ASK, str(main)], capture_output=True, text=True, check=False
    )
    if not (loaded := re.findall(r"loaded (\S+)", done.stdout)):
        raise SystemExit(f"none of the kernels works here: {done.stderr.strip()[-300:]}")
    return str(loaded[0])


def _tool(name: str) -> str:
    """Of this environment, else of the PATH."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which(name, path=beside)
    if found is None:
        raise SystemExit(f"{name} is missing; `make wheels` installs it")
    return found
