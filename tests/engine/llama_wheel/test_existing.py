"""A llama.cpp that is there already takes the place of one that is compiled here."""

import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import llama_cpp
import pytest

import hearth
from hearth.engine.host import trial_model
from hearth.engine.llama_wheel import build, existing

PACKAGE = Path(llama_cpp.__file__).parent
INSTALLED = PACKAGE / "lib"
VERSION = llama_cpp.llama_version().decode()
LOADED = """
import llama_cpp
from pathlib import Path
from hearth.engine.host import devices, native
native._init_library()
devices.found()
print(native.library_build())
print(llama_cpp.llama_cpp._lib._name)
print(devices._library("ggml")._name)
mapped = Path("/proc/self/maps")  # on Linux, also what these have loaded in turn
for line in mapped.read_text().splitlines() if mapped.exists() else []:
    if "libggml" in line or "libllama" in line:
        print(line.split(maxsplit=5)[5])
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What pip downloads: the Python files, what they are for, and much else."""
    made = tmp_path / "llama_cpp_python-1.2.3.tar.gz"
    major, minor, patch = VERSION.split("-")[0].split(".")
    versions = "".join(
        f"set(LLAMA_VERSION_{name} {number})\n"
        for name, number in (("MAJOR", major), ("MINOR", minor), ("PATCH", patch))
    )
    files = {file.relative_to(PACKAGE.parent).as_posix(): file.read_bytes() for file in PACKAGE.glob("*.py")}
    files |= {
        "llama_cpp/server/app.py": b"",
        "vendor/llama.cpp/llama_cpp/x.py": b"",
        "PKG-INFO": b"Metadata-Version: 2.1\nName: llama_cpp_python\nVersion: 1.2.3\n",
        "vendor/llama.cpp/CMakeLists.txt": versions.encode(),
    }
    with tarfile.open(made, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"llama_cpp_python-1.2.3/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """As another program installs them."""
    folder = tmp_path / "elsewhere, with blanks"
    shutil.copytree(INSTALLED, folder, symlinks=True)
    (folder / "libother.so").touch()
    return folder


@pytest.fixture
def environment(source: Path, tmp_path: Path) -> Path:
    """An environment with the wheel that was made; its other packages are borrowed from this one."""
    folder = tmp_path / "environment"
    venv.create(folder)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    zipfile.ZipFile(existing.python_wheel(source, tmp_path)).extractall(site)
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def python(environment: Path) -> str:
    return str(environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def place(environment: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(environment)})) / "llama_cpp" / "lib"


def test_the_wheel_has_the_python_files_and_nothing_else(source: Path, tmp_path: Path) -> None:
    wheel = existing.python_wheel(source, tmp_path)
    assert wheel.name == "llama_cpp_python-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        record = packed.read("llama_cpp_python-1.2.3.dist-info/RECORD").decode().splitlines()
    assert names - {f"llama_cpp_python-1.2.3.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD")} == {
        f"llama_cpp/{file.name}" for file in PACKAGE.glob("*.py")
    }
    assert {line.partition(",")[0] for line in record} == names


def test_pip_takes_the_wheel(source: Path, tmp_path: Path) -> None:
    wheel = existing.python_wheel(source, tmp_path)
    target = tmp_path / "target"
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--no-index"]
    done = subprocess.run(
        [*command, "--target", str(target), str(wheel)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (target / "llama_cpp" / "llama_cpp.py").exists()


def test_of_what_is_fetched_only_the_package_itself_is_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip asks its builder for its name, and would compile that builder too if no wheel at all were allowed."""
    asked: list[tuple[str, ...]] = []

    def run(command: tuple[str, ...], **_: object) -> None:
        asked.append(command)
        (tmp_path / "llama_cpp_python-1.2.3.tar.gz").touch()

    monkeypatch.setattr(subprocess, "run", run)
    existing.fetch(f"{build.NAME}==1.2.3 --hash=sha256:00\n", tmp_path)
    (command,) = asked
    assert command[command.index("--no-binary") + 1] == build.NAME and "--require-hashes" in command


def test_a_model_decodes_with_the_libraries_that_were_there(
    environment: Path, libraries: Path, tmp_path: Path
) -> None:
    linked = place(environment)
    existing.link(libraries, linked)
    existing.prove(linked, VERSION, libraries)
    model = trial_model.write(tmp_path / "trial.gguf")
    command = [python(environment), "-P", "-m", "hearth.engine.host.trial", str(model), "0"]
    env = {**os.environ, "PYTHONPATH": str(Path(hearth.__file__).parent)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {file.resolve().parent for file in linked.iterdir()} == {libraries}
    assert not (linked / "libother.so").exists()
    existing.link(libraries, linked)  # once more, over the links that are there


@pytest.mark.parametrize("wanted", ["0.4.9", "1.5.0", "0.6.0"])
def test_another_version_is_refused_with_both_versions(libraries: Path, wanted: str, tmp_path: Path) -> None:
    existing.link(libraries, tmp_path / "lib")
    with pytest.raises(SystemExit, match=rf"is version {VERSION}.*, and this Hearth needs {wanted}"):
        existing.prove(tmp_path / "lib", wanted, libraries)


def test_libraries_that_cannot_be_loaded_are_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("libllama.so", "libllama.dylib", "llama.dll"):
        (broken / name).write_text("no library")
    existing.link(broken, tmp_path / "lib")
    with pytest.raises(SystemExit, match="cannot be loaded: "):
        existing.prove(tmp_path / "lib", VERSION, broken)


@pytest.mark.parametrize("there", ["nothing", "no folder", "only ggml"])
def test_a_folder_without_the_library_is_told_before_anything_is_fetched(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "lib"
    if there != "no folder":
        folder.mkdir()
    if there == "only ggml":
        (folder / "libggml.so").touch()
    monkeypatch.setenv(existing.VARIABLE, str(folder))
    lock = tmp_path / "lock"
    lock.write_text(f"{build.NAME}==1.2.3 --hash=sha256:00\n")
    with pytest.raises(SystemExit, match=f"there is no libllama in {folder}"):
        build.install(lock)


@pytest.mark.parametrize("tag", ["py3-none-any", "py3-none-linux_x86_64"])
def test_without_the_variable_the_libraries_of_others_are_removed(
    tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = tmp_path / "llama_cpp_python-1.2.3.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: llama_cpp_python\nVersion: 1.2.3\n")
    (described / "direct_url.json").write_text(f'{{"url": "file:///x/llama_cpp_python-1.2.3-{tag}.whl"}}')
    linked = tmp_path / "lib"
    existing.link(INSTALLED, linked)
    ran: list[str] = []
    monkeypatch.setattr(existing, "_place", lambda: linked)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.extend(command))
    monkeypatch.syspath_prepend(str(tmp_path))
    existing.forget()
    assert ("uninstall" in ran) == (not linked.exists()) == (tag == "py3-none-any")


def test_the_lock_says_which_version_the_installed_files_are_for(source: Path) -> None:
    assert existing.made_for(source) == VERSION.split("-")[0]


def test_the_variable_also_works_without_an_installation(libraries: Path) -> None:
    """All of llama.cpp comes from there, and what is remembered of a build is of that one."""

    def said(**more: str) -> tuple[str, set[Path]]:
        command = [sys.executable, "-P", "-c", LOADED]
        done = subprocess.run(command, env={**os.environ, **more}, capture_output=True, text=True, check=True)
        first, *files = done.stdout.splitlines()
        return first, {Path(file).resolve().parent for file in files}

    usual, folders = said()
    assert folders == {INSTALLED.resolve()}
    (libraries / "libggml-cpu-other.so").write_bytes(b"another build")
    build_of_it, folders = said(**{existing.VARIABLE: str(libraries)})
    assert folders == {libraries}
    assert build_of_it != usual
