local config = require('hearth.config')
local ghost = require('hearth.ghost')

local M = {}

--- Give a buffer everything that Hearth shows in it.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  require('hearth.cursor').watch(client, bufnr)
  if ghost.offered(client) then
    ghost.enable(client, bufnr)
    require('hearth.keys').map(bufnr, config.values.keys)
    return
  end
  if client:supports_method('textDocument/completion') then
    vim.lsp.completion.enable(true, client.id, bufnr, {
      autotrigger = config.values.menu_autotrigger,
    })
  end
end

return M
