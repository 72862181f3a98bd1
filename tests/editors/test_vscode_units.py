"""The extension's own checks: types, lint, and the tests of what needs no editor."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.editors import vscode_provision
from tests.editors.conftest import provided


@pytest.mark.parametrize("script", ["types", "lint", "test"])
def test_the_extension_s_own_check_passes(script: str, vsix: Path) -> None:
    program = vscode_provision.node(provided(vscode_provision.code_server))
    assert vsix.stat().st_size <= 800_000  # two thirds of it are the server that it carries
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    command = ["npm", "run", "--silent", script]
    done = subprocess.run(
        command, cwd=vscode_provision.EXTENSION, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
