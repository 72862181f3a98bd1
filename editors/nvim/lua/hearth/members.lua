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

--- The names that the other servers of the document offer at a position.
---@param client vim.lsp.Client
---@param params { textDocument: { uri: string }, position: lsp.Position }
---@return hearth.Members
function M.find(client, params)
  local found = { names = {}, complete = true } ---@type hearth.Members
  require('hearth.servers').ask(client, params.textDocument, {
    {
      method = METHOD,
      position = params.position,
      params = { context = { triggerKind = 1 } },
      take = function(err, result)
        add(found, not err and result or nil)
      end,
    },
  })
  return found
end

return M
