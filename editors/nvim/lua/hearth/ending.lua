local lsp = require('hearth.client')
local transcript = require('hearth.transcript')
local view = require('hearth.view')

local M = {}

--- What stands in the chat window below an answer: why it ends, and what the model was shown.
---@param answer hearth.Answer
---@param result hearth.ChatResult
function M.show(answer, result)
  if not answer.streamed then
    view.append(answer.bufnr, result.text)
  end
  if result.reason == 'error' then
    lsp.told(result.message)
    -- what there is of the answer stays, with the reason below
    local gap = (answer.streamed or result.text ~= '') and '\n\n' or ''
    view.append(answer.bufnr, ('%s**%s**'):format(gap, result.message))
  elseif result.reason == 'limit' then
    view.append(
      answer.bufnr,
      '\n\n*cut off here: the answer was too long; `:Hearth continue` goes on with it*'
    )
  elseif result.reason == 'stopped' then
    view.append(answer.bufnr, '\n\n*stopped*')
  end
  local forgotten = result.forgotten or 0
  if forgotten > 0 then
    local questions = forgotten == 1 and 'The first question of this chat does'
      or ('The first %d questions of this chat do'):format(forgotten)
    local note = "\n\n*%s not fit the model's window any more.*"
    view.append(answer.bufnr, note:format(questions))
  end
  view.append(answer.bufnr, transcript.sources(result.used or {}))
  view.append(answer.bufnr, transcript.left_out(result.leftOut or {}))
end

return M
