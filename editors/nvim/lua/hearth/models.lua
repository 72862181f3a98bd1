--- `:Hearth model`: which models there are, and using another one until Neovim ends.

local quoted = require('hearth.words').quoted
local lsp = require('hearth.client')

local M = {}

---@class hearth.Model what `hearth/models` says about one
---@field id string
---@field role? 'completion'|'chat'|'both' nil for a file that is in no catalog
---@field backend? string what runs it
---@field bytes? integer
---@field licence? string
---@field recommended? boolean
---@field path? string nil: it would have to be downloaded
---@field reason? string how it would run on this machine

--- Choose a model from those that there are; those on this disk come first.
---@param client vim.lsp.Client
function M.choose(client)
  lsp.request(client, 'hearth/models', vim.empty_dict(), function(answer)
    local models = answer and answer.models or {}
    if #models == 0 then
      return lsp.complain('the server knows no models')
    end
    local options = {
      prompt = quoted(('Model (now %s):'):format(answer.current.completion)),
      kind = 'hearth.model',
      format_item = M.label,
    }
    vim.ui.select(M.sorted(models), options, function(model)
      if model then
        M.use(client, model.id, model.role, model.backend)
        if model.backend == 'local' and not M.is_here(model) then
          lsp.execute(client, 'hearth.fetch')
        end
      end
    end)
  end)
end

--- Tell the server to use this model.
---@param client vim.lsp.Client
---@param name string
---@param role? 'completion'|'chat'|'both'
---@param backend? string what runs it; the one of the settings unless told
function M.use(client, name, role, backend)
  local settings = client.settings.hearth or {}
  for _, job in ipairs(M.jobs(settings, role)) do
    local chosen = { [job] = { model = name, backend = backend } }
    settings = vim.tbl_deep_extend('force', settings, chosen)
  end
  client.settings = vim.tbl_extend('force', client.settings, { hearth = settings })
  client:notify('workspace/didChangeConfiguration', { settings = client.settings })
end

--- The first run: no model is on this disk, and none is downloaded before the user says so. One
--- short line, as Neovim would ask for a key after more; the list says the rest.
function M.offer()
  require('hearth.words').say('no code model is on this disk yet; :Hearth model chooses one')
end

--- What a model that was chosen is used for. One that the settings name for chat alone stays.
---@param settings table
---@param role? 'completion'|'chat'|'both'
---@return string[]
function M.jobs(settings, role)
  if role == 'completion' or role == 'chat' then
    return { role }
  end
  local completion = vim.tbl_get(settings, 'completion', 'model')
  local chat = vim.tbl_get(settings, 'chat', 'model')
  return chat and chat ~= completion and { 'completion' } or { 'completion', 'chat' }
end

---@param models hearth.Model[]
---@return hearth.Model[]
function M.sorted(models)
  local here, elsewhere = {}, {} ---@type hearth.Model[], hearth.Model[]
  for _, model in ipairs(models) do
    table.insert(M.is_here(model) and here or elsewhere, model)
  end
  return vim.list_extend(here, elsewhere)
end

--- On this disk; the server's null may come as `vim.NIL`.
---@param model hearth.Model
---@return boolean
function M.is_here(model)
  return type(model.path) == 'string' or (model.backend or 'local') ~= 'local'
end

---@param model hearth.Model
---@return string
function M.label(model)
  local words = { model.id } ---@type string[]
  if model.role == 'completion' or model.role == 'chat' then
    table.insert(words, 'for ' .. model.role)
  end
  if type(model.bytes) == 'number' and not M.is_here(model) then
    local licence = type(model.licence) == 'string' and (', ' .. model.licence) or ''
    table.insert(words, ('to be downloaded, %d MB%s'):format(model.bytes / 1e6, licence))
  end
  if type(model.reason) == 'string' and model.reason ~= '' then
    table.insert(words, model.reason)
  end
  return quoted(table.concat(words, ', '))
end

return M
