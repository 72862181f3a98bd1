"""A disk on which nothing can be saved costs what would have been kept, and one message."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from hearth.engine.models import store
from tests.conftest import MODEL
from tests.e2e.editor import SERVER
from tests.hosts import hosts_of, stop_host
from tests.lsp_server.acting import ActingEditor, acting

FUNCTION = "def add(a, b):\n    ret‸urn a + b\n"
SETTINGS = {
    "completion": {"backend": "scripted", "model": "hello"},
    "chat": {"backend": "scripted", "model": "It adds."},
}
# Of chat the model is what the user's own file says: a script.
WITHOUT_MODEL = {"completion": {"backend": "scripted", "model": "hello"}, "chat": {"backend": "scripted"}}
# Stands before the server in its own process: what cannot be done there although root could do it anywhere.
FAULTY = """
import errno, os, sys
home, code = os.environ["FAULTY"], int(os.environ["FAULTY_ERRNO"])
mkdir, open_, access = os.mkdir, os.open, os.access

def refuse(path):
    if os.fspath(path).startswith(home):
        raise OSError(code, os.strerror(code), os.fspath(path))

def faulty_mkdir(path, *args, **more):
    refuse(path)
    return mkdir(path, *args, **more)

def faulty_open(path, flags, *args, **more):
    if flags & (os.O_WRONLY | os.O_RDWR):
        refuse(path)
    return open_(path, flags, *args, **more)

os.mkdir, os.open = faulty_mkdir, faulty_open
import io, builtins, pathlib
plain = builtins.open

def faulty_plain(path, mode="r", *args, **more):
    if not isinstance(path, int) and set(mode) & set("wax+"):
        refuse(path)
    return plain(path, mode, *args, **more)

builtins.open = io.open = faulty_plain
from hearth.lsp_server.cli import main
main()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where stand-ins are made, apart from those of other tests."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder


def a_file(home: Path) -> Path:
    home.write_text("")
    return home


def below_a_file(home: Path) -> Path:
    home.write_text("")
    return home / "hearth"


def under_proc(home: Path) -> Path:
    return Path("/proc/hearth")


@asynccontextmanager
async def working(home: Path) -> AsyncIterator[ActingEditor]:
    """An editor in which completion, chat, a command and actions have just worked."""
    async with acting(settings=SETTINGS, home=home) as ed:
        await everything_works(ed)
        yield ed


async def everything_works(ed: ActingEditor) -> None:
    assert await ghost(ed) == "hello"
    ed.show(FUNCTION)
    assert (await ed.question("What?")).text == "It adds."
    assert (await ed.run("hearth.chat", "What?", ed.place))["text"] == "It adds."
    assert "explain" in await ed.actions()


async def ghost(ed: ActingEditor) -> str:
    ed.open("x = ‸\n", name="ghost.py")
    return await ed.ghost()


def about_state(ed: ActingEditor) -> list[str]:
    return [each for each in ed.messages if "nothing can be saved" in each]


@pytest.mark.parametrize("make", [a_file, below_a_file, under_proc])
async def test_a_home_that_cannot_be_had_costs_one_message(make, tmp_path: Path, temporary: Path) -> None:  # type: ignore[no-untyped-def]
    home = make(tmp_path / "home")
    async with working(home) as ed:
        (told,) = about_state(ed)
        assert str(home) in told and "chats, statistics" in told and "HEARTH_HOME" in told
        assert len(ed.messages) == 1
    assert not home.is_dir()


async def test_a_user_without_a_home_is_served(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HEARTH_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(a_file(tmp_path / "file") / "somebody"))
    async with acting(settings=SETTINGS) as ed:
        await everything_works(ed)
        assert len(about_state(ed)) == len(ed.messages) == 1


async def test_a_home_that_disappears_is_made_again(tmp_path: Path, temporary: Path) -> None:
    home = tmp_path / "home"
    async with working(home) as ed:
        assert list((home / "state" / "chats").iterdir())
        shutil.rmtree(home)
        await everything_works(ed)
        assert not about_state(ed)
    assert list((home / "state" / "chats").iterdir())


async def test_a_home_that_becomes_a_file_costs_one_message(tmp_path: Path, temporary: Path) -> None:
    home = tmp_path / "home"
    async with working(home) as ed:
        shutil.rmtree(home)
        home.write_text("")
        await everything_works(ed)
        await everything_works(ed)
        assert len(about_state(ed)) == len(ed.messages) == 1


