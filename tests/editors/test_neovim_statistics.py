"""What real Neovims report about suggestions, as the statistics behind `hearth stats` record it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hearth.engine.stats import records
from hearth.engine.stats.records import SuggestionRecord
from tests.editors.neovim import Edit, Editor

Recorded = Callable[[Editor], SuggestionRecord]


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """The record of the first suggestion; the server writes it when it ends."""
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path / "home" / "hearth"))

    def recorded(editor: Editor) -> SuggestionRecord:
        _end(editor)
        return editor.until(records.load, "a record")[0]  # type: ignore[no-any-return]  # `until` is of any type

    return recorded


@pytest.mark.parametrize(
    ("keys", "text", "outcome", "saved"),
    [
        ("<Tab>", "x = hello(world)", "accepted", 12),
        ("hel<Tab>", "x = hello(world)", "accepted", 9),
        ("<M-Right>", "x = hello", "partly", 5),
        ("<M-Right><M-Right>", "x = hello(", "partly", 5),  # one character alone counts as typed
        ("<M-Right><Tab>", "x = hello(world)", "accepted", 12),
        ("<M-C-Right>", "x = hello(world)", "accepted", 12),
        ("<C-]>", "x = ", "rejected", 0),
        ("hello(world)", "x = hello(world)", "typed", 0),
        ("1", "x = 1", "passed", 0),
    ],
)
def test_what_was_done_with_ghost_text_is_told(
    neovim_012: Path, edit: Edit, recorded: Recorded, keys: str, text: str, outcome: str, saved: int
) -> None:
    editor = edit(neovim_012)
    _attached(editor)
    editor.press("A")
    editor.until(editor.ghost, "ghost text")
    for key in re.findall(r"<\S+?>|.", keys):
        editor.press(key)
        editor.lua(FLUSH)
    editor.until(lambda: editor.lines() == [text], "the text")

    record = recorded(editor)
    assert (record.outcome, record.saved, record.shown, record.language) == (outcome, saved, True, "python")


def test_an_entry_of_the_menu_that_was_taken_is_seen_in_the_edits(
    any_neovim: Path, edit: Edit, recorded: Recorded
) -> None:
    editor = edit(any_neovim, setup={"ghost": False}, before="vim.o.completeopt = 'menuone'")
    _attached(editor)
    editor.press("A<C-x><C-o>")
    editor.until(lambda: editor.nvim.funcs.pumvisible(), "the menu")
    editor.press("<C-y>")
    editor.until(lambda: editor.lines() == ["x = hello(world)"], "the completion")

    record = recorded(editor)
    assert (record.outcome, record.saved, record.shown) == ("accepted", 12, True)


def test_nothing_is_kept_when_that_is_switched_off(
    neovim_012: Path, edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path / "home" / "hearth"))
    scripted = {"completion": {"backend": "scripted", "model": "5:hello|(world)"}, "stats": {"enabled": False}}
    editor = edit(neovim_012, settings=scripted)
    _attached(editor)
    editor.press("A")
    editor.until(editor.ghost, "ghost text")
    editor.press("<Tab>")
    _end(editor)
    assert not records.path().exists()


# Neovim holds changes back for a moment; another notification sends them before itself
FLUSH = "vim.lsp.get_clients()[1]:notify('$/setTrace', { value = 'off' })"


def _end(editor: Editor) -> None:
    editor.lua(FLUSH)
    editor.lua("vim.lsp.get_clients()[1]:stop()")
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients() == 0"), "the end of the server")


def _attached(editor: Editor) -> None:
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
    editor.until(lambda: editor.lua("return vim.lsp.get_clients()[1].initialized"), "the initialisation")
