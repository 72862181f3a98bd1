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

--- The locations for each position that the server asks about.
---@param client vim.lsp.Client
---@param params hearth.DefinitionsAsked
---@return { definitions: lsp.Location[][], types: lsp.Location[][] }
function M.find(client, params)
  local found = { definitions = {}, types = {} }
  local questions = {} ---@type hearth.Question[]
  for kind, method in pairs(METHODS) do
    for index, position in ipairs(params[kind]) do
      found[kind][index] = {}
      questions[#questions + 1] = {
        method = method,
        position = position,
        take = function(err, result)
          if not err then
            vim.list_extend(found[kind][index], locations(result))
          end
        end,
      }
    end
  end
  require('hearth.servers').ask(client, params.textDocument, questions)
  return found
end

return M
