"""Nothing leaves the machine: a whole session with the real model needs no network and never tries one.

Run as a program it plays that session, for the network namespace.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.editor import editor
from tests.hosts import hosts_of, stop_host

ROOT = Path(__file__).parents[2]
SETTINGS = {"completion": {"deadline_ms": 60_000}}
CODE = "def area(width, height):\n    return width * ‸\n\n\nprint(area(2, 3))\n"
UNIX = str(int(socket.AF_UNIX))
# Loaded by every Python process at its start: notes what it asks of sockets.
NOTEBOOK = """
import os, sys

EVENTS = {"socket.__new__", "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"}
place = os.environ["SOCKET_NOTES"]

def note(event, arguments):
    if event not in EVENTS:
        return
    family = {
        "socket.__new__": lambda: int(arguments[1]),
        "socket.getaddrinfo": lambda: "a name is looked up",
    }.get(event, lambda: int(arguments[0].family))()
    with open(place, "a") as notes:
        print(os.getpid(), event, family, repr(arguments[1:]), sep="\\t", file=notes)

sys.addaudithook(note)
"""


async def session(home: Path, env: dict[str, str] | None = None) -> str:
    """What a user does in a window: ghost text, a chat, and the next ghost text; what was suggested first."""
    async with editor(SETTINGS, home=home, env=env) as ed:
        ed.open(CODE)
        ghost = await ed.ghost()
        answer: Any = await asyncio.wait_for(
            ed.client.protocol.send_request_async(
                "hearth/chat", {"message": "Answer with one word: what is 1 + 1?"}
            ),
            120,
        )
        assert answer.text.strip(), "the chat gave no answer"
        ed.type("hei")
        assert (await ed.ghost()).startswith("ght")
        assert not ed.messages, ed.messages
    return ghost


@pytest.fixture
def home(model_home: Path, tmp_path: Path) -> Iterator[Path]:
    """A home without a host, so that its start belongs to the session."""
    (tmp_path / "models").symlink_to(model_home / "models", target_is_directory=True)
    yield tmp_path
    stop_host(tmp_path)


@pytest.mark.model
def test_a_whole_session_works_without_any_network(home: Path) -> None:
    """In a network namespace of its own, whose loopback interface is down too."""
    unshare = [shutil.which("unshare") or "unshare", "--map-root-user", "--net"]
    with suppress(FileNotFoundError):
        allowed = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
        if allowed.returncode == 0:
            command = [*unshare, sys.executable, "-m", "tests.reliability.test_no_network", str(home)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
            assert (done.stdout, done.returncode) == ("interfaces that are up: []\nheight\n", 0), done.stderr
            return
        pytest.skip(f"the system does not allow a network namespace: {allowed.stderr.strip()}")
    pytest.skip("the program `unshare` (util-linux) is missing, which makes a network namespace")


@pytest.mark.model
async def test_server_and_host_open_local_sockets_only(home: Path, notebook: dict[str, str]) -> None:
    with watched(home) as seen:
        ghost = await session(home, notebook)
        (host,) = hosts_of(home)
    assert ghost.startswith("height")
    asked = notes_in(notebook)
    assert {host.pid} < {int(pid) for pid, *_ in asked}, "both the server and the host must have been watched"
    assert {event for _, event, *_ in asked} >= {"socket.bind", "socket.connect"}
    assert [line for line in asked if line[2] != UNIX] == []
    assert seen["unix"] and not seen["inet"], seen["inet"]


def test_the_notebook_would_show_a_connection_to_another_machine(notebook: dict[str, str]) -> None:
    attempt = "import socket; socket.socket().connect_ex(('127.0.0.1', 9)); socket.getaddrinfo('localhost', 9)"
    subprocess.run([sys.executable, "-P", "-c", attempt], env={**os.environ, **notebook}, check=True)
    assert [event for _, event, family, _ in notes_in(notebook) if family != UNIX] == [
        "socket.__new__",
        "socket.connect",
        "socket.getaddrinfo",
    ]


@pytest.fixture
def notebook(tmp_path: Path) -> dict[str, str]:
    """The environment in which Python notes what it asks of sockets."""
    folder = tmp_path / "notebook"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NOTEBOOK)
    others = os.environ.get("PYTHONPATH")
    return {
        "PYTHONPATH": os.pathsep.join([str(folder), *([others] if others else [])]),
        "SOCKET_NOTES": str(folder / "notes.txt"),
    }


def notes_in(notebook: dict[str, str]) -> list[list[str]]:
    """(process id, event, address family, the rest) of each."""
    return [line.split("\t") for line in Path(notebook["SOCKET_NOTES"]).read_text().splitlines()]


@contextmanager
def watched(home: Path) -> Iterator[dict[str, set[str]]]:
    """Looks at the open sockets of the server and the host all the time, also at those that native code opens."""
    seen: dict[str, set[str]] = {"unix": set(), "inet": set()}
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            with suppress(psutil.Error):
                for process in [*psutil.Process().children(recursive=True), *hosts_of(home)]:
                    with suppress(psutil.Error):
                        # A child that has not begun its own program yet still has the files of this one.
                        if process.environ().get("HEARTH_HOME") != str(home):
                            continue
                        for kind, found in seen.items():
                            found |= {f"{process.pid}: {each}" for each in process.net_connections(kind)}

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


if __name__ == "__main__":
    print("interfaces that are up:", [name for name, state in psutil.net_if_stats().items() if state.isup])
    os.environ["HEARTH_HOME"] = sys.argv[1]
    print(asyncio.run(session(Path(sys.argv[1]))))
