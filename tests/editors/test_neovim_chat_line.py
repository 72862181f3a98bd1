"""Neovim's chat: the lines in which one types, what goes along, earlier chats, and code applied as a diff."""

import subprocess
from pathlib import Path
from typing import Any

from tests.editors.neovim import Edit, Editor
from tests.editors.test_neovim_chat import SERVER, _attached, _script

SHOP = "class Basket:\n    def add(self, item):\n        self.items.append(item)\n\n\ntotal = 1\n"
CODE = "5:So:\n\n|```python\ndef add(self, item, count=1):\n    self.items += [item] * count\n```\n"


def ask(editor: Editor, question: str) -> None:
    """In the lines below the chat, as somebody who only types."""
    editor.until(lambda: editor.nvim.current.buffer.name.endswith("hearth://ask"), "the cursor below the chat")
    editor.press(question)
    editor.press("<CR>")


def conversation(editor: Editor) -> list[str]:
    return list(editor.lua("return vim.api.nvim_buf_get_lines(vim.fn.bufnr('hearth://chat'), 0, -1, false)"))


def winbar(editor: Editor) -> str:
    return str(editor.lua("return vim.wo[vim.fn.bufwinid('hearth://ask')].winbar"))


def last(editor: Editor) -> dict[str, Any]:
    found: dict[str, Any] = editor.lua("return _G.asked")
    return found


def test_one_types_below_the_chat_and_goes_on_there(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1\n", before=SERVER))

    editor.nvim.command("Hearth chat")
    assert winbar(editor) == "Ask (Enter) · example.py"
    ask(editor, "why?")
    assert last(editor)["message"] == "why?" and last(editor)["textDocument"]["uri"].endswith("example.py")
    ask(editor, "and then?")
    assert [line for line in conversation(editor) if line.startswith("## ")] == ["## why?", "## and then?"]
    editor.press("<Up><Up>")
    assert editor.lines() == ["why?"]
    editor.press("<Down>")
    assert editor.lines() == ["and then?"]
    editor.press("<C-x>")
    assert winbar(editor) == "Ask (Enter) · (without example.py)"
    editor.press("<CR>")
    assert "textDocument" not in last(editor)


def test_closing_the_chat_closes_the_lines_below(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1\n", before=SERVER))

    editor.nvim.command("Hearth chat")
    editor.press("<Esc>")
    editor.nvim.command("call win_gotoid(bufwinid('hearth://chat')) | close")
    editor.until(lambda: editor.lua("return vim.fn.bufwinid('hearth://ask')") == -1, "their end")
    assert editor.lines() == ["x = 1"]


def test_files_lines_problems_and_changes_go_along_once(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    editor = _attached(edit(any_neovim, "a = 1\nb = 2\n", before=SERVER))
    (tmp_path / "other.py").write_text("y = 1\n")

    editor.nvim.command("2Hearth add")
    editor.nvim.command(f"Hearth add {tmp_path / 'other.py'}")
    editor.nvim.command("Hearth add problems")
    editor.nvim.command("Hearth chat")
    assert winbar(editor) == "Ask (Enter) · example.py, example.py:2-2, other.py, problems"
    ask(editor, "why #changes?")
    assert [each["kind"] for each in last(editor)["attachments"]] == ["selection", "file", "problems", "changes"]
    ask(editor, "and?")
    assert "attachments" not in last(editor)
    editor.press("<Esc>:Hearth add nowhere.py<CR>")
    assert "no file nowhere.py" in editor.nvim.funcs.execute("messages")


def test_the_changes_are_those_of_git(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    editor = _attached(edit(any_neovim, "a = 1\n", before=SERVER))
    file = Path(editor.nvim.current.buffer.name)
    git = ("git", "-C", str(file.parent), "-c", "user.name=x", "-c", "user.email=x@example.org")
    file.write_text("a = 1\n")
    for command in (("init", "-q"), ("add", file.name), ("commit", "-q", "-m", "x")):
        subprocess.run([*git, *command], check=True, capture_output=True)
    file.write_text("a = 2\n")

    editor.nvim.command("Hearth chat what of #changes?")
    (changes,) = last(editor)["attachments"]
    assert "-a = 1" in changes["text"] and "+a = 2" in changes["text"]


def test_code_takes_the_place_of_what_has_its_name_after_a_diff(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, SHOP, settings=_script(CODE)))
    file = editor.nvim.current.buffer

    editor.nvim.command("Hearth chat how could one add many?")
    editor.until(lambda: "Shown to the model:" in conversation(editor), "the end of the answer")
    editor.press("ga")
    editor.until(lambda: any(line.startswith("+++ ") for line in editor.lines()), "the diff")
    assert "+    def add(self, item, count=1):" in editor.lines()
    editor.press("<CR>")
    expected = SHOP.replace("add(self, item)", "add(self, item, count=1)").replace(
        "self.items.append(item)", "self.items += [item] * count"
    )
    editor.until(lambda: list(file[:]) == expected.splitlines(), "the method")


def test_code_without_a_place_goes_where_the_user_says(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1\n", settings=_script(CODE)))
    file = editor.nvim.current.buffer

    editor.lua("vim.ui.select = function(items, _, choose) choose(items[1]) end")
    editor.nvim.command("Hearth chat how?")
    editor.until(lambda: "Shown to the model:" in conversation(editor), "the end of the answer")
    editor.press("ga")
    editor.until(lambda: any(line.startswith("+++ ") for line in editor.lines()), "the diff")
    editor.press("<CR>")
    editor.until(lambda: "def add(self, item, count=1):" in list(file[:]), "the function")
    assert file[0] == "x = 1"


def test_an_earlier_chat_is_chosen_named_deleted_and_taken_back(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1\n", settings=_script("5:Yes.")))

    editor.nvim.command("Hearth chat Is it?")
    editor.until(lambda: "Shown to the model:" in conversation(editor), "the answer")
    editor.nvim.command("Hearth! chat Really?")
    editor.until(lambda: "Yes." in conversation(editor), "the answer to another one")
    editor.lua(
        "vim.ui.select = function(items, options, choose)"
        " _G.labels = vim.tbl_map(options.format_item, items) choose(items[#items]) end"
    )
    editor.nvim.command("Hearth chats")
    editor.until(lambda: "## Is it?" in conversation(editor), "the earlier one")
    assert "## Really?" not in conversation(editor) and len(editor.lua("return _G.labels")) == 2
    editor.nvim.command("Hearth rename A good one")
    editor.until(lambda: "A good one" in editor.nvim.funcs.execute("messages"), "the name")
    editor.nvim.command("Hearth delete")
    editor.until(lambda: "undelete" in editor.nvim.funcs.execute("messages"), "the deletion")
    assert conversation(editor) == [""]
    editor.nvim.command("Hearth undelete")
    editor.until(lambda: "## Is it?" in conversation(editor), "that it is back")
    editor.nvim.command("Hearth chats")
    editor.until(lambda: any("A good one" in label for label in editor.lua("return _G.labels")), "its name")
