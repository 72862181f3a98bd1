"""The first start in a real VS Code on a machine without the server: it offers to set one up, and says what fails.

The server is the wheel that the extension carries; what that depends on is in this environment already.
"""

import json
import os
import sys
import sysconfig
from pathlib import Path

import pytest

from hearth.engine.llama_wheel import build
from tests.editors import vscode_provision
from tests.editors.conftest import provided
from tests.editors.vscode import VSCode, vscode

SETTINGS = '[completion]\nbackend = "scripted"\nmodel = "5:hello|(world)"\n'


def test_a_machine_without_the_server_is_set_up_by_a_press_and_told_what_failed(
    tmp_path_factory: pytest.TempPathFactory, vsix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path_factory.mktemp("setup")
    programs, constraints, home = root / "programs", root / "constraints.txt", root / "hearth"
    for folder in (programs, home):
        folder.mkdir()
    (home / "hearth.toml").write_text(SETTINGS)
    base = vars(sys)["_base_executable"]  # not the environment's: this one has no packages
    (programs / "python3").write_text(f'#!/bin/sh\nexec "{base}" "$@"\n')
    (programs / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", path_without_hearth())
    pip = {
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_CONSTRAINT": str(constraints),
    }
    # llama.cpp is there already, as `make setup` has compiled it for this user.
    cache = {"XDG_CACHE_HOME": str(build.cache().parents[1])}
    env = {**pip, **cache, "PYTHONPATH": str(others_installed(root / "others"))}
    modules, browser = provided(vscode_provision.code_server), provided(vscode_provision.chromium)
    files = {"sample.py": "x = \n"}
    with vscode(modules, browser, vsix, root / "vscode", home, files, programs=programs, env=env) as editor:
        editor.hide_other_chat()
        editor.until(lambda: "The program `hearth` was not found." in editor.notes(), "the offer")
        editor.save("setup-offer")
        editor.press_button("Set it up")
        editor.until(lambda: "Hearth could not be set up" in editor.notes(), "what failed")
        assert "constraints.txt" in editor.notes(), "what pip says of the file that is missing"
        editor.save("setup-failed")

        constraints.write_text("")
        editor.command("Hearth: Set up the server")
        editor.until(lambda: editor.status().strip() == "Hearth", "the server, ready")
        assert accepted(editor) == "x = hello(world)"
        made = (root / "vscode" / "user").rglob("environment-*/bin/hearth")
        assert list(made), "it is in the extension's own folder"
        assert list((root / "vscode" / "user").rglob("environment-*/complete"))
        (origin,) = (root / "vscode" / "user").rglob("hearth_lsp-*.dist-info/direct_url.json")
        url = json.loads(origin.read_text())["url"]
        assert url.startswith("file:///") and "/dist/server/hearth_lsp-" in url and url.endswith(".whl")

        # An update of the extension brings another server: it is set up anew, and the old one goes then.
        (old,) = environments(root)
        (lock,) = (root / "vscode").rglob("dist/server/requirements.lock")
        lock.write_text(lock.read_text() + "# another one\n")
        editor.command("Hearth: Restart the server")
        editor.until(lambda: renewed(root, old), "the new one")
        editor.until(lambda: editor.status().strip() == "Hearth", "the new server, ready")
        assert environments(root)


def environments(root: Path) -> list[Path]:
    """Those that the extension has made and that are complete."""
    storage = root / "vscode" / "user" / "User" / "globalStorage"
    return [file.parent for file in storage.glob("*/environment-*/complete")]


def renewed(root: Path, old: Path) -> bool:
    found = environments(root)
    return bool(found) and old not in found


def others_installed(folder: Path) -> Path:
    """All that is installed in this environment, but not the server: pip would find it there."""
    folder.mkdir()
    for installed in Path(sysconfig.get_path("purelib")).iterdir():
        if "hearth" not in installed.name:
            (folder / installed.name).symlink_to(installed)
    return folder


def path_without_hearth() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not (Path(folder) / "hearth").exists())


def accepted(editor: VSCode) -> str:
    """The first line of the file once the ghost text at its end was accepted."""
    editor.open("sample.py")
    editor.until_focus()
    editor.press("Control+Home", "End")
    editor.write(" ")
    editor.press("Backspace")
    editor.until(lambda: "hello(world)" in editor.ghost(), "ghost text")
    editor.press("Tab")
    editor.until(lambda: "hello(world)" in editor.text(".view-line"), "the accepted text")
    return editor.text(".view-line").splitlines()[0].strip()
