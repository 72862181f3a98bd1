"""A wheel of llama.cpp that lies beside Hearth is taken if it is for this system, and nothing is compiled then."""

import hashlib
import os
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

import llama_cpp
import pytest

from hearth.engine.llama_wheel import build, carried, wheel_file

PLATFORM = sysconfig.get_platform().replace("-", "_").replace(".", "_")
INSTALLED = Path(llama_cpp.__file__).parent / "lib"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    file = tmp_path / "a checkout" / "requirements.lock"
    file.parent.mkdir()
    file.write_text(f"{build.NAME}==1.2.3 \\\n    --hash=sha256:00\n    # via hearth\n")
    return file


def put(
    folder: Path, system: str = PLATFORM, version: str = "1.2.3", libraries: dict[str, bytes] | None = None
) -> Path:
    folder.mkdir(exist_ok=True)
    contents = {f"llama_cpp/lib/{name}": content for name, content in (libraries or {}).items()}
    described = f"Metadata-Version: 2.1\nName: llama_cpp_python\nVersion: {version}\n".encode()
    contents[f"llama_cpp_python-{version}.dist-info/METADATA"] = described
    return wheel_file.write(contents, f"py3-none-{system}", folder)


def test_it_is_found_beside_the_lock_and_in_the_folder_of_wheels(lock: Path) -> None:
    assert carried.find(lock, {}) is None
    beside = put(lock.parent)
    assert carried.find(lock, {}) == beside
    beside.unlink()
    wheel = put(lock.parent / "wheels")
    assert carried.find(lock, {}) == wheel


def test_the_folder_that_the_variable_names_comes_first(lock: Path, tmp_path: Path) -> None:
    put(lock.parent)
    named = put(tmp_path / "named, with blanks")
    assert carried.find(lock, {"HEARTH_WHEELS": str(named.parent)}) == named


def test_a_folder_that_was_named_and_has_none_is_told_with_what_it_has(lock: Path, tmp_path: Path) -> None:
    put(lock.parent)
    other = put(tmp_path / "named", version="1.2.4")
    with pytest.raises(SystemExit, match=rf"has no wheel .* 1\.2\.3 for this system; it has {other.name}"):
        carried.find(lock, {"HEARTH_WHEELS": str(other.parent)})


@pytest.mark.parametrize("variable", ["CMAKE_ARGS", "LLAMA_CPP_LIB_PATH"])
def test_who_wants_a_llama_cpp_of_their_own_gets_that(variable: str, lock: Path) -> None:
    put(lock.parent)
    assert carried.find(lock, {variable: "-DGGML_CUDA=on"}) is None


@pytest.mark.parametrize(("version", "system"), [("1.2.4", PLATFORM), ("1.2.3", "win_ia64")])
def test_one_of_another_version_or_system_is_left(version: str, system: str, lock: Path) -> None:
    put(lock.parent, system, version)
    assert carried.find(lock, {}) is None


@pytest.mark.parametrize(
    ("system", "machine", "wheel", "runs"),
    [
        ("linux", "x86_64", "py3-none-manylinux_2_34_x86_64", True),
        ("linux", "x86_64", "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
        ("linux", "x86_64", "py3-none-manylinux2014_x86_64", True),
        ("linux", "x86_64", "py3-none-manylinux_2_40_x86_64", False),
        ("linux", "x86_64", "py3-none-manylinux_2_34_aarch64", False),
        ("linux", "x86_64", "cp39-cp39-manylinux_2_17_x86_64", False),
        ("linux", "x86_64", "py3-none-linux_x86_64", True),
        ("darwin", "arm64", "py3-none-macosx_11_0_arm64", True),
        ("darwin", "arm64", "py3-none-macosx_11_0_universal2", True),
        ("darwin", "arm64", "py3-none-macosx_15_0_arm64", False),
        ("darwin", "arm64", "py3-none-macosx_11_0_x86_64", False),
        ("win32", "AMD64", "py3-none-win_amd64", True),
        ("win32", "AMD64", "py3-none-win_arm64", False),
    ],
)
def test_the_tags_of_a_wheel_say_where_it_runs(
    system: str, machine: str, wheel: str, runs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"linux": "linux-x86_64", "darwin": "macosx-14.2-arm64", "win32": "win-amd64"}[system]
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "mac_ver", lambda: ("14.2", ("", "", ""), machine))
    monkeypatch.setattr(sysconfig, "get_platform", lambda: own)
    monkeypatch.setattr(os, "confstr", lambda name: "glibc 2.36", raising=False)
    assert carried.runs_here(f"llama_cpp_python-1.2.3-{wheel}.whl") == runs


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What pip is asked for; nothing is compiled, as there is no compiler."""
    asked: list[str] = []
    really = subprocess.run

    def run(command: list[str], **more: object) -> object:
        if "pip" not in command:
            return really(command, **more)  # type: ignore[call-overload]
        asked.append(" ".join(command[4:]))
        return None

    for name in ("CMAKE_ARGS", "HEARTH_WHEELS", "LLAMA_CPP_LIB_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CXX", str(tmp_path / "none"))
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(build, "_origin", lambda: "")
    return asked


def test_it_is_installed_and_nothing_is_compiled(
    lock: Path, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = {file.name: file.read_bytes() for file in INSTALLED.iterdir() if file.is_file()}
    wheel = put(lock.parent / "wheels", libraries=libraries)
    build.install(lock)
    assert ran == [f"--quiet install --no-deps --force-reinstall {wheel}"]
    ran.clear()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setattr(build, "_origin", lambda: f'{{"archive_info": {{"hash": "sha256={digest}"}}}}')
    build.install(lock)
    assert ran == [], "it is there already"


def test_one_that_cannot_be_loaded_here_is_told_and_not_taken(
    lock: Path, ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("libllama.so", "libllama.dylib", "llama.dll")
    wheel = put(lock.parent / "wheels", libraries=dict.fromkeys(names, b"no library"))
    build.install(lock)
    said = capsys.readouterr().out
    assert f"{wheel} cannot be used here" in said and "compile" in said
    assert ran == []


def test_a_wheel_of_an_earlier_choice_makes_room_for_one_that_pip_compiles(
    lock: Path, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_origin", lambda: '{"url": "file:///x/wheels/llama_cpp_python.whl"}')
    build.install(lock)
    assert ran == [f"--quiet uninstall --yes {build.NAME}"]
