"""What the server imports once it is running is imported by one thread."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

# Tells at its end by which threads modules of ours were imported.
SERVER = """
import sys, threading
threads = {}
class Listener:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "hearth":
            threads.setdefault(threading.current_thread().name, []).append(name)
sys.meta_path.insert(0, Listener())
from hearth.lsp_server.serve import main
try:
    main([])
finally:
    import json
    open(sys.argv[1], "w").write(json.dumps(threads))
"""
CODE = "def add(a, b):\n    return a + b\n"
SETTINGS = {
    "completion": {"backend": "scripted", "model": "1"},
    "chat": {"backend": "scripted", "model": "It adds."},
}


def test_modules_are_imported_by_one_thread_whatever_comes_first(tmp_path: Path) -> None:
    """Of a package that two threads import at once, Python may give one of them half."""
    uri = (tmp_path / "add.py").as_uri()
    place = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 11}}
    messages = [
        (
            "initialize",
            1,
            {"capabilities": {}, "processId": None, "rootUri": None, "initializationOptions": SETTINGS},
        ),
        ("initialized", None, {}),
        ("hearth/chat", 2, {"message": "What?"}),
        (
            "textDocument/didOpen",
            None,
            {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": CODE}},
        ),
        ("hearth/chat", 3, {"message": "What?", "textDocument": {"uri": uri}}),
        ("textDocument/completion", 4, place),
        ("hearth/inspect", 5, place),
    ]
    told = tmp_path / "threads"
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "HEARTH_HOME": str(tmp_path / "home")},
    )
    assert server.stdin is not None and server.stdout is not None
    with server:
        for method, id, params in messages:
            server.stdin.write(framed(method, id, params))
        server.stdin.flush()
        waited_for = {id for _, id, _ in messages if id}
        while waited_for:
            waited_for.discard(received(server.stdout).get("id"))
        server.stdin.write(framed("shutdown", 9, None) + framed("exit", None, None))
        server.stdin.flush()
        server.stdout.read()
    threads = json.loads(told.read_text())
    assert (
        "hearth.engine.completion.completer" in threads["MainThread"]
        and "hearth.engine.chat.answering" in threads["MainThread"]
    )
    assert set(threads) == {"MainThread"}, threads


def framed(method: str, id: int | None, params: Any) -> bytes:
    message = {
        "jsonrpc": "2.0",
        "method": method,
        **({"id": id} if id else {}),
        **({} if params is None else {"params": params}),
    }
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def received(stream: Any) -> dict[str, Any]:
    length = 0
    while (line := stream.readline()).strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    assert length, "the server has ended"
    found: dict[str, Any] = json.loads(stream.read(length))
    return found
