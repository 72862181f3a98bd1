--- The lines below a conversation in which questions are typed.

local lsp = require('hearth.client')
local view = require('hearth.view')

local M = {}

local BUFFER = 'hearth://ask'
local HEIGHT = 3

---@class hearth.Asking
---@field client vim.lsp.Client
---@field about table the place of `hearth/chat`, empty for none
---@field name string of that place
---@field left_out boolean

---@type hearth.Asking?
local asking = nil
local past = {} ---@type string[] questions, the newest last
local looked_at = 0 -- how far back in them

--- Open the conversation with the cursor below it.
---@param client vim.lsp.Client
---@param about table
---@param name string
function M.open(client, about, name)
  asking = { client = client, about = about, name = name, left_out = false }
  M.show()
end

--- The same for the place of the last question.
function M.show()
  if not asking then
    local client = lsp.current()
    if not client then
      return
    end
    asking = { client = client, about = {}, name = '', left_out = false }
  end
  local transcript = require('hearth.transcript')
  view.show(transcript.find() or transcript.create())
  local above = vim.api.nvim_get_current_win()
  local bufnr = M.buffer()
  local window = vim.fn.bufwinid(bufnr)
  if window == -1 then
    local layout = { split = 'below', win = above, height = HEIGHT }
    window = vim.api.nvim_open_win(bufnr, true, layout)
    vim.wo[window].winfixheight = true
    vim.wo[window].number = false
    vim.wo[window].relativenumber = false
    vim.wo[window].signcolumn = 'no'
    vim.api.nvim_create_autocmd('WinClosed', {
      pattern = tostring(above),
      once = true,
      callback = function()
        vim.schedule(M.close)
      end,
    })
  end
  vim.api.nvim_set_current_win(window)
  M.redraw()
  vim.cmd.startinsert({ bang = true })
end

function M.close()
  local window = vim.fn.bufwinid(M.buffer())
  if window ~= -1 and #vim.api.nvim_tabpage_list_wins(0) > 1 then
    vim.api.nvim_win_close(window, true)
  end
end

--- Say above the line what goes along.
function M.redraw()
  local bufnr = vim.fn.bufnr('^' .. BUFFER .. '$')
  local window = bufnr ~= -1 and vim.fn.bufwinid(bufnr) or -1
  if window == -1 or not asking then
    return
  end
  local names = require('hearth.attachments').names()
  if asking.name ~= '' then
    table.insert(names, 1, asking.left_out and ('(without %s)'):format(asking.name) or asking.name)
  end
  local along = #names > 0 and ' · ' .. table.concat(names, ', ') or ''
  vim.wo[window].winbar = ('Ask (Enter)' .. along):gsub('%%', '%%%%')
end

---@return integer bufnr
function M.buffer()
  local bufnr = vim.fn.bufnr('^' .. BUFFER .. '$')
  if bufnr ~= -1 then
    return bufnr
  end
  bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, BUFFER)
  vim.bo[bufnr].filetype = 'hearth-ask'
  local function map(modes, lhs, call, desc)
    vim.keymap.set(modes, lhs, call, { buffer = bufnr, desc = desc })
  end
  map({ 'n', 'i' }, '<CR>', M.send, 'Ask')
  map('i', '<C-j>', '<CR>', 'A new line')
  map({ 'n', 'i' }, '<C-x>', M.leave_out, 'Leave the file out, or take it along')
  map({ 'n', 'i' }, '<Up>', function()
    M.recall(1)
  end, 'The question before')
  map({ 'n', 'i' }, '<Down>', function()
    M.recall(-1)
  end, 'The question behind')
  map({ 'n', 'i' }, '<C-c>', function()
    require('hearth.chat').stop()
  end, 'Stop the answer')
  map('n', 'q', M.close, 'Close this window')
  return bufnr
end

function M.send()
  local bufnr = M.buffer()
  local question = vim.trim(table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n'))
  if question == '' or not asking then
    return
  end
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, { '' })
  if past[#past] ~= question then
    table.insert(past, question)
  end
  looked_at = 0
  local params = asking.left_out and {} or vim.deepcopy(asking.about)
  params.message = question
  require('hearth.chat').ask(asking.client, question, params)
  M.back()
end

--- The cursor stays where one types.
function M.back()
  local window = vim.fn.bufwinid(M.buffer())
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  end
end

function M.leave_out()
  if asking then
    asking.left_out = not asking.left_out
    M.redraw()
  end
end

---@param step integer 1 for the question before, -1 for the one behind
function M.recall(step)
  looked_at = math.max(0, math.min(#past, looked_at + step))
  local question = looked_at > 0 and past[#past - looked_at + 1] or ''
  local lines = vim.split(question, '\n', { plain = true })
  vim.api.nvim_buf_set_lines(M.buffer(), 0, -1, false, lines)
  vim.api.nvim_win_set_cursor(0, { #lines, #lines[#lines] })
end

return M
