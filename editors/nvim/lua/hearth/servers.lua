--- Questions to the other language servers of a document.

local M = {}

--- A position as another client counts columns.
---@param bufnr integer
---@param position lsp.Position
---@param from vim.lsp.Client
---@param to vim.lsp.Client
---@return lsp.Position
local function converted(bufnr, position, from, to)
  local line = vim.api.nvim_buf_get_lines(bufnr, position.line, position.line + 1, false)[1] or ''
  local byte = vim.str_byteindex(line, from.offset_encoding, position.character, false)
  return {
    line = position.line,
    character = vim.str_utfindex(line, to.offset_encoding, byte, false),
  }
end

---@class hearth.Question
---@field method string
---@field position lsp.Position as `client` counts columns
---@field params? table what the method wants besides document and position
---@field take fun(err?: lsp.ResponseError, result: any) is given the answer of each server

--- Asks all servers that support the method. Yields until the answers are there, as handlers of
--- a server's requests may; the server does not wait for ever.
---@param client vim.lsp.Client that of Hearth
---@param document { uri: string }
---@param questions hearth.Question[]
function M.ask(client, document, questions)
  local waiting = coroutine.running()
  local bufnr = require('hearth.documents').buffer(client, document.uri)
  local others = bufnr and vim.lsp.get_clients({ bufnr = bufnr }) or {}
  local left, yields = 0, false
  for _, question in ipairs(questions) do
    for _, other in ipairs(others) do
      if other.id ~= client.id and other:supports_method(question.method, bufnr) then
        local asked = vim.tbl_extend('error', {
          textDocument = document,
          position = converted(bufnr, question.position, client, other),
        }, question.params or {})
        local sent = other:request(question.method, asked, function(err, result)
          left = left - 1
          question.take(err, result)
          if left == 0 and yields then
            coroutine.resume(waiting)
          end
        end, bufnr)
        left = left + (sent and 1 or 0)
      end
    end
  end
  if left > 0 then
    yields = true
    coroutine.yield()
  end
end

return M
