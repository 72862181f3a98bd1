local M = {}

--- Show lines in a split of their own; one window for each name.
---@param name string
---@param lines string[]
---@param filetype string
---@return integer bufnr
function M.open(name, lines, filetype)
  local bufnr = vim.fn.bufnr('^' .. vim.fn.escape(name, '[]*?') .. '$')
  if bufnr == -1 then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, name)
    vim.bo[bufnr].filetype = filetype
    vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, desc = 'Close this window' })
  end
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  M.show(bufnr)
  return bufnr
end

---@param bufnr integer
function M.show(bufnr)
  local window = vim.fn.bufwinid(bufnr)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
    return
  end
  window =
    vim.api.nvim_open_win(bufnr, true, { split = vim.o.columns >= 120 and 'right' or 'below' })
  vim.wo[window].wrap = true
  vim.wo[window].linebreak = true
end

--- Add text at the end; a window whose cursor is on the last line follows it.
---@param bufnr integer
---@param text string
function M.append(bufnr, text)
  if not vim.api.nvim_buf_is_valid(bufnr) then
    return
  end
  local last = vim.api.nvim_buf_line_count(bufnr)
  local line = vim.api.nvim_buf_get_lines(bufnr, last - 1, last, false)[1]
  local at_end = {} ---@type integer[]
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    if vim.api.nvim_win_get_cursor(window)[1] == last then
      table.insert(at_end, window)
    end
  end
  local lines = vim.split(text:gsub('\r', ''), '\n', { plain = true })
  vim.api.nvim_buf_set_text(bufnr, last - 1, #line, last - 1, #line, lines)
  for _, window in ipairs(at_end) do
    vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(bufnr), 0 })
  end
end

return M
