--- The text around the cursor, which is in the current buffer.

local M = {}

---@return integer row
---@return integer column in bytes, both from 0
function M.cursor()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  return row - 1, column
end

--- What stands right of the cursor on its line.
---@return string
function M.right()
  local _, column = M.cursor()
  return vim.api.nvim_get_current_line():sub(column + 1)
end

--- The text from the beginning of a range up to the cursor.
---@param bufnr integer
---@param range vim.Range
---@return string? text nil when the cursor stands before the range
function M.since(bufnr, range)
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

return M
