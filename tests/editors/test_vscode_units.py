"""The extension's own checks: types, lint, and the tests of what needs no editor."""

import base64
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.editors import vscode_provision
from tests.editors.conftest import provided

PAGE = "extension/readme.md"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("script", ["types", "lint", "test"])
def test_the_extension_s_own_check_passes(script: str, vsix: Path) -> None:
    program = vscode_provision.node(provided(vscode_provision.code_server))
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    command = ["npm", "run", "--silent", script]
    done = subprocess.run(
        command, cwd=vscode_provision.EXTENSION, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_client_is_thin(vsix: Path) -> None:
    """Without its page's pictures and the server that it carries, whose own growth another test bounds."""
    with zipfile.ZipFile(vsix) as archive:
        sizes = {each.filename: each.compress_size for each in archive.infolist()}
    assert sum(size for name, size in sizes.items() if "/dist/server/" not in name and name != PAGE) <= 230_000, (
        sizes
    )


def test_the_package_holds_the_server_what_it_needs_and_the_licences_of_others(vsix: Path) -> None:
    with zipfile.ZipFile(vsix) as archive:
        names = archive.namelist()
        lock = archive.read("extension/dist/server/requirements.lock").decode()
        notices = archive.read("extension/dist/THIRD-PARTY-NOTICES.txt").decode()
    assert len([name for name in names if "/hearth_lsp-" in name]) == 1
    wheels = {Path(name).name for name in names if "/llama_cpp_python-" in name}
    assert wheels == {each.name for each in (ROOT / "wheels").glob("llama_cpp_python-*.whl")}, "of `make wheels`"
    assert "extension/changelog.md" in [name.lower() for name in names]
    assert "llama-cpp-python==" in lock and "pytest==" not in lock and lock.count("--hash=sha256:") > 100
    for name in ("vscode-languageclient", "vscode-jsonrpc", "markdown-it"):
        assert f"{name} " in notices
    assert notices.count("Permission is hereby granted") >= 3


def test_the_page_in_the_package_has_its_pictures_in_the_text(vsix: Path) -> None:
    """VS Code shows no picture of a file there."""
    with zipfile.ZipFile(vsix) as package:
        page = package.read(PAGE).decode()
    named = re.findall(r"!\[[^\]]+\]\((media/\S+?)\)", (vscode_provision.EXTENSION / "README.md").read_text())
    shown = re.findall(r"!\[[^\]]+\]\(data:image/\w+;base64,(\S+?)\)", page)
    assert named and [base64.b64decode(each) for each in shown] == [
        (vscode_provision.EXTENSION / each).read_bytes() for each in named
    ]
    assert "](media/" not in page
