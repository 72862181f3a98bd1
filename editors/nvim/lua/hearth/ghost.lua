--- What Neovim's own ghost text lacks: nothing outdated is shown or accepted, and the server hears
--- what was shown. This file, `accept` and `others` look into `vim.lsp.inline_completion`; where
--- its inside has changed, they fall back to the plain behaviour.

local config = require('hearth.config')

local M = {}

---@class hearth.Shown
---@field item vim.lsp.inline_completion.Item
---@field typed string the part of it that stands before the cursor already
---@field rest string the part that is shown

--- Bytes behind the cursor that an item replaces, measured when it is first shown.
---@type table<vim.lsp.inline_completion.Item, integer>
local tails = setmetatable({}, { __mode = 'k' })

---@return boolean
function M.wanted()
  return config.values.ghost and vim.lsp.inline_completion ~= nil
end

---@param client vim.lsp.Client
---@return boolean
function M.offered(client)
  return M.wanted() and client:supports_method('textDocument/inlineCompletion')
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.enable(client, bufnr)
  vim.lsp.inline_completion.enable(true, { bufnr = bufnr })
  vim.api.nvim_create_autocmd('InsertEnter', {
    group = vim.api.nvim_create_augroup(('hearth.ghost:%d'):format(bufnr), { clear = true }),
    buffer = bufnr,
    callback = function()
      M.refine(bufnr)
    end,
  })
  vim.schedule(function()
    M.refine(bufnr)
    M.ask_if_missing(client.id)
  end)
end

--- Neovim asks once for each key. Whoever types before the server is there, or while it cannot
--- answer, would get nothing until the next key.
---@param client_id integer
function M.ask_if_missing(client_id)
  local bufnr = vim.api.nvim_get_current_buf()
  local completor = M.completor(bufnr)
  local typing = vim.startswith(vim.api.nvim_get_mode().mode, 'i')
  if not (typing and completor and completor.client_state[client_id]) then
    return
  end
  if not M.visible(bufnr) and not M.under_way(client_id, bufnr) then
    completor:automatic_request()
  end
end

--- Is there a request that has not been answered yet?
---@param client_id integer
---@param bufnr integer
---@return boolean
function M.under_way(client_id, bufnr)
  local client = vim.lsp.get_client_by_id(client_id)
  for _, request in pairs(client and client.requests or {}) do
    local ours = request.method == 'textDocument/inlineCompletion' and request.bufnr == bufnr
    if ours and request.type == 'pending' then
      return true
    end
  end
  return false
end

--- Neovim's state of the ghost text in a buffer.
---@param bufnr integer
---@return vim.lsp.inline_completion.Completor?
function M.completor(bufnr)
  local found, capability = pcall(require, 'vim.lsp._capability')
  local prototype = found and capability.all and capability.all.inline_completion
  return prototype and prototype.active and prototype.active[bufnr] or nil
end

---@param bufnr integer
function M.refine(bufnr)
  local completor = M.completor(bufnr)
  if not completor or rawget(completor, 'show') or not (completor.show and completor.handler) then
    return
  end
  local show, handler = completor.show, completor.handler

  -- Neovim takes an answer for text that has changed since; that for the new text is under way
  function completor:handler(err, result, context)
    local now = vim.lsp.util.buf_versions[bufnr]
    if M.ours(context.client_id) and context.version and context.version ~= now then
      return
    end
    handler(self, err, result, context)
    require('hearth.others').arrived(bufnr)
  end

  -- called for each answer and each time the cursor moved
  function completor:show(hint)
    local item = self.current
    local ours = item and M.ours(item.client_id)
    if ours and not M.shown(bufnr) then
      self.current = nil
      return self:hide()
    end
    show(self, hint)
    if ours and not tails[item] then
      tails[item] = M.tail(item)
      require('hearth.accept').shown(self, item)
    end
  end
end

---@param client_id integer
---@return boolean
function M.ours(client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  return client ~= nil and client.name == 'hearth'
end

--- What is shown at the cursor; nil when there is nothing, or when something else was typed.
---@param bufnr integer
---@return hearth.Shown?
function M.shown(bufnr)
  local completor = M.completor(bufnr)
  local item = completor and completor.current
  if not item or type(item.insert_text) ~= 'string' then
    return nil
  end
  local typed = item.range and M.text_before_cursor(bufnr, item.range) or ''
  if not typed or not vim.startswith(item.insert_text, typed) or typed == item.insert_text then
    return nil
  end
  return { item = item, typed = typed, rest = item.insert_text:sub(#typed + 1) }
end

--- Is any ghost text on the screen, whoever it comes from?
---@param bufnr integer
---@return boolean
function M.visible(bufnr)
  local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
  return namespace ~= nil
    and #vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { limit = 1 }) > 0
end

--- Hide the ghost text until the next answer.
---@param bufnr integer
---@return boolean
function M.dismiss(bufnr)
  local completor = M.completor(bufnr)
  local item = completor and completor.current
  if not (completor and item) then
    return false
  end
  completor:abort()
  require('hearth.accept').rejected(item)
  return true
end

---@param bufnr integer
---@param range vim.Range
---@return string? text nil when the cursor stands before the range
function M.text_before_cursor(bufnr, range)
  local row, column = M.cursor()
  local start_row, start_column = range:to_extmark()
  if row < start_row or (row == start_row and column < start_column) then
    return nil
  end
  -- fails where the range begins in text that is gone
  local there, lines =
    pcall(vim.api.nvim_buf_get_text, bufnr, start_row, start_column, row, column, {})
  return there and table.concat(lines, '\n') or nil
end

---@return integer row
---@return integer column in bytes, both from 0
function M.cursor()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  return row - 1, column
end

--- How many bytes behind the cursor `item` replaces.
---@param item vim.lsp.inline_completion.Item
---@return integer
function M.tail(item)
  if tails[item] or not item.range then
    return tails[item] or 0
  end
  local row, column = M.cursor()
  local _, _, end_row, end_column = item.range:to_extmark()
  return end_row == row and math.max(end_column - column, 0) or 0
end

return M
