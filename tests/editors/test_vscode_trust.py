"""A folder that the user does not trust, in a real VS Code: it chooses no program, no model and no server."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.editors import vscode_provision
from tests.editors.conftest import provided
from tests.editors.vscode import vscode
from tests.editors.vscode_scripted import program

SETTINGS = {
    "hearth.path": "/bin/false",
    "hearth.completion.backend": "ollama",
    "hearth.completion.model": "another",
    "hearth.ollama.url": "http://192.0.2.1:11434",
    "hearth.ollama.allow_remote": True,
    "hearth.completion.max_lines": 3,
}
# VS Code runs the command of such a link when it is clicked, in a folder that is not trusted too.
LINK = "[Repair the settings](command:workbench.action.files.newUntitledFile)"


def options(log: Path) -> list[dict[str, Any]]:
    """What each server that was started got as settings."""
    found = [json.loads(line)["message"] for line in log.read_text().splitlines()] if log.exists() else []
    return [
        each["params"]["initializationOptions"]["hearth"] for each in found if each.get("method") == "initialize"
    ]


def test_an_untrusted_folder_chooses_no_program_model_or_server_and_a_trusted_one_its_environment(
    tmp_path_factory: pytest.TempPathFactory, vsix: Path
) -> None:
    root = tmp_path_factory.mktemp("trust")
    log, ran = root / "relay.jsonl", root / "ran"
    (root / "programs").mkdir()
    (root / "programs" / "hearth").write_text(program(log))
    (root / "programs" / "hearth").chmod(0o755)
    files = {
        ".vscode/settings.json": json.dumps(SETTINGS),
        ".venv/bin/hearth": program(log, f'touch "{ran}"'),
        "hearth.toml": f'"{LINK}" = 1\n[completion]\nmodel = "another"\n',
    }
    modules, browser = provided(vscode_provision.code_server), provided(vscode_provision.chromium)
    home = root / "hearth"
    with vscode(
        modules, browser, vsix, root / "vscode", home, files, programs=root / "programs", trust=False
    ) as editor:
        editor.until(lambda: "Restricted Mode" in editor.text(".statusbar"), "the restriction")
        editor.until(lambda: options(log), "a server")
        editor.until(lambda: editor.status().strip() == "Hearth", "the server, ready")
        editor.until(lambda: "Repair the settings" in editor.notes(), "what is wrong with the folder's settings")
        assert editor.run("return await page.locator('.notification-list-item-message a').count()") == 0
        editor.save("untrusted")
        assert options(log) == [{"completion": {"max_lines": 3}}]
        assert not ran.exists(), "the folder's own program was run"
        editor.hide_other_chat()
        editor.command("Workspaces: Manage Workspace Trust")
        editor.run(
            "await page.locator('.workspace-trust-editor').getByRole('button', {name: 'Trust'}).first().click()"
        )
        editor.until(lambda: len(options(log)) > 1, "another server")
        assert ran.exists()
        assert options(log)[-1] == {"completion": {"backend": "ollama", "model": "another", "max_lines": 3}}
