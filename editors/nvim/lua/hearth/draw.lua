--- Ghost text that looks as the text will be: what stands right of the cursor goes behind it.

local here = require('hearth.here')

local M = {}

---@alias hearth.Chunk [string, string?] text and its highlight group

--- Draw a suggestion at the cursor.
---@param bufnr integer
---@param namespace integer
---@param shown hearth.Shown
---@param hint? string what is told beside it
function M.draw(bufnr, namespace, shown, hint)
  local row, column = here.cursor()
  local lines = vim.split(shown.rest, '\n', { plain = true })
  local note = hint and { { hint, 'ComplHintMore' } } or {} ---@type hearth.Chunk[]
  ---@param at integer
  ---@param position 'inline'|'overlay'
  ---@param chunks hearth.Chunk[]
  ---@param below? hearth.Chunk[][]
  local function mark(at, position, chunks, below)
    vim.api.nvim_buf_set_extmark(bufnr, namespace, row, at, {
      virt_text = chunks,
      virt_text_pos = position,
      virt_lines = below,
      -- in front of other text or over it, that text's colours would be its own
      hl_mode = shown.right == '' and 'combine' or 'replace',
    })
  end
  local behind = shown.right:sub(shown.tail + 1)
  local pieces = #lines == 1 and M.between(lines[1], shown.right:sub(1, shown.tail))
  if pieces then
    for index, piece in ipairs(pieces) do
      local chunks = { { piece, 'ComplHint' } } ---@type hearth.Chunk[]
      if index == #pieces and hint then
        table.insert(chunks, note[1])
      end
      if piece ~= '' or #chunks > 1 then
        mark(column + index - 1, 'inline', chunks)
      end
    end
    return
  end
  local last = M.expanded(lines[#lines], 0)
  local below = {} ---@type hearth.Chunk[][]
  for index = 2, #lines - 1 do
    table.insert(below, { { M.expanded(lines[index], 0), 'ComplHint' } })
  end
  local first = { { M.expanded(lines[1], M.width(column)), 'ComplHint' } } ---@type hearth.Chunk[]
  local ending = #lines == 1 and first or { { last, 'ComplHint' } }
  vim.list_extend(ending, { { behind } })
  vim.list_extend(ending, note)
  if #lines > 1 then
    table.insert(below, ending)
  end
  table.insert(first, { (' '):rep(vim.fn.strdisplaywidth(shown.right, M.width(column))) })
  mark(column, shown.right == '' and 'inline' or 'overlay', first, below)
end

--- The pieces of a line between the characters that are there already, in this order; nil when it
--- has not all of them.
---@param line string
---@param there string
---@return string[]?
function M.between(line, there)
  if there:find('[\128-\255]') then
    return nil -- bytes of it may be those of another character
  end
  local pieces, stop = {}, #line ---@type string[], integer
  for index = #there, 1, -1 do
    local at = stop
    while at > 0 and line:byte(at) ~= there:byte(index) do
      at = at - 1
    end
    if at == 0 then
      return nil
    end
    table.insert(pieces, 1, line:sub(at + 1, stop))
    stop = at - 1
  end
  table.insert(pieces, 1, line:sub(1, stop))
  return pieces
end

--- The cells that the cursor's line takes up to a column.
---@param column integer
---@return integer
function M.width(column)
  return vim.fn.strdisplaywidth(vim.api.nvim_get_current_line():sub(1, column))
end

--- Virtual text knows no tabs: the same with blanks.
---@param text string
---@param cell integer where it begins
---@return string
function M.expanded(text, cell)
  local wide = '' ---@type string
  for before, tab in text:gmatch('([^\t]*)(\t?)') do
    wide = wide .. before
    if tab ~= '' then
      local at = cell + vim.fn.strdisplaywidth(wide)
      wide = wide .. (' '):rep(vim.bo.tabstop - at % vim.bo.tabstop)
    end
  end
  return wide
end

return M
