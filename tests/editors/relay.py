"""Stands between an editor and the server: writes down what they say, and can lose a change on its way.

Where LOG.edits is a file, requests for a next edit are answered from it (see `NextEdits`).

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
_noting, _answering = threading.Lock(), threading.Lock()


def main(log: str, program: str, *argv: str) -> int:
    if argv[:1] != ("serve",):
        os.execv(program, [program, *argv])
    server = subprocess.Popen([program, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin and server.stdout
    edits = NextEdits(Path(f"{log}.edits"))
    back = threading.Thread(
        target=relay, args=("server", server.stdout, sys.stdout.buffer, log, edits), daemon=True
    )
    back.start()
    relay("client", sys.stdin.buffer, server.stdin, log, edits)
    server.stdin.close()
    back.join(5)
    return server.wait()


def relay(sender: str, source: IO[bytes], target: IO[bytes], log: str, edits: "NextEdits") -> None:
    while (message := read(source)) is not None:
        note(sender, message, log)
        if sender == "server":
            with _answering:
                write(target, edits.announced(message))
            continue
        answer = edits.answer(message)
        if answer is not None:
            note("server", answer, log)
            with _answering:
                write(sys.stdout.buffer, answer)
        elif not is_lost(message):
            write(target, message)


def note(sender: str, message: dict[str, Any], log: str) -> None:
    with _noting, Path(log).open("a") as lines:
        lines.write(json.dumps({"from": sender, "message": message}) + "\n")


def write(target: IO[bytes], message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    target.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    target.flush()


class NextEdits:
    """Answers requests for a next edit from a file: `{edits: [{range: [line, column, line, column], text}]}`.

    Each is offered until it is accepted or rejected, then the one behind it. `name` is that of another open file,
    `hearth` goes out as it is. A file with other edits begins anew.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.text = ""
        self.settled = 0
        self.versions: dict[str, int] = {}

    def announced(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to `initialize` says that there are next edits."""
        capabilities = (message.get("result") or {}) if isinstance(message.get("result"), dict) else {}
        if "capabilities" in capabilities and self.file.exists():
            capabilities["capabilities"].setdefault("experimental", {}).setdefault("hearth", {})["nextEdit"] = True
        return message

    def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a request that is about next edits; None for all other messages."""
        method, params = message.get("method"), message.get("params") or {}
        document = params.get("textDocument") or {}
        if method in ("textDocument/didOpen", "textDocument/didChange"):
            self.versions[document["uri"]] = document["version"]
        if not self.file.exists():
            return None
        if method == "hearth/didRejectInlineEdit" and params["reason"] == "rejected":
            self.settled += 1
        if method == "textDocument/copilotInlineEdit":
            return {"jsonrpc": "2.0", "id": message["id"], "result": {"edits": self.offered(document)}}
        if method == "workspace/executeCommand" and params["command"] == "hearth.didAcceptNextEdit":
            self.settled += 1
            return {"jsonrpc": "2.0", "id": message["id"], "result": None}
        return None

    def offered(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        if (text := self.file.read_text()) != self.text:
            self.text, self.settled = text, 0
        edits = json.loads(self.text)["edits"]
        if self.settled >= len(edits):
            return []
        edit = edits[self.settled]
        uri = document["uri"]
        if name := edit.get("name"):
            uri = next((each for each in self.versions if each.endswith(f"/{name}")), uri)
        if self.versions.get(document["uri"]) != document["version"]:
            return []
        first, start, last, end = edit["range"]
        command = {
            "title": "Accepted",
            "command": "hearth.didAcceptNextEdit",
            "arguments": [f"next-{self.settled}"],
        }
        return [
            {
                "text": edit["text"],
                "range": {"start": {"line": first, "character": start}, "end": {"line": last, "character": end}},
                "textDocument": {"uri": uri, "version": self.versions[uri]},
                "command": command,
                "hearth": edit.get("hearth", {"title": "", "left": 0}),
            }
        ]


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
