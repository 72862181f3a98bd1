--- Where a next edit belongs in its buffer. Its range is of whole lines.

local pieces = require('hearth.pieces')

local M = {}

---@class hearth.InlineEdit as the server sends it
---@field text string
---@field range lsp.Range
---@field textDocument { uri: string, version: integer }
---@field command lsp.Command
---@field hearth? { title: string, left: integer }

---@class hearth.Change
---@field pieces hearth.Piece[]
---@field rest string[] new lines that have no old line to stand beside
---@field count integer of the new lines
---@field first integer row of the first line that changes
---@field last integer row of the last one; `first - 1` when lines are only added
---@field spot [integer, integer] where the cursor goes, and the lines begin to differ: row, byte

--- What the edit does to the buffer, which still has the text that it was made for.
---@param bufnr integer
---@param edit hearth.InlineEdit
---@return hearth.Change
function M.change(bufnr, edit)
  local start, stop = edit.range.start, edit.range['end']
  local first, last = start.line, stop.line
  if stop.character == 0 then
    last = last - 1
  end
  local adds = vim.deep_equal(start, stop)
  if adds then
    first = start.character == 0 and start.line or start.line + 1 -- else behind the last line
    last = first - 1
  end
  local old = vim.api.nvim_buf_get_lines(bufnr, first, last + 1, false)
  local fresh = M.new_lines(edit.text, adds)
  local changed, rest = pieces.compare(first, old, fresh)
  local spot = { math.max(last, 0), 0 }
  if changed[1] then
    spot = { changed[1].row, changed[1].from }
  elseif last >= 0 then
    spot[2] = #(vim.api.nvim_buf_get_lines(bufnr, last, last + 1, false)[1] or '')
  end
  ---@type hearth.Change
  return {
    pieces = changed,
    rest = rest,
    count = #fresh,
    first = first,
    last = last,
    spot = spot,
  }
end

--- The lines of its text. Behind a last line without an end, it begins with one.
---@param text string
---@param adds boolean
---@return string[]
function M.new_lines(text, adds)
  text = text:gsub('\r\n?', '\n')
  if adds and text:sub(-1) ~= '\n' then
    text = text:gsub('^\n', '')
  end
  if text == '' then
    return {}
  end
  return vim.split((text:gsub('\n$', '')), '\n', { plain = true })
end

--- Is that row one of the edit's, or beside them?
---@param change hearth.Change
---@param row integer
---@return boolean
function M.is_at(change, row)
  return row >= change.first - 1 and row <= math.max(change.last, change.first) + 1
end

--- For a badge: where it is, and what it is.
---@param edit hearth.InlineEdit
---@param bufnr integer
---@param change hearth.Change
---@return string
function M.told(edit, bufnr, change)
  local quoted = require('hearth.words').quoted
  local is_here = bufnr == vim.api.nvim_get_current_buf()
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ':t')
  local about = edit.hearth or { title = '', left = 0 }
  return ('%sline %d%s%s'):format(
    is_here and '' or quoted(name) .. ', ',
    change.first + 1,
    about.title == '' and '' or ': ' .. vim.fn.strcharpart(quoted(about.title), 0, 100),
    about.left > 0 and (' (%d more)'):format(about.left) or ''
  )
end

return M
