---@class hearth.Status what the server says with `hearth/status`
---@field kind 'starting'|'downloading'|'loading'|'ready'|'busy'|'paused'|'error'|'stopped'
---@field message string
---@field percent? number
---@field help? string what the user can do about it
---@field retry? boolean an error that `:Hearth fetch` may mend; `help` is then what that does

local M = {}

local SIGTERM = 15 -- it was told to end

---@type table<integer, hearth.Status> by client id
local statuses = {}

---@type table<string, string>
local SHORT = {
  starting = 'hearth: starting',
  loading = 'hearth: loading',
  ready = 'hearth',
  busy = 'hearth …',
  paused = 'hearth: paused',
  error = 'hearth: error',
  stopped = 'hearth: stopped',
}

---@param client_id integer
---@param status hearth.Status
function M.update(client_id, status)
  -- no message: what the user must know the server says itself, with `window/showMessage`
  local before = statuses[client_id]
  statuses[client_id] = status
  if status.kind == 'ready' and before and before.kind ~= 'busy' then
    -- what was asked before may have been answered with nothing
    require('hearth.ghost').ask_if_missing(client_id)
  end
  vim.api.nvim_exec_autocmds('User', { pattern = 'HearthStatus', modeline = false, data = status })
  vim.cmd.redrawstatus({ bang = true })
end

--- The server's process ended; when not by itself, Neovim says so, and the status line keeps
--- saying it.
---@param client_id integer
---@param code integer
---@param signal integer
function M.stopped(client_id, code, signal)
  vim.schedule(function()
    statuses[client_id] = nil
    if code == 0 and (signal == 0 or signal == SIGTERM) then
      return vim.cmd.redrawstatus({ bang = true })
    end
    M.update(client_id, {
      kind = 'stopped',
      message = ('the server exited with code %d, signal %d'):format(code, signal),
      help = ':edit starts it again. Why it ended: :checkhealth hearth names the log.',
    })
  end)
end

---@param bufnr integer
---@return hearth.Status?
function M.of(bufnr)
  local client = vim.lsp.get_clients({ name = 'hearth', bufnr = bufnr })[1]
  if client then
    return statuses[client.id] or { kind = 'starting', message = 'starting' }
  end
  for _, status in pairs(statuses) do
    if status.kind == 'stopped' then
      return status
    end
  end
end

--- A few characters for a status line.
---@param bufnr integer
---@return string
function M.text(bufnr)
  local status = M.of(bufnr)
  if not status then
    return ''
  end
  if status.kind == 'downloading' then
    return ('hearth: download %d%%'):format(status.percent or 0)
  end
  return SHORT[status.kind] or 'hearth'
end

--- The whole of it, for a message.
---@param status hearth.Status
---@return string
function M.long(status)
  local percent = status.percent and (' %d%%'):format(status.percent) or ''
  local help = status.help and '\n' .. status.help or ''
  if status.retry then
    help = ('\n:Hearth fetch: %s'):format(status.help or 'try again')
  end
  return ('%s%s: %s%s'):format(status.kind, percent, status.message, help)
end

return M
