"""Runs tests that a model wrote, with the runner that the project has, where the user wants that.

It is code from a model, and it runs as the user. So it runs only where a setting says so, in a folder that the
user trusts, and for a limited time.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hearth.engine.code_actions.unit_tests.plan import Plan
from hearth.engine.files import DOCUMENT, read_bytes, write_atomically

Run = Callable[[str], "Ran | None"]
SECONDS = 60.0
_WORDS = 1_200  # characters of what a runner says that are told
_NODE = ("vitest", "jest", "mocha")
_FOUND_NONE = re.compile(
    r"\b(?:SyntaxError|ImportError|ModuleNotFoundError|NameError|ReferenceError|error collecting"
    r"|Cannot find module|is not defined|ERR_MODULE_NOT_FOUND|build failed|could not compile|undefined: )"
)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a runner made of the tests. Without `begun` it could not run them; `words` are its own, shortened."""

    command: str
    passed: bool
    begun: bool
    words: str

    @property
    def verdict(self) -> str:
        """In words for the user."""
        return f"{self.command}: " + ("the tests pass" if self.passed else f"a test fails: {self.words}")


def run(plan: Plan, text: str, root: Path, seconds: float = SECONDS) -> Ran | None:
    """Run the file of the plan with this text; None where that cannot be done.

    The file is there only meanwhile: an old one is put back, a new one is removed. This waits for the runner, so
    it is no work for an event loop.
    """
    command = command_for(plan, root)
    if command is None or _on_disk(plan.path) != plan.old_text:
        return None
    folder = plan.path.parent
    mode = plan.path.stat().st_mode if plan.old_text is not None else 0o644
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(plan.path, text.encode("utf-8"))
        code, said = _said(command, root, seconds)
    except OSError as error:
        return Ran(" ".join(command), False, True, str(error))
    finally:
        _put_back(plan, mode)
        for each in made:
            _remove_empty(each)
    words = said.strip()[-_WORDS:]
    begun = code == 0 or not _FOUND_NONE.search(said)
    return Ran(" ".join(command), code == 0, begun, words)


def command_for(plan: Plan, root: Path) -> list[str] | None:
    """The command that runs the file; None for a runner that is not there, or is not known."""
    path = os.path.relpath(plan.path, root)
    framework = plan.framework.split()[0]
    if framework in ("pytest", "unittest"):
        python = _python(root)
        more = ["-q", "--no-header", "-p", "no:cacheprovider"] if framework == "pytest" else []
        return [python, "-m", framework, *more, path] if python else None
    if framework == "node:test":
        node = shutil.which("node")
        return [node, "--test", path] if node else None
    if framework in _NODE:
        places = (folder / "node_modules" / ".bin" / framework for folder in plan.path.parents)
        program = next((str(place) for place in places if place.exists()), None)
        return [program, *(["run"] if framework == "vitest" else []), path] if program else None
    if framework == "Go":
        go = shutil.which("go")
        return [go, "test", f"./{os.path.relpath(plan.path.parent, root)}"] if go else None
    if framework == "Rust":
        cargo = shutil.which("cargo")
        return [cargo, "test", "--quiet", "--offline"] if cargo else None
    return None


def _python(root: Path) -> str | None:
    """That of the project's environment, else the one that a terminal would find."""
    inside = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    places = [root / name / Path(*inside) for name in (".venv", "venv")]
    return next((str(each) for each in places if each.exists()), shutil.which("python3") or shutil.which("python"))


def _said(command: list[str], root: Path, seconds: float) -> tuple[int, str]:
    """(exit code, output); what runs too long is ended with all that it has started."""
    process = subprocess.Popen(
        command,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, "CI": "1", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        output, _ = process.communicate(timeout=seconds)
        return process.returncode, output.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return 1, f"it took more than {seconds:.0f} seconds and was ended"
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.communicate()


def _on_disk(path: Path) -> str | None:
    try:
        return read_bytes(path, DOCUMENT).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _put_back(plan: Plan, mode: int) -> None:
    if plan.old_text is None:
        plan.path.unlink(missing_ok=True)
    else:
        write_atomically(plan.path, plan.old_text.encode("utf-8"))
        plan.path.chmod(mode)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # something else lies in it by now
        folder.rmdir()
