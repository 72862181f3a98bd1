"""Repositories for tests, made with the real git and without the settings of who runs them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PLAIN = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.invalid",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.invalid",
}


@dataclass
class Repo:
    root: Path

    def git(self, *arguments: str, ok: bool = True) -> str:
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**env, **_PLAIN}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0 or not ok, done.stderr
        return done.stdout

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def stage(self, name: str, content: str | bytes) -> Path:
        path = self.write(name, content)
        self.git("add", "--", name)
        return path

    def commit(self, message: str, **files: str) -> None:
        """`files` are named without their ending, and written as Python."""
        for name, content in files.items():
            self.stage(f"{name}.py", content)
        self.git("commit", "--quiet", "--allow-empty", "-m", message)


def repository(root: Path, *messages: str) -> Repo:
    """One whose history has these messages, the oldest first."""
    root.mkdir(parents=True, exist_ok=True)
    repo = Repo(root)
    repo.git("init", "--quiet", "--initial-branch=main")
    for message in messages:
        repo.commit(message)
    return repo
