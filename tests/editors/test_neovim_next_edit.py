"""The next edit in a real Neovim: a badge far away, Tab to the place, Tab for the edit, and the one behind it."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.editors import relay
from tests.editors.neovim import SERVER, Edit, Editor

SETTINGS = {"completion": {"enabled": False}}
FAR = [f"x{row} = {row}" for row in range(60)]
CHANGE: list[dict[str, Any]] = [
    {
        "range": [1, 0, 1, 22],
        "text": "    return sum(amounts)",
        "hearth": {"title": "Rename prices to amounts", "left": 1},
    },
    {"range": [4, 0, 4, 24], "text": "print(total(amounts=[1]))"},
]
# by default it is a link, and the screen only tells where links end
STYLE = "vim.api.nvim_set_hl(0, 'HearthNextNew', { fg = '#00a000' })\n"
RENAME = "wwwciwamounts<Esc>"  # the parameter, in the first line
BASKET = "def total(prices):\n    return sum(prices)\n\n\nprint(total(prices=[1]))\n"


class Session:
    """Neovim with a server whose next edits are these."""

    def __init__(
        self, edit: Edit, program: Path, tmp_path: Path, text: str, edits: list[dict[str, Any]], **more: Any
    ) -> None:
        self.log = tmp_path / "relay.jsonl"
        self.log.touch()
        self.offer(edits)
        cmd = [sys.executable, relay.__file__, str(self.log), str(SERVER / "hearth"), "serve"]
        setup = {"cmd": cmd, **more.pop("setup", {})}
        before = STYLE + more.pop("before", "")
        settings = more.pop("settings", SETTINGS)
        self.editor: Editor = edit(program, text, settings=settings, setup=setup, before=before, **more)
        self.editor.until(lambda: self.editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
        self.editor.until(lambda: self.said("initialized"), "the initialisation")
        self.editor.until(lambda: self.editor.lua("return vim.lsp.get_clients()[1].initialized"), "the client")
        self.editor.press(":Hearth next<CR>")
        self.editor.until(lambda: self.said("textDocument/copilotInlineEdit"), "a request by hand")

    def offer(self, edits: list[dict[str, Any]]) -> None:
        Path(f"{self.log}.edits").write_text(json.dumps({"edits": edits}))

    def said(self, method: str) -> list[dict[str, Any]]:
        return [each for each in self.messages() if each.get("method") == method]

    def messages(self) -> list[dict[str, Any]]:
        lines = self.log.read_text().rpartition("\n")[0].splitlines()
        return [json.loads(line)["message"] for line in lines]

    def until_shown(self, count: int = 1) -> None:
        shown = "textDocument/didShowInlineEdit"
        self.editor.until(lambda: len(self.said(shown)) >= count, f"the {count}. next edit")

    def accepted(self) -> list[str]:
        return [each["params"]["arguments"][0] for each in self.said("workspace/executeCommand")]

    def reasons(self) -> list[str]:
        return [each["params"]["reason"] for each in self.said("hearth/didRejectInlineEdit")]

    def answers(self) -> int:
        """So many answers had a next edit in them."""
        results = [each.get("result") for each in self.messages()]
        return len([each for each in results if isinstance(each, dict) and each.get("edits")])

    def new_text(self) -> str:
        self.editor.pump()
        return self.editor.screen.styled("HearthNextNew")

    def cursor(self) -> list[int]:
        row, column = self.editor.nvim.current.window.cursor
        return [row, column]


def test_tab_goes_there_tab_makes_it_and_the_chain_goes_on(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    session = Session(edit, any_neovim, tmp_path, BASKET, [])
    editor = session.editor
    session.offer(CHANGE)
    editor.press(RENAME)
    session.until_shown()
    assert session.new_text() == "amounts"
    editor.press("<Tab>")  # on the line beside it
    editor.until(lambda: editor.lines()[1] == "    return sum(amounts)", "the first edit")
    session.until_shown(2)
    assert editor.shows("total(prices")
    editor.press("<Tab>")
    editor.until(lambda: session.cursor() == [5, 12], "the place")
    assert editor.lines()[4] == "print(total(prices=[1]))"
    editor.press("<Tab>")
    editor.until(lambda: editor.lines()[4] == "print(total(amounts=[1]))", "the second edit")
    editor.until(lambda: session.accepted() == ["next-0", "next-1"], "both acceptances")
    editor.press("u")
    editor.until(lambda: editor.lines()[4] == "print(total(prices=[1]))", "one undo for one edit")
    assert editor.lines()[1] == "    return sum(amounts)"
    editor.press("<C-o>")
    assert session.cursor()[0] != 5, "the jump is in the jump list"


def test_a_far_place_has_a_badge_at_the_cursor_and_a_sign(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    title = {"title": "Rename x5 to y", "left": 2}
    far = [{"range": [50, 0, 50, 8], "text": "y50 = 50", "hearth": title}]
    session = Session(edit, any_neovim, tmp_path, "\n".join(FAR) + "\n", far)
    editor = session.editor
    session.until_shown()
    assert editor.shows("⇥ line 51: Rename x5 to y (2 more)")
    assert session.new_text() == ""
    editor.press("j")
    assert editor.screen.line(1).rstrip().endswith("(2 more)"), "it goes with the cursor"
    editor.press("<Tab>")
    editor.until(lambda: session.cursor() == [51, 0], "the place")
    assert session.new_text() == "y50"
    assert not editor.shows("line 51")
    editor.press("<C-o>")
    assert session.cursor() == [2, 0]
    assert session.reasons() == [], "who looks back has not declined it"
    editor.press("<Tab><Tab>")
    editor.until(lambda: editor.lines()[50] == "y50 = 50", "the edit")


def test_what_is_declined_goes_and_the_key_has_its_old_work_again(
    any_neovim: Path, edit: Edit, tmp_path: Path
) -> None:
    session = Session(edit, any_neovim, tmp_path, BASKET, CHANGE)
    editor = session.editor
    session.until_shown()
    editor.press("<Esc>")
    editor.until(lambda: session.reasons() == ["rejected"], "the rejection")
    assert session.new_text() == ""
    assert not editor.lua("return require('hearth').next_edit()")
    assert editor.lines() == BASKET.splitlines()


def test_an_edit_of_the_users_takes_it_away(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    session = Session(edit, any_neovim, tmp_path, BASKET, CHANGE[:1])
    editor = session.editor
    session.until_shown()
    session.offer([])
    editor.press("Gocount = 1")
    editor.until(lambda: session.reasons() == ["ignored"], "word that it went")
    assert session.new_text() == ""
    editor.press("<Tab>x")
    editor.until(lambda: editor.lines()[-1].strip() != "count = 1", "a tab")
    assert editor.lines()[1] == "    return sum(prices)"


def test_who_goes_elsewhere_is_not_followed(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    session = Session(edit, any_neovim, tmp_path, BASKET + "\n".join(FAR), CHANGE[:1])
    session.until_shown()
    for _ in range(8):
        session.editor.press("5j")
    session.editor.until(lambda: session.reasons() == ["ignored"], "word that it went")


def test_in_insert_mode_a_tab_in_the_indentation_indents(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    session = Session(edit, any_neovim, tmp_path, BASKET, [], before="vim.o.expandtab = true")
    editor = session.editor
    session.offer([{"range": [2, 0, 2, 22], "text": "    return sum(amounts)"}])
    editor.press("o ")
    session.until_shown()
    before = editor.lines()[1]
    editor.press("<Tab>")
    editor.until(lambda: editor.lines()[1].startswith(before + " "), "a deeper line")
    assert editor.lines()[2] == "    return sum(prices)"
    editor.press("pass")
    editor.until(lambda: session.new_text() == "amounts", "it again")
    editor.press("<Tab>")
    editor.until(lambda: editor.lines()[2] == "    return sum(amounts)", "the edit")


def test_ghost_text_comes_first(neovim_012: Path, edit: Edit, tmp_path: Path) -> None:
    settings = {"completion": {"backend": "scripted", "model": "5:hello|"}}
    session = Session(edit, neovim_012, tmp_path, BASKET, CHANGE[1:], settings=settings)
    editor = session.editor
    session.until_shown()
    answers = session.answers()
    editor.press("jA + ")
    editor.until(lambda: editor.ghost() == "hello", "ghost text")
    editor.until(lambda: session.answers() > answers, "a next edit behind it")
    assert session.new_text() == ""
    editor.press("<C-]>")
    editor.until(lambda: session.new_text() == "amounts", "what was held back")
    assert editor.ghost() == ""
    editor.press("<M-]>")
    editor.until(lambda: editor.ghost() == "hello", "ghost text")
    assert session.new_text() == ""
    editor.press("<Tab>")
    editor.until(lambda: editor.lines()[1].endswith(" + hello"), "the accepted ghost text")
    assert editor.lines()[4] == BASKET.splitlines()[4]


def test_new_lines_are_shown_below_the_line_that_they_follow(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    added = [
        {"range": [2, 0, 2, 0], "text": "\n\ndef f():\n    pass\n"},
        {"range": [0, 0, 0, 0], "text": "import os\n"},
        {"range": [6, 0, 9, 0], "text": ""},
    ]
    session = Session(edit, any_neovim, tmp_path, BASKET, added)
    editor = session.editor
    session.until_shown()
    editor.pump()
    assert [editor.screen.line(row).rstrip() for row in range(2, 6)] == ["", "", "def f():", "    pass"]
    editor.press("<Tab><Tab>")
    editor.until(lambda: editor.lines()[2:6] == ["", "", "def f():", "    pass"], "the new lines")
    session.until_shown(2)
    editor.press("<Tab><Tab>")
    editor.until(lambda: editor.lines()[0] == "import os", "the import")
    session.until_shown(3)
    editor.press("<Tab><Tab>")
    editor.until(lambda: len(editor.lines()) == 7, "less lines")


def test_columns_are_those_of_the_server_s_encoding(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    text = 'name = "äöü 😀"\nprint(name)\n'
    session = Session(edit, any_neovim, tmp_path, text, [])
    editor = session.editor
    encoding = editor.lua("return vim.lsp.get_clients()[1].offset_encoding")
    end = {"utf-8": 20, "utf-16": 15, "utf-32": 14}[encoding]
    session.offer([{"range": [0, 0, 0, end], "text": 'name = "äöü 😁"'}])
    editor.press("jix<Esc>")
    session.until_shown()
    assert session.new_text().strip() == "😁"
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ['name = "äöü 😁"', "xprint(name)"], "the edit")


def test_an_edit_of_another_open_file_is_gone_to_there(any_neovim: Path, edit: Edit, tmp_path: Path) -> None:
    session = Session(edit, any_neovim, tmp_path, BASKET, [])
    editor = session.editor
    other = tmp_path / "project" / "shop.py"
    other.write_text("from example import total\nprint(total(prices=[2]))\n")
    editor.press(f":edit {other}<CR>")
    editor.until(lambda: len(session.said("textDocument/didOpen")) == 2, "the other file")
    editor.press(":edit #<CR>")
    session.offer([{"name": "shop.py", "range": [1, 0, 1, 24], "text": "print(total(amounts=[2]))"}])
    editor.press(RENAME)
    session.until_shown()
    assert editor.shows("⇥ shop.py, line 2")
    editor.press("<Tab>")
    editor.until(lambda: editor.lua("return vim.fn.expand('%:t')") == "shop.py", "the other file")
    assert session.new_text() == "amounts"
    editor.press("<Tab>")
    editor.until(lambda: editor.lines()[1] == "print(total(amounts=[2]))", "the edit")
