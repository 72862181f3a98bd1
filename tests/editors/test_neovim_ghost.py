"""How ghost text looks in a real Neovim, and that it is never shown where it would not fit."""

from pathlib import Path

from tests.editors.neovim import Edit, Editor
from tests.editors.test_neovim import _attached, _writing

COUNT_ANSWERS = """
  vim.g.answers = 0
  vim.api.nvim_create_autocmd('LspRequest', { callback = function(event)
    local request = event.data.request
    if request.method == 'textDocument/inlineCompletion' and request.type == 'complete' then
      vim.g.answers = vim.g.answers + 1
    end
  end })
"""


def scripted(model: str) -> dict[str, dict[str, str]]:
    return {"completion": {"backend": "scripted", "model": f"5:{model}"}}


def screen(editor: Editor, lines: int) -> list[str]:
    editor.pump()
    return [editor.screen.line(row) for row in range(lines)]


def test_lines_in_front_of_a_line_are_shown_as_they_will_stand(neovim_012: Path, edit: Edit) -> None:
    text = "def area(w, h):\n    return a  # square\n"
    editor = _writing(edit(neovim_012, text, settings=scripted("a = w * h\n    ")), "jwi")

    expected = ["def area(w, h):", "    a = w * h", "    return a  # square"]
    assert screen(editor, 3) == expected
    assert editor.ghost().strip() == "a = w * h"
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == expected, "the accepted text")


def test_text_behind_a_closing_bracket_that_is_replaced_is_not_covered(neovim_012: Path, edit: Edit) -> None:
    text = "print()  # the end\n"
    editor = _writing(edit(neovim_012, text, settings=scripted("first, second)")), "f)i")

    assert screen(editor, 1) == ["print(first, second)  # the end"]
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["print(first, second)  # the end"], "the accepted text")


def test_tabs_are_as_wide_as_in_the_text(neovim_012: Path, edit: Edit) -> None:
    text = "package a\n\nfunc f(x int) {\n\n}\n"
    settings = scripted("\ty := g(x)\n\tif y {\n\t\th(y)\n\t}")
    editor = _writing(edit(neovim_012, text, settings=settings, before="vim.o.tabstop = 4", name="f.go"), "3jA")

    shown = screen(editor, 8)
    editor.press("<Tab>")
    editor.until(lambda: "\t\th(y)" in editor.lines(), "the accepted text")
    assert screen(editor, 8) == shown


def test_a_document_with_crlf_gets_neither_a_cr_nor_shows_one(neovim_012: Path, edit: Edit) -> None:
    text = "def f(n):\r\n    \r\n\r\nx = 1\r\n"
    settings = scripted("a = n\r\n    return a\r\n")
    editor = _writing(edit(neovim_012, text, settings=settings), "jA")

    assert editor.lua("return vim.bo.fileformat") == "dos"
    assert not editor.shows("^M")
    assert editor.ghost() == "a = n\n    return a"
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["def f(n):", "    a = n", "    return a", "", "x = 1"], "plain lines")
    editor.press("<Esc>:write<CR>")
    file = Path(editor.lua("return vim.api.nvim_buf_get_name(0)"))
    written = b"def f(n):\r\n    a = n\r\n    return a\r\n\r\nx = 1\r\n"
    editor.until(lambda: file.read_bytes() == written, "the file")


def test_an_answer_with_crlf_from_any_server_is_shown_with_plain_line_ends(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012, settings=scripted("hello")))

    editor.lua("""
      local completor = require('hearth.ghost').completor(vim.api.nvim_get_current_buf())
      local client = vim.lsp.get_clients()[1]
      local items = { { insertText = 'one\\r\\ntwo\\rthree' } }
      completor:handler(nil, { items = items }, { client_id = client.id, bufnr = completor.bufnr })
    """)
    assert editor.ghost() == "one\ntwo\nthree"


def test_what_changes_nothing_is_not_shown_and_tab_stays_a_tab(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012, "print(a, )\n", settings=scripted("b)")), "f)i")

    editor.press("b")
    assert editor.ghost() == ""
    editor.press("<Tab>")
    assert editor.lines() == ["print(a, b  )"]


def test_brackets_that_a_mapping_closes_do_not_make_the_suggestion_outdated(neovim_012: Path, edit: Edit) -> None:
    editor = edit(neovim_012, "x = \n", settings=scripted("f(g(1))"), before="vim.cmd('inoremap ( ()<Left>')")
    _writing(editor)

    editor.press("f(")
    editor.until(editor.ghost, "ghost text")
    assert screen(editor, 1) == ["x = f(g(1))"]
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["x = f(g(1))"], "no bracket twice")


def test_the_key_for_alternatives_brings_back_what_was_hidden(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012, settings=scripted("hello")))

    editor.press("<C-]>")
    editor.until(lambda: editor.ghost() == "", "no ghost text")
    editor.press("<M-]>")
    editor.until(lambda: editor.ghost() == "hello", "what was asked for")


def test_on_demand_nothing_comes_before_the_key_and_then_it_is_typed_along(neovim_012: Path, edit: Edit) -> None:
    settings = {"completion": {**scripted("hello")["completion"], "automatic": False}}
    editor = edit(neovim_012, settings=settings, before=COUNT_ANSWERS)
    _attached(editor)
    editor.press("A1 + ")
    editor.until(lambda: editor.lua("return vim.g.answers") > 0, "an answer")
    assert editor.ghost() == ""
    editor.press("<M-]>")
    editor.until(lambda: editor.ghost() == "hello", "what was asked for")
    editor.press("he")
    editor.until(lambda: editor.ghost() == "llo", "its rest")
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["x = 1 + hello"], "the accepted text")
