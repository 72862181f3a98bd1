local config = require('hearth.config')

local M = {}

local timer = assert(vim.uv.new_timer())
local last = ''

--- Tell the server where the cursor has come to rest, so that it can read ahead.
---@param client vim.lsp.Client
---@param bufnr integer
function M.watch(client, bufnr)
  local group = vim.api.nvim_create_augroup(('hearth.cursor:%d'):format(bufnr), { clear = true })
  vim.api.nvim_create_autocmd({ 'BufEnter', 'CursorMoved', 'CursorMovedI', 'FocusGained' }, {
    group = group,
    buffer = bufnr,
    callback = function()
      if client:is_stopped() then
        return true
      end
      M.rested_soon(client, bufnr)
    end,
  })
  if vim.api.nvim_get_current_buf() == bufnr then
    M.rested_soon(client, bufnr)
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.rested_soon(client, bufnr)
  timer:stop()
  timer:start(config.values.rest_ms, 0, function()
    vim.schedule(function()
      M.rested(client, bufnr)
    end)
  end)
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.rested(client, bufnr)
  if client:is_stopped() or vim.api.nvim_get_current_buf() ~= bufnr then
    return
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local here = vim.inspect({ params, vim.api.nvim_buf_get_changedtick(bufnr) })
  if here == last then
    return
  end
  last = here
  client:notify('textDocument/didFocus', params)
end

return M
