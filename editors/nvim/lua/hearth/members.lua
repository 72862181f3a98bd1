--- What the other language servers of a buffer offer behind a dot, for Hearth's completions.

local M = {}

local METHOD = 'textDocument/completion'
local MAX_NAMES = 1000
local MAX_DETAIL = 200 -- characters
local SNIPPET = 15

---@class hearth.Members
---@field names { name: string, kind?: integer, detail?: string }[]
---@field complete boolean whether no other name may stand there

--- Adds what one server answers.
---@param found hearth.Members
---@param result any a list of items, or nothing
local function add(found, result)
  local items = type(result) == 'table' and (result.items or result) or {}
  if #items == 0 or result.isIncomplete or #found.names + #items > MAX_NAMES then
    found.complete = false
  end
  for _, item in ipairs(items) do
    if #found.names < MAX_NAMES and item.kind ~= SNIPPET then
      found.names[#found.names + 1] = {
        name = item.filterText or item.label,
        kind = item.kind,
        detail = item.detail and vim.fn.strcharpart(item.detail, 0, MAX_DETAIL),
      }
    end
  end
end

--- The names that the other servers of the document offer at a position. Yields until the
--- answers are there, as handlers of a server's requests may; the server does not wait for ever.
---@param client vim.lsp.Client
---@param params { textDocument: { uri: string }, position: lsp.Position }
---@return hearth.Members
function M.find(client, params)
  local found = { names = {}, complete = true } ---@type hearth.Members
  local waiting = coroutine.running()
  local documents = require('hearth.documents')
  local bufnr = documents.buffer(client, params.textDocument.uri)
  local others = bufnr and vim.lsp.get_clients({ bufnr = bufnr }) or {}
  local left, yields = 0, false
  for _, other in ipairs(others) do
    if other.id ~= client.id and other:supports_method(METHOD, bufnr) then
      local asked = {
        textDocument = params.textDocument,
        position = documents.converted(bufnr, params.position, client, other),
        context = { triggerKind = 1 },
      }
      local sent = other:request(METHOD, asked, function(err, result)
        left = left - 1
        add(found, not err and result or nil)
        if left == 0 and yields then
          coroutine.resume(waiting)
        end
      end, bufnr)
      left = left + (sent and 1 or 0)
    end
  end
  if left > 0 then
    yields = true
    coroutine.yield()
  end
  return found
end

return M
