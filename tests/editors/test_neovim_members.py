"""What another language server of a real Neovim offers behind a dot guides Hearth's completions."""

from pathlib import Path

import pytest

from tests.editors.neovim import Edit

MAIN = "chest = registry['ä😀']()\nanswer = ('😀', chest)\n"

# A language server inside of Neovim that counts columns in bytes, as none of Hearth's clients does by default.
OTHER = """
_G.kind = 'list'
local function answer(method, params)
  if method == 'initialize' then
    return { capabilities = { positionEncoding = 'utf-8', completionProvider = vim.empty_dict() } }
  elseif method == 'textDocument/completion' then
    _G.asked = params.position
    local items = {
      { label = ' size(int unit)', filterText = 'size', kind = 2, detail = '() -> int' },
      { label = 'seal' },
      { label = 'for', kind = 15, insertText = 'for ${1:x}' },
    }
    return ({ list = items, object = { isIncomplete = true, items = items }, nothing = vim.NIL })[_G.kind]
  end
end
vim.api.nvim_create_autocmd('FileType', { callback = function(event)
  vim.lsp.start({
    name = 'other',
    cmd = function()
      return {
        request = function(method, params, callback)
          if _G.kind == 'error' and method == 'textDocument/completion' then
            vim.schedule(function() callback({ code = -32603, message = 'no' }) end)
          else
            vim.schedule(function() callback(nil, answer(method, params)) end)
          end
          return true, 1
        end,
        notify = function() return true end,
        is_closing = function() return false end,
        terminate = function() end,
      }
    end,
  }, { bufnr = event.buf })
end })
"""
MEMBERS = """
local client = vim.lsp.get_clients({ name = 'hearth' })[1]
local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
local answer = client:request_sync('hearth/inspect', params, 5000, 0)
local members = answer and answer.result and answer.result.members
return members ~= vim.NIL and members and members.names or {}
"""
FOUND = """
local client = vim.lsp.get_clients({ name = 'hearth' })[1]
local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 0, character = 0 } }
_G.found = nil
coroutine.wrap(function() _G.found = require('hearth.members').find(client, params) end)()
vim.wait(5000, function() return _G.found ~= nil end)
return _G.found
"""


def test_the_names_that_another_language_server_offers_are_known_behind_the_dot(
    any_neovim: Path, edit: Edit
) -> None:
    editor = edit(any_neovim, MAIN, before=OTHER)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) == 2"), "both clients")
    editor.press("jA<Left>.")
    editor.until(lambda: set(editor.lua(MEMBERS)) == {"size", "seal"}, "the names")
    assert editor.lua("return _G.asked") == {"line": 1, "character": len("answer = ('😀', chest.".encode())}
    editor.press("se")
    editor.until(lambda: editor.lua(MEMBERS) == ["seal"], "the names that begin so")
    assert editor.lines()[1].endswith("chest.se)")


@pytest.mark.parametrize(
    ("kind", "names", "complete"),
    [
        ("list", ["size", "seal"], True),
        ("object", ["size", "seal"], False),
        ("nothing", [], False),
        ("error", [], False),
    ],
)
def test_a_list_is_complete_where_every_server_says_so(
    any_neovim: Path, edit: Edit, kind: str, names: list[str], complete: bool
) -> None:
    editor = edit(any_neovim, MAIN, before=OTHER)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) == 2"), "both clients")
    editor.lua(f"_G.kind = '{kind}'")
    found = editor.lua(FOUND)
    assert [each["name"].strip() for each in found["names"]] == names
    assert found["complete"] is complete
    if names:
        assert found["names"][0] == {"name": "size", "kind": 2, "detail": "() -> int"}


def test_the_view_of_the_prompt_tells_the_names(any_neovim: Path, edit: Edit) -> None:
    editor = edit(any_neovim, MAIN)
    told = "return table.concat(require('hearth.inspect').lines({{ members = {} }}), ' ')"
    names = "{ names = { 'size', 'seal' }, count = 2, complete = true }"
    assert "Behind the dot, only one of these  - size - seal" in editor.lua(told.format(names))
    assert "rather one of these" in editor.lua(told.format(names.replace("true", "false")))
    assert "Behind" not in editor.lua(told.format("vim.NIL"))
