local fit = require('hearth.fit')
local ghost = require('hearth.ghost')
local here = require('hearth.here')

local M = {}

---@class hearth.Origin an item as the server sent it, and how much of it was accepted word by word
---@field item lsp.InlineCompletionItem
---@field accepted integer bytes of its insertText

---@type table<vim.lsp.inline_completion.Item, hearth.Origin>
local origins = setmetatable({}, { __mode = 'k' })

--- An item came on the screen.
---@param completor vim.lsp.inline_completion.Completor
---@param item vim.lsp.inline_completion.Item
function M.shown(completor, item)
  local _, sent = completor:get_item(item._index)
  if sent then
    origins[item] = { item = sent, accepted = 0 }
    M.notify(item, 'textDocument/didShowCompletion', { item = sent })
  end
end

--- The user hid an item; the server does not suggest it again there.
---@param item vim.lsp.inline_completion.Item
function M.rejected(item)
  local origin = origins[item]
  if origin then
    M.notify(item, 'hearth/didRejectCompletion', { item = origin.item })
  end
end

--- Accept what is shown.
---@return boolean accepted false: there was nothing to accept
function M.all()
  if not vim.lsp.inline_completion or not ghost.acceptable(vim.api.nvim_get_current_buf()) then
    return false -- between the key and this, something else may have been typed
  end
  return vim.lsp.inline_completion.get({
    on_accept = function(item)
      M.cover_typed(item)
      return item
    end,
  })
end

---@return boolean accepted
function M.word()
  return M.part(function(text)
    return text:match('^%s*[%w_\128-\255]+') or text:match('^%s*[^%w_%s\128-\255]+')
  end)
end

---@return boolean accepted
function M.line()
  return M.part(function(text)
    return text:match('^\n?[^\n]*')
  end)
end

--- Accept the beginning of what is shown, and go on showing the rest.
---@param pick fun(text: string): string?
---@return boolean accepted
function M.part(pick)
  local bufnr = vim.api.nvim_get_current_buf()
  local shown = ghost.shown(bufnr)
  if not shown then
    return M.all()
  end
  local piece = pick(shown.rest)
  if not piece or piece == shown.rest then
    return M.all()
  end
  M.insert(bufnr, piece)
  M.go_on(bufnr, shown, piece)
  return true
end

--- Insert text at the cursor and put the cursor behind it.
---@param bufnr integer
---@param text string
function M.insert(bufnr, text)
  local row, column = here.cursor()
  local lines = vim.split(text, '\n')
  vim.api.nvim_buf_set_text(bufnr, row, column, row, column, lines)
  local before = #lines == 1 and column or 0
  vim.api.nvim_win_set_cursor(0, { row + #lines, before + #lines[#lines] })
end

--- Make the item begin at the cursor with what is left of it.
---@param bufnr integer
---@param shown hearth.Shown
---@param piece string
function M.go_on(bufnr, shown, piece)
  local item, origin = shown.item, origins[shown.item]
  local accepted = #shown.typed + #piece
  item.insert_text = item.insert_text:sub(accepted + 1)
  item.range = M.range(bufnr, shown.tail)
  local completor = ghost.completor(bufnr)
  if completor then
    completor:show()
  end
  if origin and type(origin.item.insertText) == 'string' then
    origin.accepted = origin.accepted + accepted
    M.notify(item, 'textDocument/didPartiallyAcceptCompletion', {
      item = origin.item,
      acceptedLength = vim.str_utfindex(origin.item.insertText, 'utf-16', origin.accepted),
    })
  end
end

--- Neovim keeps the range of the time of the answer; what was typed of it since belongs into it.
---@param item vim.lsp.inline_completion.Item
function M.cover_typed(item)
  if not item.range or not ghost.ours(item.client_id) then
    return
  end
  local start_row, start_column, end_row = item.range:to_extmark()
  local row, column = here.cursor()
  if end_row <= row and (start_row < row or start_column <= column) then
    local start = { start_row, start_column }
    item.range = M.range(item.range.buf, fit.of(item).tail, start)
  end
end

--- From `start` (the cursor unless told) to `tail` bytes behind the cursor.
---@param bufnr integer
---@param tail integer
---@param start? [integer, integer] row and byte column, from 0
---@return vim.Range
function M.range(bufnr, tail, start)
  local row, column = here.cursor()
  local from = start or { row, column }
  return vim.range(bufnr, from[1], from[2], row, column + tail)
end

---@param item vim.lsp.inline_completion.Item
---@param method string
---@param params table
function M.notify(item, method, params)
  local client = vim.lsp.get_client_by_id(item.client_id)
  if client then
    client:notify(method, params)
  end
end

return M
