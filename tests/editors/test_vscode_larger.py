"""VS Code with the 1.5B, which knows where it ends: whole bodies, asked for by hand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_by_hand import BODIES, LARGER, skip_without
from tests.editors import vscode_provision
from tests.editors.conftest import provided
from tests.editors.test_vscode import AREA, write_body
from tests.editors.vscode import VSCode, vscode

pytestmark = pytest.mark.model

SETTINGS = json.dumps({"hearth.completion.model": LARGER})


@pytest.fixture(scope="module")
def editor(model_home: Path, vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARTH_HOME", str(model_home))
        skip_without(LARGER)
    modules = provided(vscode_provision.code_server)
    browser = provided(vscode_provision.chromium)
    root = tmp_path_factory.mktemp("vscode")
    files = {"area.py": AREA, ".vscode/settings.json": SETTINGS}
    with vscode(modules, browser, vsix, root, model_home, files) as editor:
        editor.hide_other_chat()
        editor.open("area.py")
        editor.until(lambda: editor.status().strip() == "Hearth", "the server, ready")
        yield editor


@pytest.mark.parametrize("language", BODIES)
def test_a_whole_body_is_written_by_hand(editor: VSCode, language: str) -> None:
    write_body(editor, language, f"body-{language}-larger")
