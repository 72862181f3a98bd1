"""A newcomer in a real Neovim: README's own lines as configuration, the keyboard alone, the keys that it names."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.editors.neovim import ARTEFACTS, Editor, editing
from tests.editors.test_neovim_chat_line import conversation, winbar
from tests.editors.test_vscode_newcomer import ANSWERS, project
from tests.editors.vscode_scripted import READY

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_from_ghost_text_to_a_commit_message(neovim_012: Path, tmp_path: Path) -> None:
    with beginning(neovim_012, tmp_path) as editor:
        suggestion_is_accepted(editor)
        code_is_edited_as_told(editor)
        a_file_is_asked_about(editor)
        a_commit_message_is_written(editor)


def test_from_the_menu_of_011_to_a_commit_message(neovim_011: Path, tmp_path: Path) -> None:
    with beginning(neovim_011, tmp_path) as editor:
        suggestion_is_taken_from_the_menu(editor)
        code_is_edited_as_told(editor)
        a_file_is_asked_about(editor)
        a_commit_message_is_written(editor)


@contextmanager
def beginning(program: Path, folder: Path) -> Iterator[Editor]:
    """README's snippet is all there is; the model that answers is a script in hearth.toml."""
    (snippet,) = re.findall(r"```lua\n(.*?)```", README, re.DOTALL)
    init = snippet.replace("/path/to/hearth", str(ROOT))
    assert str(ROOT / "editors" / "nvim") in init
    home = folder / "home"
    (home / "hearth").mkdir(parents=True)
    answers = "\\f5:".join(ANSWERS)
    (home / "hearth" / "hearth.toml").write_text(READY.format(ghost="add(1, 2)", answer=answers))
    repo = project(folder / "project")
    before = f"vim.fn.chdir({str(repo.root)!r})\n"
    with editing(program, repo.root / "shop.py", before + init, home) as editor:
        editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) == 1"), "the server")
        yield editor


def suggestion_is_accepted(editor: Editor) -> None:
    assert "<Tab> accepts the suggestion" in README
    editor.press("Gobill = ")
    editor.until(lambda: "add(1," in editor.ghost(), "ghost text")
    shoot(editor, "ghost")
    editor.press("<Tab>")
    editor.until(lambda: editor.lines()[-1] == "bill = add(1, 2)", "the accepted text")
    editor.press("<Esc>:w<CR>")


def suggestion_is_taken_from_the_menu(editor: Editor) -> None:
    assert "0.11: menu" in README
    editor.press("Gobill = ")
    editor.press("<C-x><C-o>")
    editor.until(lambda: editor.nvim.funcs.pumvisible(), "the menu")
    shoot(editor, "menu")
    editor.press("<C-y>")
    editor.until(lambda: editor.lines()[-1] == "bill = add(1, 2)", "the accepted text")
    editor.press("<Esc>:w<CR>")


def code_is_edited_as_told(editor: Editor) -> None:
    assert ":Hearth act" in README
    editor.press("gg:Hearth act add them<CR>")
    editor.until(lambda: editor.shows("return a + b"), "the diff")
    shoot(editor, "edit")
    editor.press("<CR>")
    editor.until(lambda: "    return a + b" in editor.lines(), "the edit")
    editor.press(":w<CR>")


def a_file_is_asked_about(editor: Editor) -> None:
    assert ":Hearth chat" in README and ":Hearth add" in README
    editor.press(":Hearth add taxes.py<CR>:Hearth chat<CR>")
    editor.until(lambda: winbar(editor) == "Ask (Enter) · shop.py, taxes.py", "the lines to ask in")
    editor.press("What does it do?<CR>")
    editor.until(lambda: "It adds a tax of 19%." in conversation(editor), "the answer")
    editor.until(lambda: any("taxes.py" in line for line in conversation(editor)), "what the model saw")
    assert winbar(editor) == "Ask (Enter) · shop.py"
    editor.press("Is that exact?<CR>")
    editor.until(lambda: "Yes, it rounds nothing." in conversation(editor), "the answer to what follows")
    assert "## What does it do?" in conversation(editor), "the conversation goes on"
    shoot(editor, "chat")


def a_commit_message_is_written(editor: Editor) -> None:
    assert ":Hearth commit" in README
    editor.press("<Esc><C-w>t:Hearth commit<CR>")
    editor.until(lambda: "Prices are added" in editor.lines(), "the message")
    shoot(editor, "commit")


def shoot(editor: Editor, name: str) -> None:
    version = editor.lua("return vim.version().minor")
    editor.save(ARTEFACTS / f"neovim-newcomer-0{version}-{name}")
