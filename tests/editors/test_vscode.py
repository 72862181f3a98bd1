"""VS Code as a person uses it: only the .vsix installed, real server, real model. Screenshots: tests/artefacts/editors."""

import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.editors import vscode_provision
from tests.editors.conftest import provided
from tests.editors.test_neovim_model import CODE
from tests.editors.vscode import VSCode, vscode
from tests.hosts import hosts_of

pytestmark = pytest.mark.model

TYPES = "def area(width, height):\n    return width * height\n"


@pytest.fixture(scope="module")
def editor(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:
    modules = provided(vscode_provision.code_server)
    browser = provided(vscode_provision.chromium)
    vsix = provided(vscode_provision.build_extension)
    root = tmp_path_factory.mktemp("vscode")
    files = {"primes.py": CODE, "area.py": TYPES}
    with vscode(modules, browser, vsix, root, model_home, files) as editor:
        editor.open("primes.py")
        editor.until(lambda: "Hearth" in editor.status(), "the item in the status bar")
        yield editor


def test_from_a_clean_profile_ghost_text_appears_and_tab_accepts_it(editor: VSCode) -> None:
    editor.press("Control+End")
    editor.write(" ")
    editor.until(editor.ghost, "ghost text of the real model")
    shown = editor.ghost()
    assert "is_prime(number)" in shown
    assert "ready" in editor.text("#hearth\\.hearth\\.hearth\\.status") or editor.status().strip() == "Hearth"
    editor.save("ghost-text")
    editor.press("Tab")
    editor.until(lambda: "if is_prime(number)" in editor.text(".view-lines"), "the accepted text")
    editor.until(lambda: not editor.ghost(), "no ghost text any more")
