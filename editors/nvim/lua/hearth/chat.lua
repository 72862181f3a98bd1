local server = require('hearth.server')
local view = require('hearth.view')

local M = {}

local BUFFER = 'hearth://chat'

---@class hearth.Answer the answer that is being written
---@field client vim.lsp.Client
---@field token string
---@field bufnr integer
---@field id? integer
---@field streamed boolean
---@field thinking boolean

---@class hearth.ChatResult
---@field conversation string
---@field text string
---@field reason string 'error', 'limit', 'stopped' or whatever else ended it
---@field message? string for the user, with reason 'error'
---@field used? { path: string, range?: lsp.Range, why: string }[]

---@type hearth.Answer?
local current = nil
local count = 0
---@type string? the server's name for what was said so far
local conversation = nil

--- Ask the server, and stream its answer into the chat window.
---@param client vim.lsp.Client
---@param title string how the question is shown
---@param params table of `hearth/chat`
function M.ask(client, title, params)
  M.stop()
  count = count + 1
  local bufnr = M.open()
  view.append(bufnr, ('%s## %s\n\n'):format(M.is_empty(bufnr) and '' or '\n\n', title))
  local answer = {
    client = client,
    token = ('hearth-chat-%d'):format(count),
    bufnr = bufnr,
    streamed = false,
    thinking = false,
  }
  current = answer
  params.partialResultToken = answer.token
  params.conversation = conversation
  answer.id = server.request(client, 'hearth/chat', params, function(result)
    M.finish(answer, result)
  end, function()
    M.forget(answer)
    view.append(bufnr, answer.streamed and '\n\n*stopped*' or '*no answer*')
  end)
end

--- The next question begins a new conversation, in an empty window.
function M.new()
  M.stop()
  conversation = nil
  local bufnr = vim.fn.bufnr('^' .. BUFFER .. '$')
  if bufnr ~= -1 then
    vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, {})
  end
end

--- Is this a piece of the answer that is being written? Then show it.
---@param params lsp.ProgressParams
---@return boolean
function M.on_progress(params)
  if type(params.token) ~= 'string' or not vim.startswith(params.token, 'hearth-chat-') then
    return false
  end
  local answer = current
  if not answer or params.token ~= answer.token then
    return true
  end
  if params.value.kind == 'thinking' then
    if not answer.thinking then
      answer.thinking = true
      view.append(answer.bufnr, '*thinking …*\n\n')
    end
    return true
  end
  answer.streamed = true
  view.append(answer.bufnr, params.value.text)
  return true
end

---@param answer hearth.Answer
---@param result hearth.ChatResult
function M.finish(answer, result)
  M.forget(answer)
  conversation = result.conversation ~= '' and result.conversation or conversation
  if not answer.streamed then
    view.append(answer.bufnr, result.text)
  end
  if result.reason == 'error' then
    view.append(answer.bufnr, ('**%s**'):format(result.message))
  elseif result.reason == 'limit' then
    view.append(answer.bufnr, '\n\n*cut off here: the answer was too long*')
  end
  view.append(answer.bufnr, M.sources(result.used or {}))
end

---@param answer hearth.Answer
function M.forget(answer)
  if current == answer then
    current = nil
  end
end

--- What the model was shown, as Markdown.
---@param used { path: string, range?: lsp.Range, why: string }[]
---@return string
function M.sources(used)
  local lines = {} ---@type string[]
  for _, source in ipairs(used) do
    local range = source.range
    local place = range and (':%d-%d'):format(range.start.line + 1, range['end'].line) or ''
    table.insert(lines, ('- `%s%s`: %s'):format(source.path, place, source.why))
  end
  return #lines == 0 and '' or '\n\nShown to the model:\n\n' .. table.concat(lines, '\n')
end

--- Stop the answer that is being written.
function M.stop()
  if current and current.id then
    current.client:cancel_request(current.id)
  end
end

---@return integer bufnr
function M.open()
  local bufnr = vim.fn.bufnr('^' .. BUFFER .. '$')
  if bufnr ~= -1 then
    view.show(bufnr)
    return bufnr
  end
  bufnr = view.open(BUFFER, {}, 'markdown')
  vim.keymap.set('n', '<C-c>', M.stop, { buffer = bufnr, desc = 'Stop the answer' })
  vim.keymap.set('n', 'gy', M.yank_code, { buffer = bufnr, desc = 'Yank the code at the cursor' })
  return bufnr
end

--- Yank the fenced code around the cursor, else the last one above it.
function M.yank_code()
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
  if not found then
    return server.complain('there is no code to yank')
  end
  vim.fn.setreg(vim.v.register, found, 'l')
  vim.notify(('hearth: %d lines yanked'):format(#found))
end

---@param bufnr integer
---@return boolean
function M.is_empty(bufnr)
  return vim.api.nvim_buf_line_count(bufnr) == 1
    and vim.api.nvim_buf_get_lines(bufnr, 0, 1, false)[1] == ''
end

return M
