"""`:checkhealth hearth` names what is wrong and what to do, and `:help hearth` tells all there is."""

import os
import re
import signal
from pathlib import Path

import pytest

from tests.editors.neovim import PLUGIN, SERVER, Edit, Editor

HELP = (PLUGIN / "doc" / "hearth.txt").read_text()


def test_checkhealth_tells_program_client_and_status(any_neovim: Path, edit: Edit) -> None:
    editor = _until_status(edit(any_neovim), "hearth")

    report = _report(editor)
    assert f"`hearth` is {SERVER}" in report
    assert "hearth: ready" in report
    assert "ERROR" not in report


def test_a_program_that_is_not_there(any_neovim: Path, edit: Edit) -> None:
    report = _report(edit(any_neovim, setup={"cmd": ["no-such-hearth", "serve"]}))

    assert "ERROR `no-such-hearth` is not on the PATH" in report
    assert "make install" in report


def test_a_program_that_does_not_run(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    broken = tmp_path / "hearth"
    broken.write_text("#!/bin/sh\necho \"No module named 'lsp_server'\" >&2\nexit 1\n")
    broken.chmod(0o755)
    report = _report(edit(any_neovim, setup={"cmd": [str(broken), "serve"]}, before="vim.o.cmdheight = 5"))

    assert f"ERROR `{broken} serve --help` failed" in report
    assert "It said: No module named 'lsp_server'" in report


def test_a_server_that_was_not_enabled(any_neovim: Path, edit: Edit) -> None:
    editor = _until_status(edit(any_neovim), "hearth")
    editor.lua("vim.lsp.enable('hearth', false)")
    editor.lua("for _, client in ipairs(vim.lsp.get_clients()) do client:stop() end")
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients() == 0"), "the end of the server")

    report = _report(editor)
    assert "WARNING it is not enabled" in report or "WARNING no server is running" in report
    assert "require('hearth').setup()" in report or "One starts when a file is opened." in report


def test_a_server_that_has_died(any_neovim: Path, edit: Edit) -> None:
    editor = _until_status(edit(any_neovim, before="vim.o.cmdheight = 5"), "hearth")
    os.kill(editor.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())[1]"), signal.SIGKILL)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients() == 0"), "the end of the server")
    _until_status(editor, "hearth: stopped")

    report = _report(editor)
    assert "ERROR hearth: stopped: the server exited with code 0, signal 9" in report
    assert ":edit starts it again" in report
    assert "lsp.log" in report


def test_a_model_that_is_not_there(neovim_012: Path, edit: Edit) -> None:
    settings = {"completion": {"model": "/no/such/model.gguf"}, "downloads": {"allowed": False}}
    editor = edit(neovim_012, settings=settings, before="vim.o.cmdheight = 5")
    editor.press("A")  # nothing is wanted of the model before
    _until_status(editor, "hearth: error")
    editor.press("<Esc>")

    report = _report(editor)
    assert re.search(r"ERROR hearth: error: .*/no/such/model.gguf", report)
    assert ":Hearth fetch: try again" in report
    assert "hearth doctor" in report


def test_a_pause_is_no_error_but_told(any_neovim: Path, edit: Edit) -> None:
    editor = _until_status(edit(any_neovim), "hearth")
    editor.nvim.command("Hearth pause")
    _until_status(editor, "hearth: paused")

    assert "WARNING hearth: paused" in _report(editor)


def test_a_neovim_that_is_too_old_says_so_once(neovim_010: Path, edit: Edit) -> None:
    editor = edit(neovim_010)

    assert "Neovim 0.11 or newer is needed" in editor.nvim.funcs.execute("messages")
    report = _report(editor)
    assert "ERROR Neovim 0.11 or newer is needed, this is 0.10" in report
    assert report.count("ERROR") == 1


def test_help_has_its_tags(neovim_012: Path, edit: Edit, tmp_path: Path) -> None:
    editor = edit(neovim_012)

    copy = tmp_path / "help" / "doc"
    copy.mkdir(parents=True)
    (copy / "hearth.txt").write_text(HELP)
    editor.nvim.command(f"helptags {copy}")
    tags = (copy / "tags").read_text()
    for link in {"hearth", ":Hearth", *re.findall(r"\|(hearth[-.\w()]*)\|", HELP)}:
        assert f"{link}\t" in tags


@pytest.mark.parametrize(
    ("what", "names"),
    [
        (":Hearth {}", "return vim.fn.getcompletion('Hearth ', 'cmdline')"),
        ("require('hearth').{}", "return vim.tbl_keys(require('hearth'))"),
        ("{} =", "return vim.tbl_keys(require('hearth.config').values)"),
        ("{} =", "return vim.tbl_keys(require('hearth.config').values.keys)"),
    ],
)
def test_help_tells_every_command_function_and_option(neovim_012: Path, edit: Edit, what: str, names: str) -> None:
    found = edit(neovim_012).lua(names)

    assert len(found) > 3
    text = HELP.replace(":[range]Hearth", ":Hearth")
    assert [name for name in found if what.format(name) not in text] == []


def _report(editor: Editor) -> str:
    editor.nvim.command("checkhealth hearth")
    return re.sub(r"[^\x00-\x7f]+ ?", "", "\n".join(editor.lines()))  # signs stand before the words


def _until_status(editor: Editor, line: str) -> Editor:
    editor.until(lambda: editor.lua("return require('hearth').statusline()") == line, line)
    return editor


def test_a_plugin_manager_may_call_setup_without_having_run_the_plugin(neovim_012: Path, edit: Edit) -> None:
    settings = {"completion": {"backend": "scripted", "model": "5:first"}}
    editor = edit(neovim_012, "x = \n", settings=settings, before="vim.o.loadplugins = false")

    editor.until(lambda: editor.lua("return vim.fn.exists(':Hearth')") == 2, "the command")
    editor.press("A")
    editor.until(lambda: editor.ghost() == "first", "ghost text")
