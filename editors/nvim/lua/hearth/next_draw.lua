--- How a next edit looks: the change at its place, and where that is out of sight a badge at the
--- cursor and a sign at the place.

local M = {}

local NAMESPACE = vim.api.nvim_create_namespace('hearth.next_edit')
local KEY = '⇥'

local GROUPS = {
  HearthNextOld = { link = 'DiffDelete' },
  HearthNextGone = { strikethrough = true },
  HearthNextNew = { link = 'DiffAdd' },
  HearthNextBadge = { link = 'LspInlayHint' },
  HearthNextSign = { link = 'Added' },
}

--- The buffers that something is drawn in.
---@type table<integer, true>
local drawn = {}

function M.clear()
  for bufnr in pairs(drawn) do
    if vim.api.nvim_buf_is_valid(bufnr) then
      vim.api.nvim_buf_clear_namespace(bufnr, NAMESPACE, 0, -1)
    end
  end
  drawn = {}
end

--- Draw it for the current window.
---@param bufnr integer
---@param change hearth.Change
---@param told string what a badge says of it
function M.draw(bufnr, change, told)
  M.clear()
  for name, look in pairs(GROUPS) do
    vim.api.nvim_set_hl(0, name, vim.tbl_extend('error', { default = true }, look))
  end
  local here = vim.api.nvim_get_current_buf()
  local row = change.spot[1]
  local in_sight = bufnr == here and row >= vim.fn.line('w0') - 1 and row < vim.fn.line('w$')
  M.pieces(bufnr, change.pieces)
  M.added(bufnr, change)
  if in_sight then
    local last = math.min(math.max(change.last, row), vim.api.nvim_buf_line_count(bufnr) - 1)
    M.behind(bufnr, last, KEY)
    return
  end
  M.mark(bufnr, row, 0, { sign_text = KEY, sign_hl_group = 'HearthNextSign' })
  M.behind(here, vim.api.nvim_win_get_cursor(0)[1] - 1, ('%s %s'):format(KEY, told))
end

---@param bufnr integer
---@param pieces hearth.Piece[]
function M.pieces(bufnr, pieces)
  local expanded = require('hearth.draw').expanded
  for _, piece in ipairs(pieces) do
    M.mark(bufnr, piece.row, piece.from, {
      end_col = piece.to,
      hl_group = { 'HearthNextOld', 'HearthNextGone' },
    })
    if piece.text ~= '' then
      local line = vim.api.nvim_buf_get_lines(bufnr, piece.row, piece.row + 1, false)[1] or ''
      local cell = vim.fn.strdisplaywidth(line:sub(1, piece.to))
      M.mark(bufnr, piece.row, piece.to, {
        virt_text = { { expanded(piece.text, cell), 'HearthNextNew' } },
        virt_text_pos = 'inline',
      })
    end
  end
end

--- The new lines that have no old line beside them: below the last of these.
---@param bufnr integer
---@param change hearth.Change
function M.added(bufnr, change)
  if #change.rest == 0 then
    return
  end
  local expanded = require('hearth.draw').expanded
  local lines = {} ---@type hearth.Chunk[][]
  for _, line in ipairs(change.rest) do
    table.insert(lines, { { line == '' and ' ' or expanded(line, 0), 'HearthNextNew' } })
  end
  local above = change.last < 0
  M.mark(bufnr, math.max(change.last, 0), 0, { virt_lines = lines, virt_lines_above = above })
end

---@param bufnr integer
---@param row integer
---@param text string
function M.behind(bufnr, row, text)
  M.mark(bufnr, row, 0, {
    virt_text = { { ' ' }, { (' %s '):format(text), 'HearthNextBadge' } },
    virt_text_pos = 'eol',
  })
end

---@param bufnr integer
---@param row integer
---@param column integer
---@param options vim.api.keyset.set_extmark
function M.mark(bufnr, row, column, options)
  drawn[bufnr] = true
  vim.api.nvim_buf_set_extmark(bufnr, NAMESPACE, row, column, options)
end

return M
