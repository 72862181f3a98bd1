"""Ghost text of which a part was shown grows in a real Neovim, with no key between, and without flicker."""

from itertools import pairwise
from pathlib import Path

from tests.editors.neovim import Edit, Editor

SCRIPT = "600:total = a\n|    total += b\n|    return total\n|"
SETTINGS = {"completion": {"backend": "scripted", "model": SCRIPT, "deadline_ms": 1}}
PART, WHOLE = "total = a", "total = a\n    total += b\n    return total"
# Every 20 ms the ghost text, as long as it is another one than before.
WATCH = """
  ghosts = {}
  watching = vim.uv.new_timer() -- what nobody holds is collected
  watching:start(0, 20, vim.schedule_wrap(function()
    local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
    local marks = vim.api.nvim_buf_get_extmarks(0, namespace or -1, 0, -1, { details = true })
    local lines = {}
    for _, mark in ipairs(namespace and marks or {}) do
      for _, line in ipairs({ mark[4].virt_text, unpack(mark[4].virt_lines or {}) }) do
        table.insert(lines, table.concat(vim.tbl_map(function(chunk) return chunk[1] end, line)))
      end
    end
    local text = vim.trim(table.concat(lines, '\\n'))
    if text ~= (ghosts[#ghosts] or '') then
      table.insert(ghosts, text)
    end
  end))
"""


def writing(edit: Edit, neovim: Path) -> Editor:
    """At the place where a function's body begins."""
    editor = edit(neovim, "def f(a, b):\n    \n", settings=SETTINGS)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
    editor.until(lambda: editor.lua("return vim.lsp.get_clients()[1].initialized"), "the initialisation")
    editor.lua(WATCH)
    editor.press("jA")
    return editor


def test_a_part_grows_to_the_whole_in_place_and_tab_accepts_it(neovim_012: Path, edit: Edit) -> None:
    editor = writing(edit, neovim_012)
    editor.until(lambda: editor.ghost() == PART, "the part")
    editor.until(lambda: editor.lua("return ghosts")[-1:] == [WHOLE], "the whole")
    seen = editor.lua("return ghosts")
    assert seen[0] == PART
    assert all(after.startswith(before) for before, after in pairwise(seen)), seen
    assert editor.ghost() == WHOLE
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["def f(a, b):", *f"    {WHOLE}".split("\n")], "the accepted text")


def test_what_was_dismissed_does_not_grow(neovim_012: Path, edit: Edit) -> None:
    editor = writing(edit, neovim_012)
    editor.lua("client = vim.lsp.get_clients()[1]")
    editor.until(lambda: editor.lua("return ghosts")[-1:] == [PART], "the part")
    editor.press("<C-]>")
    assert editor.ghost() == ""
    editor.lua("""
      local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
      params.textDocument.version = vim.lsp.util.buf_versions[vim.fn.bufnr()]
      require('hearth.growth').show(client.id, params)  -- one that was on its way
      asked = false
      for _, request in pairs(client.requests) do
        asked = asked or request.method == 'textDocument/inlineCompletion'
      end
    """)
    assert not editor.lua("return asked")
    editor.until(lambda: editor.lua("return ghosts")[-1:] == [""], "a look at nothing")


def test_what_is_told_of_another_place_asks_for_nothing(neovim_012: Path, edit: Edit) -> None:
    editor = writing(edit, neovim_012)
    editor.until(lambda: editor.ghost() == WHOLE, "the whole")
    editor.lua("""
      local client, bufnr, asked = vim.lsp.get_clients()[1], vim.fn.bufnr(), 0
      client.request = function() asked = asked + 1 return true, 1 end
      local function told(change)
        local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
        params.textDocument.version = vim.lsp.util.buf_versions[bufnr]
        change(params)
        require('hearth.growth').show(client.id, params)
      end
      told(function(params) params.position.character = 0 end)
      told(function(params) params.textDocument.version = params.textDocument.version - 1 end)
      told(function(params) params.textDocument.uri = 'file:///other.py' end)
      elsewhere = asked
      told(function() end)
      here = asked
    """)
    assert editor.lua("return { elsewhere, here }") == [0, 1]
