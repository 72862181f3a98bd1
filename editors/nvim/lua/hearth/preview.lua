--- The floating window with a rewrite: first as it is written, then as a diff to take or leave.

local M = {}

---@class hearth.Preview
---@field title string
---@field bufnr integer
---@field window integer
---@field accept? fun() what `<CR>` does; nil while the model still writes
---@field leave fun() the window was closed without `<CR>`

---@type hearth.Preview?
local current = nil

--- Open the window, empty. There is one at a time: an older one is left.
---@param title string
---@param leave fun()
---@return hearth.Preview
function M.open(title, leave)
  if current then
    M.close(current)
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].filetype = 'markdown'
  ---@type hearth.Preview
  local preview = { title = title, bufnr = bufnr, window = -1, leave = leave }
  preview.window = vim.api.nvim_open_win(bufnr, true, M.layout(preview))
  vim.wo[preview.window].wrap = false
  M.map(preview)
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    once = true,
    callback = function()
      M.closed(preview)
    end,
  })
  current = preview
  return preview
end

--- `hearth/preview`: a piece of what the model writes.
---@param params { kind: 'begin'|'text'|'end', text?: string }
function M.on_piece(params)
  local preview = current
  if not preview or preview.accept then
    return
  end
  if params.kind == 'text' then
    require('hearth.view').append(preview.bufnr, params.text)
    M.resize(preview)
  end
end

--- The model is done: show what would change, and wait for the user.
---@param preview hearth.Preview
---@param lines string[]
---@param accept fun()
function M.offer(preview, lines, accept)
  if preview ~= current then
    return
  end
  preview.accept = accept
  vim.api.nvim_buf_set_lines(preview.bufnr, 0, -1, false, lines)
  vim.bo[preview.bufnr].filetype = 'diff'
  vim.bo[preview.bufnr].modifiable = false
  vim.api.nvim_win_set_cursor(preview.window, { 1, 0 })
  M.resize(preview)
end

--- Close the window, whoever asked for it.
---@param preview hearth.Preview
function M.close(preview)
  if vim.api.nvim_win_is_valid(preview.window) then
    vim.api.nvim_win_close(preview.window, true)
  end
end

---@param preview hearth.Preview
function M.closed(preview)
  if current == preview then
    current = nil
    preview.leave()
  end
end

---@param preview hearth.Preview
function M.map(preview)
  local function map(lhs, call, desc)
    vim.keymap.set('n', lhs, call, { buffer = preview.bufnr, nowait = true, desc = desc })
  end
  local function discard()
    M.close(preview)
  end
  map('q', discard, 'Discard the change')
  map('<Esc>', discard, 'Discard the change')
  map('<C-c>', discard, 'Discard the change')
  map('<CR>', function()
    local accept = preview.accept
    if accept then
      current = nil -- it is not left
      M.close(preview)
      accept()
    end
  end, 'Apply the change')
end

---@param preview hearth.Preview
function M.resize(preview)
  if vim.api.nvim_win_is_valid(preview.window) then
    vim.api.nvim_win_set_config(preview.window, M.layout(preview))
  end
end

--- Wide enough for what is shown, in the middle of the screen.
---@param preview hearth.Preview
---@return vim.api.keyset.win_config
function M.layout(preview)
  local footer = preview.accept and ' <CR> apply   q discard ' or ' writing …   q cancel '
  local width = math.max(#preview.title + 2, #footer, 60)
  local lines = vim.api.nvim_buf_get_lines(preview.bufnr, 0, -1, false)
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  width = math.min(width, vim.o.columns - 4)
  local height = math.min(math.max(#lines, 3), math.floor(vim.o.lines * 0.7))
  return {
    relative = 'editor',
    width = width,
    height = height,
    row = math.floor((vim.o.lines - height) / 2) - 1,
    col = math.floor((vim.o.columns - width) / 2),
    style = 'minimal',
    border = 'rounded',
    title = (' %s '):format(preview.title),
    footer = footer,
  }
end

return M
