--- What the other language servers of a buffer know, for Hearth's context.

local M = {}

local METHODS = { definitions = 'textDocument/definition', types = 'textDocument/typeDefinition' }
local MAX_LOCATIONS = 3 -- of one position

---@param result any what a server answers: a location, a list of them, of links, or nothing
---@return lsp.Location[]
local function locations(result)
  if type(result) ~= 'table' then
    return {}
  end
  local found = {}
  for _, each in ipairs(vim.islist(result) and result or { result }) do
    if #found < MAX_LOCATIONS then
      found[#found + 1] = {
        uri = each.uri or each.targetUri,
        range = each.range or each.targetSelectionRange,
      }
    end
  end
  return found
end

---@class hearth.DefinitionsAsked
---@field textDocument { uri: string }
---@field definitions lsp.Position[]
---@field types lsp.Position[]

--- The locations for each position that the server asks about. Yields until the answers are
--- there, as handlers of a server's requests may; the server does not wait for ever.
---@param client vim.lsp.Client
---@param params hearth.DefinitionsAsked
---@return { definitions: lsp.Location[][], types: lsp.Location[][] }
function M.find(client, params)
  local found = { definitions = {}, types = {} }
  local waiting = coroutine.running()
  local documents = require('hearth.documents')
  local bufnr = documents.buffer(client, params.textDocument.uri)
  local others = bufnr and vim.lsp.get_clients({ bufnr = bufnr }) or {}
  local left, yields = 0, false
  for kind, method in pairs(METHODS) do
    for index, position in ipairs(params[kind]) do
      found[kind][index] = {}
      for _, other in ipairs(others) do
        if other.id ~= client.id and other:supports_method(method, bufnr) then
          local asked = {
            textDocument = params.textDocument,
            position = documents.converted(bufnr, position, client, other),
          }
          local sent = other:request(method, asked, function(err, result)
            left = left - 1
            if not err then
              vim.list_extend(found[kind][index], locations(result))
            end
            if left == 0 and yields then
              coroutine.resume(waiting)
            end
          end, bufnr)
          left = left + (sent and 1 or 0)
        end
      end
    end
  end
  if left > 0 then
    yields = true
    coroutine.yield()
  end
  return found
end

return M
