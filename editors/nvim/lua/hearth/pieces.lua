--- What becomes of lines, word by word.

local M = {}

---@class hearth.Piece a part of one line that goes, and what comes in its place
---@field row integer
---@field from integer in bytes, from 0
---@field to integer
---@field text string

--- Each old line beside the new one at its place.
---@param first integer the row of the first one
---@param old string[]
---@param fresh string[]
---@return hearth.Piece[] pieces
---@return string[] rest the new lines that have no old line to stand beside
function M.compare(first, old, fresh)
  local pieces = {} ---@type hearth.Piece[]
  for index, before in ipairs(old) do
    local after = fresh[index]
    if after ~= before then
      local from, to, text = M.within(before, after or '')
      if not after then
        from, to, text = 0, #before, ''
      end
      table.insert(pieces, { row = first + index - 1, from = from, to = to, text = text })
    end
  end
  return pieces, vim.list_slice(fresh, #old + 1)
end

--- The words of a line that change.
---@param before string
---@param after string
---@return integer from
---@return integer to
---@return string text
function M.within(before, after)
  local shorter = math.min(#before, #after)
  local head, tail = 0, 0
  while head < shorter and before:byte(head + 1) == after:byte(head + 1) do
    head = head + 1
  end
  while tail < shorter - head and before:byte(-tail - 1) == after:byte(-tail - 1) do
    tail = tail + 1
  end
  while head > 0 and (M.cuts(before, head) or M.cuts(after, head)) do
    head = head - 1
  end
  while tail > 0 and (M.cuts(before, #before - tail) or M.cuts(after, #after - tail)) do
    tail = tail - 1
  end
  return head, #before - tail, after:sub(head + 1, #after - tail)
end

--- Does a word, or a character of several bytes, go on across that column?
---@param text string
---@param column integer
---@return boolean
function M.cuts(text, column)
  return text:sub(column, column + 1):match('^[%w_\128-\255][%w_\128-\255]') ~= nil
end

return M
