"""Stands between an editor and the server: writes down what they say, and can lose a change on its way.

    relay.py LOG PROGRAM [ARGUMENT...]

Each line of LOG is {"from": "client" or "server", "message": {...}}. A change with the character LOST never
arrives.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

LOST = "∆"  # one character, since VS Code types a text character by character
_lock = threading.Lock()


def main(log: str, program: str, *argv: str) -> int:
    if argv[:1] != ("serve",):
        os.execv(program, [program, *argv])
    server = subprocess.Popen([program, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin and server.stdout
    back = threading.Thread(target=relay, args=("server", server.stdout, sys.stdout.buffer, log), daemon=True)
    back.start()
    relay("client", sys.stdin.buffer, server.stdin, log)
    server.stdin.close()
    back.join(5)
    return server.wait()


def relay(sender: str, source: IO[bytes], target: IO[bytes], log: str) -> None:
    while (message := read(source)) is not None:
        with _lock, Path(log).open("a") as lines:
            lines.write(json.dumps({"from": sender, "message": message}) + "\n")
        if is_lost(message):
            continue
        body = json.dumps(message).encode()
        target.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        target.flush()


def is_lost(message: dict[str, Any]) -> bool:
    if message.get("method") != "textDocument/didChange":
        return False
    return any(LOST in change["text"] for change in message["params"]["contentChanges"])


def read(source: IO[bytes]) -> dict[str, Any] | None:
    """The next message; None at the end."""
    length = 0
    while line := source.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if not length:
        return None
    message: dict[str, Any] = json.loads(source.read(length))
    return message


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
