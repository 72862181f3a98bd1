"""Running programs that a model has written, each in a process of its own with limits (see `judge`: no jail)."""

import json
import os
import resource
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.benchmarks import judge
from tests.benchmarks.options import CACHE

_TYPESCRIPT = "5.9.3"
_RUNNER = Path(__file__).with_name("typescript.cjs")
_NPM = (CACHE / "edits").resolve()  # node knows a file by its real path
_NODE_SECONDS = 30
_GO_SECONDS = 60  # the first run compiles the standard library


def missing() -> dict[str, str]:
    """The languages that cannot be checked on this machine, and why."""
    found: dict[str, str] = {}
    if shutil.which("go") is None:
        found["go"] = "the command go is not installed (Debian: golang-go)"
    try:
        _fetch_typescript()
    except (OSError, subprocess.SubprocessError) as error:
        found["typescript"] = f"node and the npm package typescript {_TYPESCRIPT} are needed: {error}"
    return found


def runs_python(program: str) -> bool:
    return judge.passes(program)


def runs_typescript(files: dict[str, str], main: str, strict: bool) -> bool:
    """Whether `main` runs to its end and all its tests pass; `strict`: the compiler has nothing to say either."""
    secret = secrets.token_hex(8)
    request = {"files": files, "main": main, "strict": strict, "secret": secret}
    # Node's own permissions: nothing can be written, nothing but the compiler read, no process started.
    allowed = [f"--allow-fs-read={_NPM}/*", f"--allow-fs-read={_RUNNER}"]
    command = ["node", "--experimental-permission", *allowed, "--max-old-space-size=512", str(_RUNNER), str(_NPM)]
    return _said(command, json.dumps(request), secret, _NODE_SECONDS, {})


def runs_go(files: dict[str, str], tests: bool) -> bool:
    """Whether the program, or the tests, of these files run to their end."""
    with tempfile.TemporaryDirectory(prefix="hearth-go-", ignore_cleanup_errors=True) as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text, "utf-8")
        paths = [str(Path(folder, name)) for name in files]
        command = ["go", *(("test", "-vet=off", "-count=1", "-v") if tests else ("run",)), *paths]
        env = {"GO111MODULE": "off", "GOCACHE": str(CACHE / "go"), "GOPATH": folder, "HOME": folder}
        # A Go test that never ran says "ok" too.
        return _said(command, "", "--- PASS" if tests else "", _GO_SECONDS, env)


def _said(command: list[str], request: str, secret: str, seconds: int, env: dict[str, str]) -> bool:
    """Whether the command ended well and said the secret. What it started ends with it."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), **env},
        start_new_session=True,
        preexec_fn=_limit(seconds),
    )
    try:
        said, _ = process.communicate(request.encode("utf-8", "replace"), timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode == 0 and secret.encode() in said


def _limit(seconds: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _fetch_typescript() -> None:
    subprocess.run(["node", "--version"], check=True, capture_output=True)
    if (_NPM / "node_modules" / "typescript" / "lib" / "typescript.js").exists():
        return
    _NPM.mkdir(parents=True, exist_ok=True)
    flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    command = ["npm", "install", *flags, "--prefix", str(_NPM), f"typescript@{_TYPESCRIPT}"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
