"""What another language server of a real Neovim knows reaches Hearth's prompt."""

from pathlib import Path

from tests.editors.neovim import Edit

CLIENT = "# ä😀\nclass Client:\n    def fetch_all(self, url: str) -> bytes:\n        return b''\n"
MAIN = "client = registry['ä😀']()\nanswer = ('😀', client.x)\n"

# A language server inside of Neovim that counts columns in bytes, as none of Hearth's clients does by default.
OTHER = """
local function answer(method, params)
  if method == 'initialize' then
    return { capabilities = { positionEncoding = 'utf-8', typeDefinitionProvider = true } }
  elseif method == 'textDocument/typeDefinition' then
    _G.asked = params.position
    local start = { line = 1, character = 6 }
    local range = { start = start, ['end'] = start }
    local uri = params.textDocument.uri:gsub('example.py', 'http_client.py')
    return { { targetUri = uri, targetRange = range, targetSelectionRange = range } }
  end
end
vim.api.nvim_create_autocmd('FileType', { callback = function(event)
  vim.lsp.start({
    name = 'other',
    cmd = function()
      return {
        request = function(method, params, callback)
          vim.schedule(function() callback(nil, answer(method, params)) end)
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
PROMPT = """
local client = vim.lsp.get_clients({ name = 'hearth' })[1]
local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
local answer = client:request_sync('hearth/inspect', params, 5000, 0)
return answer and answer.result and answer.result.prompt or ''
"""


def test_the_class_that_another_language_server_knows_is_shown_to_the_model(
    any_neovim: Path, edit: Edit, tmp_path: Path
) -> None:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "project" / "http_client.py").write_text(CLIENT)
    editor = edit(any_neovim, MAIN, before=OTHER)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) == 2"), "both clients")
    editor.press("jA<Left><BS>")
    editor.until(lambda: "def fetch_all(self, url: str) -> bytes:" in editor.lua(PROMPT), "the class")
    assert editor.lua("return _G.asked") == {"line": 1, "character": len("answer = ('😀', ".encode())}
    editor.press("ab")
    editor.until(lambda: editor.lines()[1].endswith("client.ab)"), "what is typed")
