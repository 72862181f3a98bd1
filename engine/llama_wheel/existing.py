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
from importlib import metadata
from pathlib import Path

from hearth.engine.llama_wheel import wheel_file

NAME = "llama-cpp-python"
VARIABLE = "LLAMA_CPP_LIB_PATH"
_TAG = "py3-none-any"  # of a wheel without libraries; one with them names a system
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
_LIBRARY = re.compile(r"(?:lib)?(llama|ggml|mtmd|g?omp)\b[^/]*\.(so|dylib|dll)(\.[\d.]+)?")
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


class Unusable(Exception):
    """Libraries that cannot be loaded here, and why."""


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
        source = fetch(requirement, work)
        link(libraries, work / "lib")
        prove(work / "lib", made_for(source), libraries)
        wheel = python_wheel(source, work)
        subprocess.run((*_PIP, "install", "--no-deps", "--force-reinstall", str(wheel)), check=True)
    link(libraries, _place())


def fetch(requirement: str, into: Path) -> Path:
    """The source archive of the pinned version. Only that one: what builds it may come as wheels."""
    (into / "requirement.txt").write_text(requirement)
    wanted = ("--no-deps", "--no-binary", NAME, "--require-hashes", "--requirement")
    command = (*_PIP, "download", *wanted, str(into / "requirement.txt"), "--dest", str(into))
    subprocess.run(command, check=True)
    (source,) = into.glob("*.tar.gz")
    return source


def forget() -> None:
    """Remove what `install` put here, so that llama.cpp is compiled again."""
    try:
        origin = metadata.distribution(NAME).read_text("direct_url.json") or ""
    except metadata.PackageNotFoundError:
        return
    if _TAG in origin:
        subprocess.run((*_PIP, "uninstall", "--yes", NAME), check=True)
        shutil.rmtree(_place(), ignore_errors=True)


def libraries_in(libraries: Path) -> list[Path]:
    """Those of llama.cpp; none if the main one is not there."""
    if not libraries.is_dir():
        return []
    found = sorted(file for file in libraries.iterdir() if _LIBRARY.fullmatch(file.name))
    return found if any(_MAIN.match(file.name) for file in found) else []


def python_wheel(source: Path, into: Path) -> Path:
    """A wheel of the Python files in a source archive, without any library."""
    return wheel_file.write(python_files(source), _TAG, into)


def python_files(source: Path) -> dict[str, bytes]:
    """What a wheel of it has in it, by the names there, but for its libraries."""
    with tarfile.open(source) as archive:
        top = archive.getnames()[0].partition("/")[0]
        described = f"{top.rpartition('-')[0]}-{top.rpartition('-')[2]}.dist-info"
        contents = {
            found[1]: _read(archive, member.name)
            for member in archive
            if member.isfile() and (found := _PYTHON.fullmatch(member.name))
        }
        return {**contents, f"{described}/METADATA": _read(archive, f"{top}/PKG-INFO")}


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
    """Raises `SystemExit` if what was linked is of another version, or cannot be loaded."""
    try:
        found = version_in(linked)
    except Unusable as error:
        raise SystemExit(f"{VARIABLE}: the llama.cpp in {libraries} cannot be loaded: {error}") from None
    if found.split("-")[0].split(".")[:2] != wanted.split(".")[:2]:
        raise SystemExit(
            f"{VARIABLE}: the llama.cpp in {libraries} is version {found}, and this Hearth needs {wanted}; "
            "install that version, or unset the variable to compile it here"
        )


def version_in(libraries: Path) -> str:
    """What the libraries say of themselves; a process is asked. Raises `Unusable`."""
    main = next((file for file in libraries_in(libraries) if _MAIN.match(file.name)), None)  # the shortest name
    if main is None:
        raise Unusable(f"there is no libllama in {libraries}")
    command = [sys.executable, "-P", "-c", _ASK, str(main)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0 or not done.stdout.strip():
        raise Unusable((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    return done.stdout.strip()


def _place() -> Path:
    return Path(sysconfig.get_path("purelib")) / "llama_cpp" / "lib"


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise SystemExit(f"{name} is missing in the source archive of llama-cpp-python")
    return member.read()
