"""Installs Hearth for this user, from this checkout: `python3 install.py`, or `make install`.

It makes an environment of its own in the user's data folder, and the command in `~/.local/bin`. Nothing else is
touched, and no administrator is needed. It needs a Python with venv and a C++ compiler, and imports the standard
library only. An older Python can read it too, to be told so.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
_SOURCES = (
    "engine",
    "lsp_server",
    "hearth.py",
    "hatch_build.py",
    "pyproject.toml",
    "requirements.lock",
    "README.md",
)
_PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
_OURS = " (pyproject.toml)"  # in the lock, who needs a package because the project says so
_LIBRARY = "LLAMA_CPP_LIB_PATH"  # names a folder with llama.cpp, which is not compiled then
_CARRIED = "HEARTH_WHEELS"  # names a folder with a wheel of llama.cpp, as `make wheels` builds it
_ASKED = {"cmake": "CMAKE_ARGS", "library": _LIBRARY, "wheels": _CARRIED}  # what an update does again
_BUILDER = "hatchling"  # of the lock, what makes a wheel of the checkout
_PYTHON = {
    "win32": "`winget install Python.Python.3.13`, or the installer from python.org",
    "darwin": "`brew install python`, or the installer from python.org",
    "linux": "Debian and Ubuntu: `apt install python3 python3-venv`; Fedora: `dnf install python3`; "
    "Arch: `pacman -S python`",
}
_COMPILER = {
    "win32": "the Visual Studio Build Tools with the workload for C++ (`winget install "
    "Microsoft.VisualStudio.2022.BuildTools`, then choose it in the installer)",
    "darwin": "`xcode-select --install`",
    "linux": "Debian and Ubuntu: `apt install g++`; Fedora: `dnf install gcc-c++`; Arch: `pacman -S gcc`",
}


class Failed(Exception):
    """What went wrong and what to do, for the user."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="install.py", description="Install Hearth for this user.")
    doing = {"install": install, "update": update, "uninstall": uninstall, "check": check, "lock": print_lock}
    parser.add_argument("what", nargs="?", choices=doing, default="install")
    try:
        doing[parser.parse_args(arguments).what]()
    except Failed as failed:
        print(f"hearth: {failed}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"hearth: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        said = " ".join(error.cmd)
        print(f"hearth: this step failed, and what it said stands above: {said}", file=sys.stderr)
        return 1
    return 0


def install() -> None:
    """Make the environment, or bring it up to this checkout; nothing is done where it is."""
    refuse_root()
    wanted = fingerprint()
    if is_current(wanted):
        put_on_path()
        print(f"Hearth is installed in {environment()}, as it stands in this checkout.")
        return
    check()
    stop_host()  # on Windows nothing can replace the files of a program that runs
    make_environment()
    mark = environment() / "installed.json"
    mark.unlink(missing_ok=True)
    runtime = environment() / "requirements.txt"
    runtime.write_text(locked(LOCK.read_text("utf-8"), also=_BUILDER), "utf-8")
    print("installing", flush=True)
    # The folder of this file is on the path of a module that is run, so nothing of Hearth is needed there yet.
    run(str(python()), "-m", "hearth.engine.llama_wheel", "install", str(LOCK))
    run(str(python()), *_PIP, "install", "--require-hashes", "-r", str(runtime))
    run(str(python()), *_PIP, "install", "--no-deps", "--no-build-isolation", "--force-reinstall", str(ROOT))
    put_on_path()
    mark.write_text(json.dumps(wanted), "utf-8")
    print(f"Hearth is installed in {environment()}. Try it: hearth demo")


def update() -> None:
    """Fetch what is new, where the checkout is a clone that follows another one, and install it as it was."""
    for name, variable in _ASKED.items():
        if (was := installed().get(name)) and not os.environ.get(variable):
            os.environ[variable] = was
            print(f"as when it was installed: {variable}={was}", flush=True)
    if (ROOT / ".git").exists() and shutil.which("git"):
        follows = subprocess.run(
            ["git", "rev-parse", "--abbrev-ref", "@{upstream}"], cwd=ROOT, capture_output=True, check=False
        )
        if follows.returncode == 0:
            run("git", "pull", "--ff-only")
    run(sys.executable, str(Path(__file__).resolve()), "install")  # as it is now


def uninstall() -> None:
    """Remove what `install` made. Models, settings and chats stay, and it is said where they are."""
    refuse_root()
    if not environment().exists() and not is_ours(link()):
        print("Hearth is not installed.")
        return
    stop_host()
    if is_ours(link()):
        link().unlink()
    if environment().exists():
        shutil.rmtree(environment())
    with suppress(OSError):  # there is something else in it
        data_folder().rmdir()
    print(
        f"Hearth is removed from {environment()}. Models, settings and chats are kept; to delete them too, remove:"
    )
    for folder in kept():
        print(f"  {folder}")


def check() -> None:
    """Raises `Failed` for the first thing that this machine lacks, with how to get it here."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have any
        raise Failed(f"Hearth needs Python 3.11 or newer, and this is {sys.version.split()[0]}. {hint(_PYTHON)}")
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise Failed(f"this Python has no venv or no pip. {hint(_PYTHON)}")
    if not os.environ.get(_LIBRARY) and carried() is None and not compiler():
        raise Failed(
            f"a C++ compiler is missing, for llama.cpp. {hint(_COMPILER)} "
            f"Without one: {_LIBRARY} may name a folder with a llama.cpp that is installed, or {_CARRIED} one "
            "with a wheel of it (docs/install.md)."
        )


def print_lock() -> None:
    """The part of the lock that a user needs, for the extension that carries it."""
    sys.stdout.write(locked(LOCK.read_text("utf-8")))


def locked(lock: str, also: str = "") -> str:
    """The entries of the lock that the project needs to run, and that package with what it needs.

    Each entry says in its comment who needs it ("via"); the development group is marked `(pyproject.toml:dev)`.
    """
    entries: list[tuple[str, str]] = []  # name and text; a package has several, for several versions of Python
    for entry in re.split(r"(?m)^(?=[a-z0-9])", lock):
        if name := re.match(r"[a-z0-9][\w.-]*", entry):
            entries.append((name[0], entry))
    needed_by: dict[str, set[str]] = {name: set() for name, _ in entries}
    for name, entry in entries:
        needed_by[name] |= set(re.findall(r"(?m)^    #(?: via|  ) (\S.*)$", entry))
    chosen = {name for name, by in needed_by.items() if name == also or any(each.endswith(_OURS) for each in by)}
    while more := {name for name, by in needed_by.items() if by & chosen} - chosen:
        chosen |= more
    return "".join(entry for name, entry in entries if name in chosen)


def fingerprint() -> dict[str, str]:
    """What the installed copy was made of; another one is another installation."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        top = ROOT / name
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT).as_posix()}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    asked = {name: os.environ.get(variable, "") for name, variable in _ASKED.items()}
    return {"sources": digest.hexdigest(), **asked}


