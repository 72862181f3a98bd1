local config = require('hearth.config')
local ghost = require('hearth.ghost')
local next_ask = require('hearth.next_ask')

local M = {}

--- Give a buffer everything that Hearth shows in it.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  require('hearth.cursor').watch(client, bufnr)
  local has = { ghost = ghost.offered(client), next_edit = next_ask.offered(client) }
  if has.ghost then
    ghost.enable(client, bufnr)
  end
  if has.next_edit then
    require('hearth.next_edit').watch(client, bufnr)
  end
  require('hearth.keys').map(bufnr, config.values.keys, has)
  if not has.ghost and client:supports_method('textDocument/completion') then
    require('hearth.menu').enable(client, bufnr)
  end
end

return M
