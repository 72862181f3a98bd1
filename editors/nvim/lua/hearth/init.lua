local M = {}

--- Start Hearth for every file. Without this call `vim.lsp.enable('hearth')` does the same with
--- the defaults.
---@param options? hearth.Config
function M.setup(options)
  if vim.fn.has('nvim-0.11') == 0 then
    return require('hearth.words').say('Neovim 0.11 or newer is needed', vim.log.levels.WARN)
  end
  local config = require('hearth.config')
  config.set(options or {})
  local server = { settings = { hearth = config.values.settings } }
  if config.values.cmd then
    server.cmd = config.values.cmd
  end
  vim.cmd.runtime('plugin/hearth.lua') -- a plugin manager that calls this later has not run it
  vim.lsp.config('hearth', server)
  vim.lsp.enable('hearth')
end

--- For a status line: `%{v:lua.require'hearth'.statusline()}`. Empty where Hearth is not attached.
---@return string
function M.statusline()
  return require('hearth.status').text(vim.api.nvim_get_current_buf())
end

--- Accept the ghost text. For a mapping of your own: it returns false, and does nothing, when
--- there is nothing to accept.
---@return boolean
function M.accept()
  return require('hearth.accept').all()
end

--- Accept the next word of the ghost text.
---@return boolean
function M.accept_word()
  return require('hearth.accept').word()
end

--- Accept the ghost text up to the end of its line.
---@return boolean
function M.accept_line()
  return require('hearth.accept').line()
end

--- Show another answer than the one that is shown.
---@return boolean
function M.next()
  return require('hearth.others').step(1)
end

--- Go back to the answer before.
---@return boolean
function M.prev()
  return require('hearth.others').step(-1)
end

--- Go to the place of the next edit; there, make it. Returns false when none is shown.
---@return boolean
function M.next_edit()
  return require('hearth.next_edit').take()
end

--- Decline the next edit.
---@return boolean
function M.decline_edit()
  return require('hearth.next_edit').decline()
end

--- Hide the ghost text.
---@return boolean
function M.dismiss()
  return require('hearth.ghost').dismiss(vim.api.nvim_get_current_buf())
end

return M
