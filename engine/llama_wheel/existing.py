"""llama.cpp as something else installed it, not compiled here: the folder that LLAMA_CPP_LIB_PATH names.

Of llama-cpp-python only the Python files are installed, out of its source archive. Its folder for libraries gets
links to those that exist, so the variable is needed for the installation only. The Python files name the fields of
llama.cpp's C structures, and libraries of another version would write into the wrong ones: such are refused.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

VARIABLE = "LLAMA_CPP_LIB_PATH"
_TAG = "py3-none-any"  # of a wheel without libraries; one with them names a system
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
_LIBRARY = re.compile(r"(?:lib)?(llama|ggml|mtmd)\b[^/]*\.(so|dylib|dll)(\.[\d.]+)?")
_PYTHON = re.compile(r"[^/]+/(llama_cpp/(?!server/)(?:[^/]+/)*(?:[^/]+\.py|py\.typed))")
_MAIN = re.compile(r"(?:lib)?llama\.")
_VERSION = re.compile(r"set\(LLAMA_VERSION_(MAJOR|MINOR|PATCH) (\d+)\)")
_ASK = """
import ctypes, os, sys
if sys.platform == "win32":
    os.add_dll_directory(os.path.dirname(sys.argv[1]))
version = ctypes.CDLL(sys.argv[1]).llama_version
version.restype = ctypes.c_char_p
print(version().decode())
"""


def folder() -> Path | None:
    """Where the libraries are that the user wants to be used."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named).expanduser().absolute() if named else None


def install(requirement: str, libraries: Path) -> None:
    """Put the Python files of the pinned version here, and links to the libraries beside them."""
    if not libraries_in(libraries):
        raise SystemExit(f"{VARIABLE}: there is no libllama in {libraries}")
    with tempfile.TemporaryDirectory(prefix="hearth-") as made:
        work = Path(made)
        (work / "requirement.txt").write_text(requirement)
        wanted = ("--no-deps", "--no-binary", ":all:", "--require-hashes", "--requirement")
        command = (*_PIP, "download", *wanted, str(work / "requirement.txt"), "--dest", str(work))
        subprocess.run(command, check=True)
        (source,) = work.glob("*.tar.gz")
        link(libraries, work / "lib")
        prove(work / "lib", made_for(source), libraries)
        wheel = python_wheel(source, work)
        subprocess.run((*_PIP, "install", "--no-deps", "--force-reinstall", str(wheel)), check=True)
    link(libraries, _place())


def forget() -> None:
    """Remove what `install` put here, so that llama.cpp is compiled again."""
    try:
        origin = metadata.distribution("llama-cpp-python").read_text("direct_url.json") or ""
    except metadata.PackageNotFoundError:
        return
    if _TAG in origin:
        subprocess.run((*_PIP, "uninstall", "--yes", "llama-cpp-python"), check=True)
        shutil.rmtree(_place(), ignore_errors=True)


def libraries_in(libraries: Path) -> list[Path]:
    """Those of llama.cpp; none if the main one is not there."""
    if not libraries.is_dir():
        return []
    found = sorted(file for file in libraries.iterdir() if _LIBRARY.fullmatch(file.name))
    return found if any(_MAIN.match(file.name) for file in found) else []


def python_wheel(source: Path, into: Path) -> Path:
    """A wheel of the Python files in a source archive, without any library."""
    with tarfile.open(source) as archive:
        top = archive.getnames()[0].partition("/")[0]
        name = top.rpartition("-")[0] + "-" + top.rpartition("-")[2]
        wheel = into / f"{name}-{_TAG}.whl"
        contents = {
            found[1]: _read(archive, member.name)
            for member in archive
            if member.isfile() and (found := _PYTHON.fullmatch(member.name))
        }
        contents[f"{name}.dist-info/METADATA"] = _read(archive, f"{top}/PKG-INFO")
    contents[f"{name}.dist-info/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: hearth\nRoot-Is-Purelib: true\nTag: {_TAG}\n".encode()
    )
    record = f"{name}.dist-info/RECORD"
    contents[record] = "".join(f"{each},,\n" for each in [*contents, record]).encode()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as packed:
        for each, content in contents.items():
            packed.writestr(each, content)
    return wheel


def made_for(source: Path) -> str:
    """The version of llama.cpp that the Python files were written for, as its own sources beside them say."""
    with tarfile.open(source) as archive:
        top = archive.getnames()[0].partition("/")[0]
        said = _read(archive, f"{top}/vendor/llama.cpp/CMakeLists.txt").decode()
    parts = dict(_VERSION.findall(said))
    return ".".join(parts[part] for part in ("MAJOR", "MINOR", "PATCH"))


def link(libraries: Path, place: Path) -> None:
    """Make the folder of a package's libraries; copies on Windows, where a link needs an administrator."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for library in libraries_in(libraries):
        if sys.platform == "win32":
            shutil.copy2(library, place)
        else:
            (place / library.name).symlink_to(library)


def prove(linked: Path, wanted: str, libraries: Path) -> None:
    """Raises `SystemExit` if what was linked is of another version, or cannot be loaded; asks a process."""
    main = next(file for file in libraries_in(linked) if _MAIN.match(file.name))  # the shortest name comes first
    command = [sys.executable, "-P", "-c", _ASK, str(main)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    found = done.stdout.strip()
    if done.returncode != 0 or not found:
        why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise SystemExit(f"{VARIABLE}: the llama.cpp in {libraries} cannot be loaded: {why}")
    if found.split("-")[0].split(".")[:2] != wanted.split(".")[:2]:
        raise SystemExit(
            f"{VARIABLE}: the llama.cpp in {libraries} is version {found}, and this Hearth needs {wanted}; "
            "install that version, or unset the variable to compile it here"
        )


def _place() -> Path:
    return Path(sysconfig.get_path("purelib")) / "llama_cpp" / "lib"


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise SystemExit(f"{name} is missing in the source archive of llama-cpp-python")
    return member.read()
