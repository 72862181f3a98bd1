--- Asking the server for the next edit.

local offer = require('hearth.next_offer')

local M = {}

local METHOD = 'textDocument/copilotInlineEdit'
local INVOKED, AUTOMATIC = 1, 2 -- as of inline completions

local timer = assert(vim.uv.new_timer())
local under_way ---@type integer? id of the request
local turn = 0 -- of the newest request; an older one that is answered all the same does not count

---@param client vim.lsp.Client
---@return boolean
function M.offered(client)
  return vim.tbl_get(client.server_capabilities, 'experimental', 'hearth', 'nextEdit') == true
end

--- Ask after a pause, unless the user has gone elsewhere by then.
---@param client vim.lsp.Client
---@param bufnr integer
---@param pause_ms integer
function M.soon(client, bufnr, pause_ms)
  timer:stop()
  timer:start(pause_ms, 0, function()
    vim.schedule(function()
      if vim.api.nvim_get_current_buf() == bufnr then
        M.ask(client, AUTOMATIC)
      end
    end)
  end)
end

--- Ask for what the user wants to see now, even if it was declined.
---@param client vim.lsp.Client
function M.by_hand(client)
  M.ask(client, INVOKED)
end

--- What is under way is for a text that has changed.
---@param client vim.lsp.Client
function M.cancel(client)
  timer:stop()
  if under_way and not client:is_stopped() then
    client:cancel_request(under_way)
  end
  under_way = nil
  turn = turn + 1
end

---@param client vim.lsp.Client
---@param kind integer
function M.ask(client, kind)
  M.cancel(client)
  if client:is_stopped() or not M.offered(client) then
    return
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding) --[[@as table]]
  params.textDocument.version = vim.lsp.util.buf_versions[bufnr]
  params.context = { triggerKind = kind }
  local own_turn = turn
  local _, id = client:request(METHOD, params, function(_, result)
    if own_turn ~= turn then
      return
    end
    under_way = nil
    local edit = result and result.edits and result.edits[1]
    if edit and vim.api.nvim_get_current_buf() == bufnr then
      M.arrived(client, bufnr, edit)
    end
  end, bufnr)
  under_way = id
end

---@param client vim.lsp.Client
---@param from integer
---@param edit hearth.InlineEdit
function M.arrived(client, from, edit)
  local bufnr = vim.uri_to_bufnr(edit.textDocument.uri)
  local is_same = vim.lsp.util.buf_versions[bufnr] == edit.textDocument.version
  if is_same and vim.api.nvim_buf_is_loaded(bufnr) then
    offer.set(client, from, bufnr, edit)
  end
end

return M
