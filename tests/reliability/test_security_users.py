"""Another user of the machine can neither connect to the host nor read its folders."""

import asyncio
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hearth.engine import logs, paths
from hearth.engine.errors import BackendUnavailable
from hearth.engine.host import starter, transport

NOBODY = 65534
# Run as somebody else: says what could be done with a path.
INTRUDER = """
import os, socket, sys
os.setgid({uid}); os.setuid({uid})
home = sys.argv[1]
os.listdir(home)  # the way there is open: it is the folders below that are closed
done = []
for name, attempt in {{
    "connect": lambda: socket.socket(socket.AF_UNIX).connect(home + "/run/host.sock"),
    "list run": lambda: os.listdir(home + "/run"),
    "list logs": lambda: os.listdir(home + "/logs"),
    "read log": lambda: open(home + "/logs/host.log").read(),
    "list state": lambda: os.listdir(home + "/state"),
}}.items():
    try:
        attempt()
        done.append(name)
    except PermissionError:
        pass
print(done)
"""


@pytest.fixture
def open_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A HEARTH_HOME that everybody may enter."""
    home = Path(tempfile.mkdtemp(prefix="hearth-open-"))
    home.chmod(0o755)
    monkeypatch.setenv("HEARTH_HOME", str(home))
    yield home
    shutil.rmtree(home)


async def test_another_user_cannot_connect_or_read(open_home: Path) -> None:
    if not hasattr(os, "getuid") or os.getuid() != 0:
        pytest.skip("needs root, to become another user; the modes themselves are tested below")
    stop = await listening()
    code = INTRUDER.format(uid=NOBODY)
    command = [sys.executable, "-c", code, str(open_home)]
    found = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd="/")
    stop()
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == "[]"


async def test_folders_and_socket_are_open_to_their_user_only(open_home: Path) -> None:
    stop = await listening()
    modes = {name: stat.S_IMODE((open_home / name).stat().st_mode) for name in ("run", "logs", "state")}
    socket_mode = stat.S_IMODE((open_home / "run" / "host.sock").stat().st_mode)
    stop()
    assert modes == {"run": 0o700, "logs": 0o700, "state": 0o700}
    assert socket_mode == 0o600


async def test_a_runtime_folder_that_was_opened_wide_is_closed_again(open_home: Path) -> None:
    paths.runtime_dir().chmod(0o777)
    assert stat.S_IMODE(paths.runtime_dir().stat().st_mode) == 0o700


async def listening(greeting: bytes = b"") -> Callable[[], None]:
    """Listen as the host does; returns what stops it."""
    paths.private(paths.state_dir())
    (paths.private(paths.log_dir()) / "host.log").write_text(logs.redacted("something"))

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    return await transport.listen(paths.runtime_dir(), connected)


# Run as somebody else: connects to the host although its folder stands open, and says what it is answered.
GUEST = """
import os, socket, sys
os.setgid({uid}); os.setuid({uid})
door = socket.socket(socket.AF_UNIX)
door.connect(sys.argv[1] + "/run/host.sock")
try:
    door.sendall(b"hello")
    print(door.recv(100))
except OSError:
    print(b"")
"""
# Run as somebody else: pretends to be the host.
IMPOSTOR = """
import os, socket, sys
os.setgid({uid}); os.setuid({uid})
door = socket.socket(socket.AF_UNIX)
door.bind(sys.argv[1] + "/run/host.sock")
door.listen()
print("listening", flush=True)
sys.stdin.read()
"""
needs_root = pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0 or not hasattr(socket, "SO_PEERCRED"),
    reason="needs root, to become another user, and Linux, which tells who the peer is",
)


@needs_root
async def test_another_user_is_turned_away_even_where_the_folder_stands_open(open_home: Path) -> None:
    stop = await listening(greeting=b"welcome")
    (open_home / "run").chmod(0o777)
    (open_home / "run" / "host.sock").chmod(0o666)
    ours, writer = await asyncio.open_unix_connection(open_home / "run" / "host.sock")
    command = [sys.executable, "-c", GUEST.format(uid=NOBODY), str(open_home)]
    guest = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd="/")
    assert await ours.read() == b"welcome"
    writer.close()
    stop()
    assert guest.stdout.strip() == "b''", guest.stderr


@needs_root
async def test_a_socket_that_another_user_serves_is_not_talked_to(open_home: Path) -> None:
    paths.runtime_dir().chmod(0o777)
    command = [sys.executable, "-c", IMPOSTOR.format(uid=NOBODY), str(open_home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/") as impostor:
        assert impostor.stdin and impostor.stdout
        assert await asyncio.to_thread(impostor.stdout.readline) == b"listening\n"
        with pytest.raises(BackendUnavailable, match="is served by another user"):
            await starter.connect(idle_minutes=1.0, crash_budget=1)
        impostor.stdin.close()
