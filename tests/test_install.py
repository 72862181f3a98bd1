"""`make install`, `make update` and `make uninstall`: for one user, beside whatever else is there."""

import ast
import importlib.util
import os
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType

import platformdirs
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
HOMES = ["home", "a home, with blanks & ünïcödé ✨", "long/" * 24 + "home"]


@pytest.fixture
def program() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("hearth_install", ROOT / "install.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module


@pytest.fixture(params=HOMES)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_home(tmp_path / request.param, monkeypatch)


@pytest.fixture
def plain_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_home(tmp_path / "home", monkeypatch)


def own_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder.mkdir(parents=True)
    for name in list(os.environ):
        if name.startswith(("XDG_", "HEARTH_", "SUDO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PATH", os.environ["PATH"])
    return folder


def borrowing(program: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What is run, really, except that packages of others are borrowed from this environment, not fetched."""
    ran: list[tuple[str, ...]] = []
    really = program.run

    def run(*command: str) -> None:
        ran.append(command)
        if "--require-hashes" in command:
            site = sysconfig.get_path("purelib", vars={"base": str(program.environment())})
            Path(site, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
        elif "hearth.engine.llama_wheel" not in command:
            really(*command)

    monkeypatch.setattr(program, "run", run)
    return ran


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_it_is_installed_once_used_by_its_name_and_removed(
    home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = borrowing(program, monkeypatch)
    assert program.main([]) == 0, capsys.readouterr().err
    command = home / ".local" / "bin" / "hearth"
    said = capsys.readouterr().out
    assert f"{command.parent} is not on your PATH" in said
    assert 'export PATH="$HOME/.local/bin:$PATH"' in said

    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(["hearth", "--version"], cwd="/", capture_output=True, text=True, check=False)
    assert done.stdout.startswith("hearth 0."), done.stderr
    assert (home / ".local/share/hearth/environment") in command.resolve().parents

    before = len(ran)
    assert program.main([]) == 0
    assert len(ran) == before, "nothing is to be done a second time"
    assert "not on your PATH" not in capsys.readouterr().out

    kept = home / ".local/share/hearth/models/mine.gguf"
    kept.parent.mkdir()
    kept.write_text("")
    assert program.main(["uninstall"]) == 0
    assert str(kept.parents[1]) in capsys.readouterr().out, "what stays is named"
    assert kept.exists() and not os.path.lexists(command) and not program.environment().exists()
    kept.unlink()
    kept.parent.rmdir()
    assert program.main(["uninstall"]) == 0
    assert "not installed" in capsys.readouterr().out


def made_up(program: ModuleType, monkeypatch: pytest.MonkeyPatch, breaks_at: str = "") -> list[tuple[str, ...]]:
    """An installation of which each step only leaves what the next one looks at."""
    ran: list[tuple[str, ...]] = []

    def run(*command: str) -> None:
        ran.append(command)
        if breaks_at and breaks_at in command:
            raise subprocess.CalledProcessError(1, command)
        files = {"venv": program.python(), "--force-reinstall": program.program()}
        for word, file in files.items():
            if word in command:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("#!/bin/sh\nexit 0\n")
                file.chmod(0o755)

    monkeypatch.setattr(program, "run", run)
    return ran


def test_a_file_of_another_program_stays(
    plain_home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up(program, monkeypatch)
    theirs = plain_home / ".local" / "bin" / "hearth"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    assert program.main([]) == 1
    assert "another program's" in capsys.readouterr().err
    assert program.main(["uninstall"]) == 0 and theirs.read_text() == "theirs"


def test_nothing_is_left_where_nothing_else_was_kept(
    plain_home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(program, monkeypatch)
    assert program.main([]) == 0
    assert program.main(["uninstall"]) == 0
    assert not program.data_folder().exists() and not program.kept()


def test_an_installation_that_broke_off_is_completed(
    plain_home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up(program, monkeypatch, breaks_at="--require-hashes")
    assert program.main([]) == 1
    said = capsys.readouterr().err
    assert "this step failed" in said and "--require-hashes" in said and "Traceback" not in said
    ran = made_up(program, monkeypatch)
    assert program.main([]) == 0
    assert any("--force-reinstall" in command for command in ran)


def test_an_environment_whose_python_is_gone_is_made_anew(
    plain_home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(program, monkeypatch)
    assert program.main([]) == 0
    program.python().unlink()
    program.python().symlink_to("/no/such/python")
    ran = made_up(program, monkeypatch)
    assert program.main([]) == 0
    assert any("venv" in command for command in ran)


@pytest.mark.parametrize(
    ("variable", "value"), [("CMAKE_ARGS", "-DGGML_VULKAN=on"), ("LLAMA_CPP_LIB_PATH", "/usr/lib")]
)
def test_other_flags_and_another_llama_cpp_are_installed_again(
    variable: str, value: str, plain_home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(program, monkeypatch)
    assert program.main([]) == 0
    monkeypatch.setenv(variable, value)
    ran = made_up(program, monkeypatch)
    assert program.main([]) == 0 and ran
    ran.clear()
    assert program.main([]) == 0 and not ran


def test_an_update_pulls_where_there_is_something_to_pull_from(
    plain_home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran = made_up(program, monkeypatch)
    monkeypatch.setattr(program, "ROOT", tmp_path)  # an unpacked archive
    program.update()
    assert [command[1:] for command in ran] == [(str(ROOT / "install.py"), "install")]
    ran.clear()
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main"]
    for arguments in (["init", "-q", "one"], ["-C", "one", "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    subprocess.run([*git, "clone", "-q", "one", "two"], cwd=tmp_path, check=True)
    monkeypatch.setattr(program, "ROOT", tmp_path / "two")
    program.update()
    assert ran[0] == ("git", "pull", "--ff-only") and len(ran) == 2


def test_nobody_installs_as_root_by_sudo(
    plain_home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUDO_USER", "me")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert program.main([]) == 1
    assert "without sudo" in capsys.readouterr().err and tree(plain_home) == set()


@pytest.mark.parametrize(
    ("system", "python", "compiler"),
    [
        ("linux", "apt install python3 python3-venv", "apt install g++"),
        ("darwin", "brew install python", "xcode-select --install"),
        ("win32", "winget install Python", "Build Tools"),
    ],
)
def test_what_is_missing_is_named_with_how_to_get_it_on_this_system(
    system: str,
    python: str,
    compiler: str,
    program: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(program.sys, "platform", system)
    monkeypatch.setattr(program.shutil, "which", lambda name: None)
    monkeypatch.setattr(program, "succeeds", lambda command: False)
    assert program.main(["check"]) == 1
    assert compiler in capsys.readouterr().err
    monkeypatch.setattr(program, "find_spec", lambda name: None)
    assert program.main(["check"]) == 1
    assert python in capsys.readouterr().err
    monkeypatch.setattr(program.sys, "version_info", (3, 10, 4))
    assert program.main(["check"]) == 1
    assert "3.11 or newer" in capsys.readouterr().err


def test_without_a_compiler_a_llama_cpp_that_is_there_will_do(
    plain_home: Path,
    program: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(program, "compiler", lambda: False)
    ran = made_up(program, monkeypatch)
    assert program.main([]) == 1 and ran == []
    assert "LLAMA_CPP_LIB_PATH may name a folder" in capsys.readouterr().err
    monkeypatch.setenv("LLAMA_CPP_LIB_PATH", "/opt/llama/lib")
    assert program.main([]) == 0, capsys.readouterr().err
    assert any("hearth.engine.llama_wheel" in command for command in ran)


def test_without_a_compiler_a_wheel_that_lies_there_will_do(
    plain_home: Path,
    program: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(program, "compiler", lambda: False)
    made_up(program, monkeypatch)
    monkeypatch.setenv("HEARTH_WHEELS", str(tmp_path))
    assert program.main([]) == 1
    assert f"HEARTH_WHEELS: {tmp_path} has no wheel" in capsys.readouterr().err
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    version = lock.partition("\nllama-cpp-python==")[2].split()[0]
    system = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    (tmp_path / f"llama_cpp_python-{version}-py3-none-{system}.whl").touch()
    assert program.main([]) == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "value"), [("LLAMA_CPP_LIB_PATH", "/opt/llama"), ("CMAKE_ARGS", "-DGGML_CUDA=on")]
)
def test_an_update_installs_what_was_asked_for_without_being_told_again(
    variable: str,
    value: str,
    plain_home: Path,
    program: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made_up(program, monkeypatch)
    monkeypatch.setenv(variable, value)
    assert program.main([]) == 0, capsys.readouterr().err
    monkeypatch.setattr(program, "ROOT", tmp_path)  # an unpacked archive
    monkeypatch.delenv(variable)
    assert program.main(["update"]) == 0
    assert os.environ.pop(variable) == value
    assert f"{variable}={value}" in capsys.readouterr().out
    monkeypatch.setenv(variable, "other")
    assert program.main(["update"]) == 0
    assert os.environ[variable] == "other", "what is said now counts"


def test_an_old_python_can_read_it_and_says_so() -> None:
    """Annotations of today would be an error there, before a word is said."""
    text = (ROOT / "install.py").read_text("utf-8")
    assert "from __future__ import annotations" in text
    ast.parse(text, feature_version=(3, 8))


def test_the_folders_are_those_of_the_engine(
    plain_home: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program.data_folder() == Path(platformdirs.user_data_dir("hearth", appauthor=False))
    monkeypatch.setenv("XDG_DATA_HOME", str(plain_home / "elsewhere"))
    assert program.data_folder() == Path(platformdirs.user_data_dir("hearth", appauthor=False))
    monkeypatch.setenv("HEARTH_HOME", str(plain_home / "chosen"))
    assert program.environment() == plain_home / "chosen" / "environment"


def test_only_what_is_needed_to_run_is_installed_each_with_its_digest(program: ModuleType) -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    chosen = program.locked(lock)
    names = {line.partition("==")[0] for line in chosen.splitlines() if "==" in line and line[0].isalnum()}
    assert {"pygls", "llama-cpp-python", "tree-sitter-python", "h11"} <= names
    assert not names & {"pytest", "mypy", "matplotlib", "hatchling", "pip-audit"}
    assert "hatchling==" in program.locked(lock, also="hatchling")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert needed(project["dependencies"]) <= names, "the environment of this test has what the project needs"
    for name in names:  # some have one entry for old versions of Python and one for new ones
        entries = [line for line in lock.splitlines() if line.startswith(f"{name}==")]
        assert entries and all(line in chosen.splitlines() for line in entries)
    assert chosen.count("--hash=sha256:") > len(names)


def test_make_says_the_same(plain_home: Path) -> None:
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", "install", "update", "uninstall"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert [line.split()[-2:] for line in done.stdout.splitlines()] == [
        ["install.py", "install"],
        ["install.py", "update"],
        ["install.py", "uninstall"],
    ]


def needed(lines: list[str]) -> set[str]:
    """The packages that these requirements mean here, and those that they need."""
    found: set[str] = set()
    wanted = [*lines]
    while wanted:
        requirement = Requirement(wanted.pop())
        name = canonicalize_name(requirement.name)
        if name not in found and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            found.add(name)
            wanted += metadata.requires(name) or []
    return found
