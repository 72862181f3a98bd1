local words = require('hearth.words')

local M = {}

--- The lines of the fenced code around the cursor, else of the last one above it.
---@return string[]?
function M.around_cursor()
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  local first, found ---@type integer?, string[]?
  for number, line in ipairs(lines) do
    if first and line:match('^%s*```%s*$') then
      found = vim.list_slice(lines, first + 1, number - 1)
      first = nil
      if number >= row then
        break
      end
    elseif not first and line:match('^%s*```') and (number <= row or not found) then
      first = number
    end
  end
  return found
end

--- Yank it.
function M.yank()
  local found = M.around_cursor()
  if not found then
    return require('hearth.client').complain('there is no code to yank')
  end
  -- where it will be put is not known, so nothing hidden goes with it
  local code = words.without_new(table.concat(found, '\n'), '')
  vim.fn.setreg(vim.v.register, vim.split(code, '\n', { plain = true }), 'l')
  words.say(('%d lines yanked'):format(#found))
end

return M
