--- Whether a suggestion still fits what stands around the cursor, and what makes it fit a buffer.

local here = require('hearth.here')

local M = {}

---@class hearth.Fit what an item was made for, as it is when the item comes
---@field right string what stands right of the cursor
---@field tail integer how many bytes of that it replaces

---@type table<vim.lsp.inline_completion.Item, hearth.Fit>
local fits = setmetatable({}, { __mode = 'k' })

--- The part of an item that stands before the cursor; nil when something else stands there.
---@param bufnr integer
---@param item vim.lsp.inline_completion.Item
---@return string?
function M.typed(bufnr, item)
  if type(item.insert_text) ~= 'string' or vim.api.nvim_get_current_buf() ~= bufnr then
    return nil
  end
  local typed = item.range and here.since(bufnr, item.range) or ''
  local is_part = typed and #typed < #item.insert_text and vim.startswith(item.insert_text, typed)
  return is_part and typed or nil
end

--- What an item was made for: measured when it is first looked at.
---@param item vim.lsp.inline_completion.Item
---@return hearth.Fit
function M.of(item)
  if not fits[item] then
    local row, column = here.cursor()
    local tail = 0
    if item.range then
      local _, _, end_row, end_column = item.range:to_extmark()
      tail = end_row == row and math.max(end_column - column, 0) or 0
    end
    fits[item] = { right = here.right(), tail = tail }
  end
  return fits[item]
end

--- A buffer's lines have no ends of their own; Neovim would show and insert a CR.
---@param result? lsp.InlineCompletionList|lsp.InlineCompletionItem[]
---@return lsp.InlineCompletionList|lsp.InlineCompletionItem[]|nil
function M.with_plain_line_ends(result)
  for _, item in ipairs(result and (result.items or result) or {}) do
    if type(item.insertText) == 'string' then
      item.insertText = item.insertText:gsub('\r\n?', '\n')
    end
  end
  return result
end

return M
