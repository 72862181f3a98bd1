"""Suggestions among the brackets and quotes that mappings close in a real Neovim, as a plugin for pairs does."""

from pathlib import Path

import pytest

from tests.editors.flows import KINDS, Flow, wrong
from tests.editors.neovim import ARTEFACTS, Edit
from tests.editors.test_neovim import _attached, _writing

PAIRS = r"""
vim.o.shiftwidth, vim.o.expandtab = 4, true
vim.g.python_indent = { open_paren = 'shiftwidth()', closed_paren_align_last_line = false }
vim.cmd([[
  inoremap ( ()<Left>
  inoremap [ []<Left>
  inoremap { {}<Left>
  inoremap <expr> ) Next() == ')' ? '<Right>' : ')'
  inoremap <expr> ] Next() == ']' ? '<Right>' : ']'
  inoremap <expr> } Next() == '}' ? '<Right>' : '}'
  inoremap <expr> " Next() == '"' ? '<Right>' : '""<Left>'
  inoremap <expr> ` Next() == '`' ? '<Right>' : '``<Left>'
  inoremap <expr> <CR> Next() == '}' ? '<CR><Esc>O' : '<CR>'
  function! Next()
    return strpart(getline('.'), col('.') - 1, 1)
  endfunction
]])
"""


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_accepted_fits_what_mappings_have_closed(neovim_012: Path, edit: Edit, kind: str) -> None:
    written = [(flow, play(neovim_012, edit, flow)) for flow in KINDS[kind]]
    assert not (report := wrong(written)), report


def test_where_only_closed_brackets_are_left_of_a_suggestion_nothing_is_shown(
    neovim_012: Path, edit: Edit
) -> None:
    settings = {"completion": {"backend": "scripted", "model": "5:f(g(1))"}}
    editor = _writing(edit(neovim_012, "x = \ny = 1\n", settings=settings, before=PAIRS + COUNT))

    for key in "f(g(":
        editor.press(key)
        editor.until(editor.ghost, f"ghost text behind {key!r}")
    assert editor.screen.line(0) == "x = f(g(1))"
    for key in "1)":
        answered = editor.lua("return _G.answered")
        editor.press(key)
        editor.until(lambda: editor.lua("return _G.answered") > answered, "an answer")  # noqa: B023
        assert editor.ghost() == ""
    assert editor.lines() == ["x = f(g(1))", "y = 1"]


def test_what_was_accepted_and_then_deleted_does_not_come_back(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012, before=COUNT))

    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["x = hello(world)"], "the accepted text")
    for left in ("x = hello(worl", "x = hello(wor", "x = hello(wo"):
        before = editor.lua("return _G.answered")
        editor.press("<BS><BS>" if left.endswith("worl") else "<BS>")
        assert editor.lines() == [left]
        editor.until(lambda: editor.lua("return _G.answered") > before, "an answer")  # noqa: B023
        assert not "x = hello(world)".startswith(left + (editor.ghost() or "?"))


def play(program: Path, edit: Edit, flow: Flow) -> str:
    """What stands in the buffer after the flow, or why it could not be played to its end."""
    settings = {"completion": {"backend": "scripted", "model": f"5:{flow.answer}"}}
    editor = edit(program, flow.text, settings=settings, before=PAIRS, name=flow.name)
    _attached(editor)
    line, column = flow.place
    editor.lua("vim.api.nvim_win_set_cursor(0, { ... })", line + 1, column)
    editor.press("A" if column == len(editor.lines()[line]) else "i")
    try:
        for keys in (flow.keys, *flow.along):
            editor.press(keys.replace("<", "<lt>").replace("\n", "<CR>"))
            editor.until(editor.ghost, f"ghost text behind {keys!r}")
        editor.save(ARTEFACTS / f"neovim-flow-{flow.name.replace('.', '-')}")
        before = editor.lines()
        editor.press("<Tab>")
        editor.until(lambda: editor.lines() != before, "the accepted text")
    except AssertionError as error:
        return str(error)
    return "\n".join(editor.lines()) + "\n"


COUNT = """
_G.answered = 0
vim.api.nvim_create_autocmd('LspRequest', {
  callback = function(event)
    local request = event.data.request
    if request.method == 'textDocument/inlineCompletion' and request.type == 'complete' then
      _G.answered = _G.answered + 1
    end
  end,
})
"""