@pytest.mark.parametrize("code", ["ENOSPC", "EROFS", "EACCES", "EDQUOT", "EIO"])
async def test_whatever_the_disk_says_costs_one_message(
    code: str, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that is there, in which nothing can be written."""
    import errno

    home = tmp_path / "home"
    for name in ("state", "logs", "run"):
        (home / name).mkdir(parents=True, mode=0o700)
    program = tmp_path / "faulty.py"
    program.write_text(FAULTY)
    monkeypatch.setenv("FAULTY", str(home))
    monkeypatch.setenv("FAULTY_ERRNO", str(getattr(errno, code)))
    monkeypatch.setattr("tests.lsp_server.acting.SERVER", [sys.executable, "-P", str(program), *SERVER[-1:]])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    async with working(home) as ed:
        assert len(about_state(ed)) == 1
        assert set(ed.messages) - set(about_state(ed)) == {"Hearth: It adds."}  # which no document could show
    assert not list(home.rglob("*.json"))


async def test_logs_go_to_standard_error_where_there_can_be_no_file(tmp_path: Path, temporary: Path) -> None:
    home = a_file(tmp_path / "home")
    code = (
        "from hearth.engine import logs; import logging; logs.to_file('some.log');"
        "[logging.getLogger('hearth.x').warning('token=abcdefgh12345678 %d', n) for n in range(10_000)];"
        "print(logs.where())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "HEARTH_HOME": str(home)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "hearth.x" in done.stderr and "abcdefgh12345678" not in done.stderr
    assert len(done.stderr) < 64_000, "a pipe that nobody reads would be full"
    assert "error output" in done.stdout


def test_a_log_whose_folder_was_removed_goes_on(tmp_path: Path) -> None:
    code = (
        "from hearth.engine import logs, paths; import logging, shutil; logs.to_file('some.log');"
        "logging.getLogger().warning('first'); shutil.rmtree(paths.log_dir());"
        "logging.getLogger().warning('second'); print((paths.log_dir() / 'some.log').read_text())"
    )
    env = {**os.environ, "HEARTH_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert "second" in done.stdout, done.stderr


@pytest.mark.parametrize("umask", ["000", "022", "077", "777"])
def test_folders_and_files_are_this_user_s_alone_whatever_the_umask(umask: str, tmp_path: Path) -> None:
    home = tmp_path / "made" / "home"
    code = (
        "import logging; from hearth.engine import logs, paths, state; from hearth.engine.chat import history;"
        "logs.to_file('some.log');"
        "logging.getLogger().warning('x'); history.save(history.Conversation('mine')); paths.runtime_dir();"
        "from hearth.engine.host import supervision; supervision.claim()"
    )
    command = f'umask {umask}; exec "{sys.executable}" -c "$CODE"'
    env = {**os.environ, "HEARTH_HOME": str(home), "CODE": code}
    done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = [home, *home.rglob("*")]
    folders = {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()}
    files = {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()}
    assert (folders, files) == ({0o700}, {0o600})
    assert len(found) >= 8


async def test_settings_in_a_home_that_others_can_write_are_not_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "hearth.toml").write_text('[chat]\nbackend = "scripted"\nmodel = "Not mine."\n')
    home.chmod(0o777)
    async with acting(settings=SETTINGS, home=home) as ed:
        assert await ghost(ed) == "hello"
        (told,) = ed.messages
        assert "hearth.toml is ignored" in told and f"chmod go-w {home}" in told
    async with acting(settings=WITHOUT_MODEL, home=home) as ed:
        assert "Not mine." not in (await ed.question("What?")).text


async def test_settings_that_are_mine_alone_are_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "hearth.toml").write_text('[chat]\nbackend = "scripted"\nmodel = "Mine."\n')
    async with acting(settings=WITHOUT_MODEL, home=home) as ed:
        assert (await ed.question("What?")).text == "Mine."
        (home / "hearth.toml").chmod(0o666)
    async with acting(settings=WITHOUT_MODEL, home=home) as ed:
        assert (await ed.question("What?")).text != "Mine."


@pytest.mark.model
def test_the_model_answers_where_nothing_can_be_kept(
    model_home: Path, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process has a folder of its own among the temporary ones, which all windows find."""
    monkeypatch.setenv("HEARTH_HOME", str(model_home))
    installed = store.find(MODEL)
    assert installed is not None
    home, sample = a_file(tmp_path / "home"), tmp_path / "sample.py"
    sample.write_text("def area(width, height):\n    return width * \n\n\nprint(area(2, 3))\n")
    command = [*SERVER[:-1], "complete", f"{sample}:2:20", "--model", str(installed.path)]
    try:
        for _ in range(2):
            env = {**os.environ, "HEARTH_HOME": str(home)}
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240)
            assert (done.stdout, done.returncode) == ("height", 0), done.stderr
        assert len(hosts_of(home)) == 1
    finally:
        stop_host(home)


async def test_a_client_that_leaves_without_a_word_leaves_no_server(tmp_path: Path, temporary: Path) -> None:
    env = {**os.environ, "HEARTH_HOME": str(a_file(tmp_path / "home"))}
    done = subprocess.run(SERVER, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == 0 and b"Traceback" not in done.stderr
    assert not [each for each in psutil.Process().children() if "serve" in each.cmdline()]
