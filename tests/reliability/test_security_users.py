"""Another user of the machine can neither connect to the host nor read its folders."""

import asyncio
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import logs, paths
from engine.host import transport

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


async def listening():  # type: ignore[no-untyped-def]  # returns what stops it
    paths.private(paths.state_dir())
    (paths.private(paths.log_dir()) / "host.log").write_text(logs.redacted("something"))

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    return await transport.listen(paths.runtime_dir(), connected)
