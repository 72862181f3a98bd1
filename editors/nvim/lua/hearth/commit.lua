--- `:Hearth commit`: a message for what is staged, in the buffer of `git commit` or in a split.

local lsp = require('hearth.client')
local words = require('hearth.words')

local M = {}

---@class hearth.Message the message that is being written
---@field client vim.lsp.Client
---@field token string
---@field bufnr integer
---@field before string[] what stood there, without git's comments
---@field shown string[] what stands there now
---@field request? integer

---@type hearth.Message?
local current = nil
local count = 0

---@param client vim.lsp.Client
function M.write(client)
  M.stop()
  local asked_in = vim.api.nvim_get_current_buf()
  local file = vim.api.nvim_buf_get_name(asked_in)
  local is_commit = vim.bo[asked_in].filetype == 'gitcommit'
  -- git's own file lies in its folder; it starts the editor in the repository
  local has_place = not is_commit and vim.bo[asked_in].buftype == '' and file ~= ''
  local bufnr = is_commit and asked_in
    or require('hearth.view').open('hearth://commit', { '' }, 'gitcommit')
  count = count + 1
  local before = M.message(bufnr)
  local message = {
    client = client,
    token = ('hearth-commit-%d'):format(count),
    bufnr = bufnr,
    before = before,
    shown = before,
  }
  current = message
  message.request = lsp.request(client, 'hearth/commitMessage', {
    uri = vim.uri_from_fname(has_place and file or vim.fn.getcwd()),
    partialResultToken = message.token,
  }, function(result)
    M.finish(message, result)
  end, function()
    M.finish(message, nil)
  end, asked_in)
end

--- Stop the message that is being written, and put back what stood there.
function M.stop()
  local message = current
  if message then
    message.client:cancel_request(message.request)
    M.finish(message, nil)
  end
end

--- Is this a message so far? Then show it, when it is the one that is being written.
---@param params lsp.ProgressParams
---@return boolean
function M.on_progress(params)
  if type(params.token) ~= 'string' or not vim.startswith(params.token, 'hearth-commit-') then
    return false
  end
  if current and params.token == current.token then
    M.put(current, params.value.text)
  end
  return true
end

---@param message hearth.Message
---@param result? { text: string, changes?: string, message?: string } nil when it was stopped
function M.finish(message, result)
  if current ~= message then
    return
  end
  if result and result.text ~= '' then
    M.put(message, result.text)
    if result.changes == 'tracked' then
      words.say('nothing is staged, so the message is about all changes of tracked files')
    end
  else
    M.put(message, table.concat(message.before, '\n'))
    if result then
      lsp.complain(result.message)
    end
  end
  current = nil
end

--- Put a text in the place of the last one. One undo takes all of it back; what the user has typed
--- meanwhile stays, and ends it.
---@param message hearth.Message
---@param text string
function M.put(message, text)
  if not vim.api.nvim_buf_is_loaded(message.bufnr) or current ~= message then
    return
  end
  local there = M.message(message.bufnr)
  if not vim.deep_equal(there, message.shown) then
    current = nil
    message.client:cancel_request(message.request)
    return
  end
  local lines = vim.split(words.without_new(text, ''), '\n', { plain = true })
  vim.api.nvim_buf_call(message.bufnr, function()
    if message.shown ~= message.before then
      pcall(vim.cmd.undojoin) -- not behind an undo
    end
    vim.api.nvim_buf_set_lines(message.bufnr, 0, #there, false, lines)
  end)
  message.shown = lines
end

--- The lines above git's comments.
---@param bufnr integer
---@return string[]
function M.message(bufnr)
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  for index, line in ipairs(lines) do
    if vim.startswith(line, '#') then
      return vim.list_slice(lines, 1, index - 1)
    end
  end
  return lines
end

return M
