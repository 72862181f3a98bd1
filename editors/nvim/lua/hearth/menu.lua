--- Suggestions in Neovim's own completion menu, where there is no ghost text.
---
--- Of what an entry inserts Neovim 0.11 takes what stands before the first blank, and 0.12 the
--- first line. So an entry's word is its first line here, and the rest comes when it is taken.

local M = {}

---@class hearth.Entry
---@field text string all of it
---@field tail integer how many bytes right of the cursor it replaces

local offered = {} ---@type table<integer, hearth.Entry?> the last one, by buffer

--- Have the menu open for one entry too, as a suggestion mostly is: without a menu it would be
--- inserted unasked.
---@param bufnr integer
local function open_for_one(bufnr)
  local options = vim.opt.completeopt:get()
  if not vim.tbl_contains(options, 'menuone') then
    table.insert(options, 'menuone')
    vim.bo[bufnr].completeopt = table.concat(options, ',')
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
---@param item lsp.CompletionItem
---@return table
local function convert(client, bufnr, item)
  local edit = item.textEdit
  if not edit or not edit.range then
    return {}
  end
  local column = vim.api.nvim_win_get_cursor(0)[2]
  local line = vim.api.nvim_get_current_line()
  local last = vim.str_byteindex(line, client.offset_encoding, edit.range['end'].character, false)
  offered[bufnr] = { text = edit.newText, tail = math.max(0, last - column) }
  return { word = edit.newText:match('^[^\r\n]*') }
end

--- Add what the suggestion has behind its first line, which stands there now.
---@param client vim.lsp.Client
---@param bufnr integer
local function finish(client, bufnr)
  local taken = vim.tbl_get(vim.v.completed_item, 'user_data', 'nvim', 'lsp')
  local entry, word = offered[bufnr], vim.v.completed_item.word
  if not (entry and taken and taken.client_id == client.id and vim.v.event.reason == 'accept') then
    return
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local start = column - #word
  local line = vim.api.nvim_get_current_line()
  if line:sub(start + 1, column) ~= word or not vim.startswith(entry.text, word) then
    return
  end
  local lines = vim.split(entry.text:sub(#word + 1), '\r?\n')
  local stop = math.min(#line, column + entry.tail)
  if #lines == 1 and stop == column then
    return -- nothing is missing, and an edit without a change would look like typing
  end
  vim.api.nvim_buf_set_text(bufnr, row - 1, column, row - 1, stop, lines)
  local before = #lines == 1 and column or 0
  vim.api.nvim_win_set_cursor(0, { row + #lines - 1, before + #lines[#lines] })
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.enable(client, bufnr)
  open_for_one(bufnr)
  vim.lsp.completion.enable(true, client.id, bufnr, {
    autotrigger = require('hearth.config').values.menu_autotrigger,
    convert = function(item)
      return convert(client, bufnr, item)
    end,
  })
  local group = vim.api.nvim_create_augroup(('hearth.menu.%d'):format(bufnr), {})
  vim.api.nvim_create_autocmd('CompleteDone', {
    group = group,
    buffer = bufnr,
    callback = function()
      finish(client, bufnr)
    end,
  })
end

return M
