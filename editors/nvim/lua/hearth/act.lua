local diff = require('hearth.diff')
local place = require('hearth.place')
local preview = require('hearth.preview')
local lsp = require('hearth.client')
local words = require('hearth.words')

local M = {}

---@class hearth.Snapshot the buffer that an action was asked for, as it was then
---@field client vim.lsp.Client
---@field bufnr integer
---@field version integer

--- Offer what makes sense at a place.
---@param client vim.lsp.Client
---@param arguments hearth.Arguments
function M.choose(client, arguments)
  local snapshot = M.snapshot(client)
  local params = place.of(client, arguments) --[[@as lsp.CodeActionParams]]
  params.context = { diagnostics = place.problems(client, arguments), triggerKind = 1 }
  lsp.request(client, 'textDocument/codeAction', params, function(actions)
    if not actions or #actions == 0 then
      return words.say('no Hearth actions apply here')
    end
    local options = { prompt = 'Hearth:', kind = 'codeaction', format_item = M.label }
    vim.ui.select(actions, options, function(action)
      if action then
        M.take(snapshot, action)
      end
    end)
  end)
end

--- Have the place changed as told.
---@param client vim.lsp.Client
---@param arguments hearth.Arguments
---@param instruction string
function M.instruct(client, arguments, instruction)
  local snapshot = M.snapshot(client)
  local about = place.of(client, arguments)
  M.propose(snapshot, {
    title = instruction,
    data = {
      action = 'instruct',
      uri = about.textDocument.uri,
      range = about.range,
      version = snapshot.version,
      instruction = instruction,
    },
  })
end

---@param action lsp.CodeAction
---@return string
function M.label(action)
  local title = action.title
  return words.quoted(
    action.disabled and ('%s (%s)'):format(title, action.disabled.reason) or title
  )
end

---@param snapshot hearth.Snapshot
---@param action lsp.CodeAction
function M.take(snapshot, action)
  if action.disabled then
    lsp.complain(action.disabled.reason)
  elseif action.command then
    snapshot.client:exec_cmd(action.command, { bufnr = snapshot.bufnr })
  else
    M.propose(snapshot, action)
  end
end

--- Have an action computed, show the diff, and apply it when the user takes it.
---@param snapshot hearth.Snapshot
---@param action lsp.CodeAction
function M.propose(snapshot, action)
  local id ---@type integer?
  local window = preview.open(words.quoted(action.title), function()
    if id then
      snapshot.client:cancel_request(id)
    end
  end)
  local function close()
    id = nil
    preview.close(window)
  end
  id = lsp.request(snapshot.client, 'codeAction/resolve', action, function(resolved)
    id = nil
    if not (resolved and resolved.edit) then
      return close() -- the server has said why
    end
    local lines = diff.lines(resolved.edit, snapshot.client)
    preview.offer(window, lines, function()
      M.apply(snapshot, resolved.edit)
    end)
  end, close, snapshot.bufnr)
end

---@param snapshot hearth.Snapshot
---@param edit lsp.WorkspaceEdit
function M.apply(snapshot, edit)
  if M.snapshot(snapshot.client, snapshot.bufnr).version ~= snapshot.version then
    return lsp.complain('the file has changed meanwhile; nothing was applied')
  end
  local others = {} ---@type table<integer, boolean> is it a new file?
  for _, change in ipairs(diff.changes(edit)) do
    local bufnr = vim.uri_to_bufnr(change.uri)
    if bufnr ~= snapshot.bufnr then
      others[bufnr] = #diff.text(change.uri) == 0
    end
  end
  vim.lsp.util.apply_workspace_edit(edit, snapshot.client.offset_encoding)
  for bufnr, is_new in pairs(others) do
    diff.trim(bufnr, is_new)
    require('hearth.view').show(bufnr)
  end
end

---@param client vim.lsp.Client
---@param bufnr? integer the current one unless told
---@return hearth.Snapshot
function M.snapshot(client, bufnr)
  bufnr = bufnr or vim.api.nvim_get_current_buf()
  return { client = client, bufnr = bufnr, version = vim.lsp.util.buf_versions[bufnr] }
end

return M
