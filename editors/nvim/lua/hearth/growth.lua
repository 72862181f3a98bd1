--- A suggestion of which a part is shown has grown: the rest is asked for as typing would.

local ghost = require('hearth.ghost')

local M = {}

local METHOD = 'textDocument/inlineCompletion'
local AUTOMATIC = 2 -- lsp.InlineCompletionTriggerKind

--- The version of a buffer in which the user hid the ghost text.
---@type table<integer, integer>
local stopped = {}

---@class hearth.Grown
---@field textDocument { uri: string, version: integer }
---@field position lsp.Position

--- The user hid what is shown: nothing more of it comes before something is typed.
---@param bufnr integer
function M.stop(bufnr)
  stopped[bufnr] = vim.lsp.util.buf_versions[bufnr]
end

--- Ask again where the cursor is still there, and the user wants to see it. What is shown stays
--- until the answer takes its place.
---@param client_id integer
---@param grown hearth.Grown
function M.show(client_id, grown)
  local bufnr = vim.api.nvim_get_current_buf()
  local completor, client = ghost.completor(bufnr), vim.lsp.get_client_by_id(client_id)
  local typing = vim.startswith(vim.api.nvim_get_mode().mode, 'i')
  if not (typing and client and completor and completor.client_state[client_id]) then
    return
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local version = vim.lsp.util.buf_versions[bufnr]
  if
    params.textDocument.uri ~= grown.textDocument.uri
    or version ~= grown.textDocument.version
    or not vim.deep_equal(params.position, grown.position)
    or version == stopped[bufnr]
    or require('hearth.keys').choosing_from_menu()
  then
    return
  end
  local asked = vim.tbl_extend('error', params, { context = { triggerKind = AUTOMATIC } })
  client:request(METHOD, asked, function(...)
    completor:handler(...)
  end, bufnr)
end

return M
