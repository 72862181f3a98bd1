local lsp = require('hearth.client')
local transcript = require('hearth.transcript')
local view = require('hearth.view')

local M = {}

---@class hearth.Answer the answer that is being written
---@field client vim.lsp.Client
---@field token string
---@field bufnr integer
---@field streamed boolean
---@field thinking boolean

---@class hearth.ChatResult
---@field text string
---@field reason string 'error', 'limit', 'stopped' or whatever else ended it
---@field message? string for the user, with reason 'error'
---@field used? { path: string, range?: lsp.Range, why: string }[]
---@field forgotten? integer so many of the oldest questions the model was not shown
---@field leftOut? { name: string, reason: string }[]

---@type hearth.Answer?
local current = nil
local count = 0
--- The name of the conversation, for the server. It is ours, so that a first answer can be stopped.
local conversation = ''
--- The buffer of a file that the last question came from.
local asked_from = nil ---@type integer?

--- Ask the server, and stream its answer into the chat window.
---@param client vim.lsp.Client
---@param title string how the question is shown
---@param params table of `hearth/chat`
function M.ask(client, title, params)
  M.give_up()
  local asked_in = vim.api.nvim_get_current_buf()
  count = count + 1
  if conversation == '' then
    conversation = ('nvim-%d-%d-%d'):format(vim.fn.getpid(), os.time(), count)
  end
  local answer = {
    client = client,
    token = ('hearth-chat-%d'):format(count),
    bufnr = transcript.begin(title),
    streamed = false,
    thinking = false,
  }
  current = answer
  M.from(asked_in)
  if params.message then
    local taken = require('hearth.attachments').take(params.message)
    params.attachments = #taken > 0 and taken or nil
  end
  params.partialResultToken = answer.token
  params.conversation = conversation
  lsp.request(client, 'hearth/chat', params, function(result)
    M.finish(answer, result)
  end, function()
    M.finish(answer, { text = '', reason = 'stopped' })
  end, M.source() or asked_in)
end

--- A place explained, as the server's action `hearth.explain` names it.
---@param client vim.lsp.Client
---@param about { uri: string, range?: lsp.Range }
function M.explain(client, about)
  local name = vim.fn.fnamemodify(vim.uri_to_fname(about.uri), ':t')
  local first = about.range and about.range.start.line + 1 or 1
  M.ask(client, ('Explain %s:%d'):format(name, first), {
    action = 'explain',
    textDocument = { uri = about.uri },
    range = about.range,
  })
end

--- Have the rest of an answer that was cut off.
---@param client vim.lsp.Client
function M.go_on(client)
  if conversation == '' then
    return lsp.complain('there is no answer to go on with')
  end
  M.ask(client, 'Continue', { action = 'continue' })
end

--- Stop the answer that is being written; what there is of it stays.
function M.stop()
  if current then
    local params = { conversation = conversation }
    lsp.request(current.client, 'hearth/chat/stop', params, function() end)
  end
end

--- Stop it, and do not wait for its end.
function M.give_up()
  if current then
    M.stop()
    view.append(current.bufnr, '\n\n*stopped*')
    current = nil
  end
end

--- Questions come from this buffer, unless it is one of ours.
---@param bufnr integer
function M.from(bufnr)
  if not vim.startswith(vim.api.nvim_buf_get_name(bufnr), 'hearth://') then
    asked_from = bufnr
  end
end

--- The open file that questions are about, for what is done with their answers.
---@return integer? bufnr
function M.source()
  local here = vim.api.nvim_get_current_buf()
  if not vim.startswith(vim.api.nvim_buf_get_name(here), 'hearth://') then
    return here
  end
  return asked_from and vim.api.nvim_buf_is_loaded(asked_from) and asked_from or nil
end

--- The name of the conversation that is shown; '' for none.
---@return string
function M.conversation()
  return conversation
end

--- Go on with an earlier conversation.
---@param kept hearth.Kept
function M.resume(kept)
  M.give_up()
  conversation = kept.conversation
  transcript.clear()
  for _, turn in ipairs(kept.turns) do
    local bufnr = transcript.begin(turn.question)
    view.append(bufnr, turn.answer)
    view.append(bufnr, transcript.sources(turn.used))
  end
end

--- The next question begins a new conversation, in an empty window.
function M.new()
  M.give_up()
  conversation = ''
  transcript.clear()
end

--- Is this a piece of an answer? Then show it, when it is of the one that is being written.
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
  if params.value.kind == 'text' then
    answer.streamed = true
    view.append(answer.bufnr, params.value.text)
  elseif not answer.thinking then
    answer.thinking = true
    view.append(answer.bufnr, '*thinking …*\n\n')
  end
  return true
end

--- The server has ended: nobody answers any more.
---@param client_id integer
function M.on_exit(client_id)
  if current and current.client.id == client_id then
    local message = 'the server exited before the answer was complete'
    M.finish(current, { text = '', reason = 'error', message = message })
  end
end

---@param answer hearth.Answer
---@param result? hearth.ChatResult
function M.finish(answer, result)
  if current ~= answer then
    return
  end
  current = nil
  if type(result) ~= 'table' then
    local message = 'the server gave no answer; its log may say why'
    result = { text = '', reason = 'error', message = message }
  end
  require('hearth.ending').show(answer, result)
end

return M
