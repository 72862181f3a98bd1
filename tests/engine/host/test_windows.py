"""What the host does on Windows; the system is played."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hearth.engine import paths
from hearth.engine.host import starter, transport

WINDOWS = SimpleNamespace(platform="win32", executable=sys.executable)


class Pipes:
    """The pipes of a machine: one list of names for all its users."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.asked: list[str] = []

    async def start_serving_pipe(self, factory: Any, address: str) -> list[Any]:
        if address in self.served:  # FIRST_PIPE_INSTANCE
            raise PermissionError(address)
        self.served.append(address)
        return [SimpleNamespace(close=lambda: self.served.remove(address))]

    async def create_pipe_connection(self, factory: Any, address: str) -> tuple[Any, Any]:
        self.asked.append(address)
        if address not in self.served:
            raise FileNotFoundError(address)
        return asyncio.Transport(), factory()


@pytest.fixture
def pipes(monkeypatch: pytest.MonkeyPatch) -> Pipes:
    found = Pipes()
    monkeypatch.setattr(transport, "sys", WINDOWS)
    return found


def use(pipes: Pipes, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    for name in ("start_serving_pipe", "create_pipe_connection"):
        monkeypatch.setattr(loop, name, getattr(pipes, name), raising=False)


async def nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_the_name_of_the_pipe_cannot_be_guessed_and_only_this_user_can_read_it(
    pipes: Pipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(pipes, monkeypatch)
    runtime = paths.runtime_dir()
    close = await transport.listen(runtime, nobody)
    (name,) = pipes.served
    assert name.startswith("\\\\.\\pipe\\hearth-") and len(name.rpartition("-")[2]) == 32
    file = transport.pipe_file(runtime)
    assert file.read_text() == name and file.stat().st_mode & 0o777 == 0o600
    await transport.connect(runtime)
    assert pipes.asked == [name]
    close()
    assert not transport.is_open(runtime)
    with pytest.raises(FileNotFoundError):
        await transport.connect(runtime)
    again = await transport.listen(runtime, nobody)
    assert pipes.served != [name]
    again()


async def test_a_host_that_comes_while_an_older_one_finishes_has_a_pipe_of_its_own(
    pipes: Pipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(pipes, monkeypatch)
    runtime = paths.runtime_dir()
    close_older = await transport.listen(runtime, nobody)
    close_newer = await transport.listen(runtime, nobody)
    assert len(pipes.served) == 2
    close_older()
    assert transport.is_open(runtime), "the newer one is still to be found"
    await transport.connect(runtime)
    close_newer()


async def test_a_file_that_names_something_else_leads_nowhere(
    pipes: Pipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(pipes, monkeypatch)
    transport.pipe_file(paths.runtime_dir()).write_text(r"\\server\share\pipe")
    with pytest.raises(OSError):
        await transport.connect(paths.runtime_dir())
    assert pipes.asked == []


FLAGS = {
    "CREATE_NO_WINDOW": 0x08000000,
    "CREATE_NEW_PROCESS_GROUP": 0x200,
    "CREATE_BREAKAWAY_FROM_JOB": 0x01000000,
}


@pytest.mark.parametrize("job_lets_go", [True, False])
def test_ctrl_c_in_a_terminal_does_not_reach_the_host(job_lets_go: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []

    def popen(command: list[str], **options: Any) -> Any:
        made.append(options)
        if not job_lets_go and options["creationflags"] & FLAGS["CREATE_BREAKAWAY_FROM_JOB"]:
            raise PermissionError(5, "Access is denied")
        return SimpleNamespace(poll=lambda: None)

    for name, value in FLAGS.items():
        monkeypatch.setattr(subprocess, name, value, raising=False)
    monkeypatch.setattr(starter, "sys", WINDOWS)
    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(starter, "_children", [])
    starter._start(1.0)
    flags = made[-1]["creationflags"]
    assert flags & FLAGS["CREATE_NEW_PROCESS_GROUP"] and flags & FLAGS["CREATE_NO_WINDOW"]
    assert bool(flags & FLAGS["CREATE_BREAKAWAY_FROM_JOB"]) == job_lets_go
    assert len(made) == (1 if job_lets_go else 2)


def test_here_it_is_a_session_of_its_own() -> None:
    process = starter._apart([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert os.getsid(process.pid) == process.pid != os.getsid(0)
    finally:
        process.communicate(b"\n")


def test_the_folder_of_the_socket_is_short_wherever_the_home_and_the_temporary_folder_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path has 104 bytes on macOS, whose temporary folders are long already."""
    long = tmp_path / ("ein langer Ordner mit Umläuten " * 4)
    long.mkdir()
    monkeypatch.setenv("HEARTH_HOME", str(long / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(long))
    folder = paths.runtime_dir()
    try:
        assert len(os.fsencode(transport.socket_path(folder))) <= 104
        assert folder.stat().st_mode & 0o777 == 0o700 and folder == paths.runtime_dir()
    finally:
        folder.rmdir()
