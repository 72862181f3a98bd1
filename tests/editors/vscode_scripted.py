"""One VS Code for many tests: scripted answers, a record of what client and server say, a hub on loopback."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.editors import relay
from tests.editors.vscode import VSCode, vscode
from tests.engine.models.fake_hub import FakeHub, running
from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf

TINY = "owner/Tiny-GGUF/tiny-q4.gguf"
READY = (
    '[completion]\nbackend = "scripted"\nmodel = "5:{ghost}"\n[chat]\nbackend = "scripted"\nmodel = "5:{answer}"\n'
)


@dataclass
class Scripted:
    editor: VSCode
    home: Path
    hub: FakeHub
    log: Path

    def answers(self, ghost: str = "x", answer: str = "So.") -> None:
        """Start the server anew, with these answers (see `hearth.engine.backends.scripted`)."""
        self.start(READY.format(ghost=ghost, answer=answer))

    def start(self, settings: str) -> None:
        """Start the server anew with this hearth.toml of the user's."""
        (self.home / "hearth.toml").write_text(settings)
        self.editor.command("Notifications: Clear All Notifications")  # those of the test before
        before = len(self.said("initialize"))
        self.editor.command("Hearth: Restart the server")
        self.editor.until(lambda: len(self.said("initialize")) > before, "a new server")
        self.editor.until(lambda: len(self.said("initialized")) > before, "a new server that is ready")

    def open(self, name: str, text: str) -> None:
        """Open a new file of that text."""
        (self.editor.folder / name).write_text(text)
        self.editor.open(name)

    def said(self, method: str) -> list[dict[str, Any]]:
        """The messages of that method, of all servers so far."""
        return [each["message"] for each in self._record() if each["message"].get("method") == method]

    def until_said(self, method: str, count: int) -> None:
        """Wait for so many messages of that method."""
        self.editor.until(lambda: len(self.said(method)) >= count, f"{method} for the {count}. time")

    def answered(self, method: str) -> list[Any]:
        """The results of the requests of that method since the last start."""
        asked = {_key(each) for each in self._last() if each["message"].get("method") == method}
        answers = [
            each for each in self._last() if "method" not in each["message"] and _key(each, answer=True) in asked
        ]
        return [each["message"]["result"] for each in answers if "result" in each["message"]]

    def text(self, name: str) -> str:
        """The text of an open file (of characters that UTF-16 counts once), as the client has told it."""
        text = ""
        for message in (each["message"] for each in self._last() if each["from"] == "client"):
            document = message.get("params", {}).get("textDocument", {})
            if not str(document.get("uri", "")).endswith(f"/{name}"):
                continue
            text = document.get("text", text)
            for change in message["params"].get("contentChanges", []):
                start, end = (_offset(text, change["range"][side]) for side in ("start", "end"))
                text = text[:start] + change["text"] + text[end:]
        return text

    def is_waiting(self, method: str) -> bool:
        """Whether a request of that method, since the last start, has not been answered yet."""
        asked = {_key(each) for each in self._last() if each["message"].get("method") == method}
        return bool(asked - {_key(each, answer=True) for each in self._last() if "method" not in each["message"]})

    def statuses(self) -> list[str]:
        """The kinds of `hearth/status` since the last start."""
        messages = [each["message"] for each in self._last()]
        return [each["params"]["kind"] for each in messages if each.get("method") == "hearth/status"]

    def _record(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().rpartition("\n")[0].splitlines()]

    def _last(self) -> list[dict[str, Any]]:
        record = self._record()
        methods = [each["message"].get("method") for each in record]
        return record[len(methods) - 1 - methods[::-1].index("initialize") :]

    def hearth(self, *argv: str) -> str:
        """What `hearth ARGUMENT...` prints, with the same home."""
        command = [str(Path(sys.executable).parent / "hearth"), *argv]
        env = {"HEARTH_HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60).stdout


def _offset(text: str, position: dict[str, int]) -> int:
    above = text.split("\n")[: position["line"]]
    return sum(len(line) + 1 for line in above) + position["character"]


def _key(each: dict[str, Any], answer: bool = False) -> tuple[bool, Any]:
    """Whose request it is or answers, and its id: client and server count for themselves."""
    return (each["from"] == "client") != answer, each["message"].get("id")


@contextmanager
def scripted(modules: Path, browser: Path, vsix: Path, root: Path) -> Iterator[Scripted]:
    home, programs, log = root / "hearth", root / "programs", root / "relay.jsonl"
    home.mkdir()
    programs.mkdir()
    log.touch()
    (programs / "hearth").write_text(program(log))
    (programs / "hearth").chmod(0o755)
    (home / "hearth.toml").write_text(READY.format(ghost="x", answer="So."))
    tiny = write_tiny_gguf(root / "tiny.gguf").read_bytes()
    with running(FakeHub({TINY: tiny}, trickle=0.02)) as hub:
        env = {"HF_ENDPOINT": hub.url}
        try:
            with vscode(modules, browser, vsix, root / "vscode", home, {}, programs=programs, env=env) as editor:
                session = Scripted(editor, home, hub, log)
                editor.hide_other_chat()
                editor.until(lambda: session.said("initialized"), "the first server")
                yield session
        finally:
            stop_host(home)


def program(log: Path, first: str = "true") -> str:
    """A script to be `hearth`: does `first`, then runs the real one with a record in `log`."""
    real = Path(sys.executable).parent / "hearth"
    return f'#!/bin/sh\n{first}\nexec "{sys.executable}" "{relay.__file__}" "{log}" "{real}" "$@"\n'