def is_current(wanted: dict[str, str]) -> bool:
    return installed() == wanted and program().exists() and works(python())


def installed() -> dict[str, str]:
    """The fingerprint of what is installed; nothing if there is none."""
    try:
        found = json.loads((environment() / "installed.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def carried() -> Path | None:
    """A wheel of llama.cpp that lies beside this checkout, for this system."""
    sys.path.insert(0, str(ROOT))
    from hearth.engine.llama_wheel import carried  # an older Python would not have come here

    try:
        return carried.find(LOCK)
    except SystemExit as none:
        raise Failed(str(none)) from None


def make_environment() -> None:
    """Anew where there is none, and where its Python is gone or another one."""
    if environment().exists() and not works(python()):
        shutil.rmtree(environment())
    if not environment().exists():
        environment().parent.mkdir(parents=True, exist_ok=True)
        run(sys.executable, "-m", "venv", str(environment()))


def put_on_path() -> None:
    """Make the command; another program's file of that name stays, and the user hears of it."""
    if sys.platform == "win32":
        tell_path(program().parent)
        return
    made = link()
    if os.path.lexists(made) and not is_ours(made):
        raise Failed(f"{made} is another program's; remove it or rename it, then install again")
    made.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(made):
        made.unlink()
    made.symlink_to(program())
    tell_path(made.parent)


def tell_path(folder: Path) -> None:
    """How to have the folder on the PATH, if it is not; and which other `hearth` comes first there."""
    if not any(same(Path(each), folder) for each in os.environ.get("PATH", "").split(os.pathsep) if each):
        if sys.platform == "win32":
            print(f"{folder} is not on your PATH; add it in the system's settings (Environment Variables).")
        else:
            print(f"{folder} is not on your PATH. Add this line to ~/.profile, and log in again:")
            print(f'  export PATH="{str(folder).replace(str(Path.home()), "$HOME", 1)}:$PATH"')
    elif (first := shutil.which("hearth")) is not None and not same(Path(first), program()):
        print(f"Another hearth comes first on your PATH: {first}")


def stop_host() -> None:
    """The running model process would keep the old code, and on Windows the old files."""
    if program().exists():
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([str(program()), "stop"], check=False, capture_output=True, timeout=60)


def refuse_root() -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0 and os.environ.get("SUDO_USER"):
        raise Failed("install without sudo: everything goes into your own home folder")


def compiler() -> bool:
    """Whether llama.cpp can be compiled here."""
    if sys.platform == "win32":
        return shutil.which("cl") is not None or shutil.which("g++") is not None or bool(build_tools())
    if sys.platform == "darwin":  # `c++` is there without the tools too, and opens an installer
        return succeeds(["xcode-select", "-p"])
    named = os.environ.get("CXX", "").split()
    return any(shutil.which(each) for each in (*named[:1], "c++", "g++", "clang++"))


def build_tools() -> str:
    """Where Microsoft's compiler is installed; it is never on the PATH, and CMake finds it so."""
    base = os.environ.get("PROGRAMFILES(X86)", r"C:\Program Files (x86)")
    where = Path(base, "Microsoft Visual Studio", "Installer", "vswhere.exe")
    wanted = ["-products", "*", "-requires", "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"]
    try:
        command = [str(where), *wanted, "-property", "installationPath"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def hint(of: dict[str, str]) -> str:
    return f"To get it: {of.get(sys.platform, of['linux'])}."


def environment() -> Path:
    return data_folder() / "environment"


def program() -> Path:
    return environment() / ("Scripts/hearth.exe" if sys.platform == "win32" else "bin/hearth")


def python() -> Path:
    return environment() / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def link() -> Path:
    return home() / ".local" / "bin" / "hearth"


def data_folder() -> Path:
    """The user's data folder for Hearth, as `engine/paths.py` has it."""
    return chosen_home() or system_folder("XDG_DATA_HOME", ".local/share", "Application Support")


def kept() -> list[Path]:
    """The folders that hold models, settings, chats and logs, of those that exist."""
    if (one := chosen_home()) is not None:
        found = [one]
    else:
        found = [
            data_folder(),
            system_folder("XDG_CONFIG_HOME", ".config", "Application Support"),
            system_folder("XDG_STATE_HOME", ".local/state", "Application Support"),
            system_folder("XDG_CACHE_HOME", ".cache", "Caches"),
            *([home() / "Library" / "Logs" / "hearth"] if sys.platform == "darwin" else []),
        ]
    return [folder for folder in dict.fromkeys(found) if folder.exists()]


def chosen_home() -> Path | None:
    set_to = os.environ.get("HEARTH_HOME")
    return Path(set_to).expanduser().absolute() if set_to else None


def system_folder(variable: str, usual: str, on_mac: str) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home() / "AppData" / "Local") / "hearth"
    if sys.platform == "darwin":
        return home() / "Library" / on_mac / "hearth"
    return Path(os.environ.get(variable, "").strip() or home() / usual) / "hearth"


def home() -> Path:
    try:
        found = Path.home()
    except RuntimeError:
        found = Path()
    if not found.is_absolute():
        raise Failed("you have no home folder; set HOME to one")
    return found


def is_ours(path: Path) -> bool:
    """Whether that is a link which `install` made, for this environment or for one that is gone."""
    return path.is_symlink() and path.readlink().parts[-3:] == program().parts[-3:]


def same(one: Path, other: Path) -> bool:
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def works(interpreter: Path) -> bool:
    return succeeds([str(interpreter), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"])


def succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
