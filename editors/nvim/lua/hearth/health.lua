local config = require('hearth.config')
local ghost = require('hearth.ghost')
local health = vim.health
local status = require('hearth.status')
local words = require('hearth.words')

local M = {}

---@type table<string, 'ok'|'warn'|'error'> by the kind of status; the others are told as they are
local LEVELS = { ready = 'ok', busy = 'ok', paused = 'warn', error = 'error' }

--- `:checkhealth hearth`
function M.check()
  if not M.check_neovim() then
    return
  end
  M.check_program()
  M.check_clients()
  M.check_keys()
end

---@return boolean can this Neovim run anything of it
function M.check_neovim()
  health.start('hearth: Neovim')
  if vim.fn.has('nvim-0.11') == 0 then
    health.error(('Neovim 0.11 or newer is needed, this is %s'):format(tostring(vim.version())))
    return false
  end
  if not vim.lsp.inline_completion then
    health.warn('this Neovim has no ghost text; suggestions come in the completion menu', {
      'Neovim 0.12 has it.',
    })
  elseif config.values.ghost then
    health.ok('ghost text is available')
  else
    health.info('ghost text is off (setup option `ghost`)')
  end
  return true
end

function M.check_program()
  health.start('hearth: the server')
  local command = (vim.lsp.config.hearth or {}).cmd
  if type(command) ~= 'table' then
    return health.info('started by a function, not by a command')
  end
  local name = command[1]
  if vim.fn.executable(name) == 0 then
    return health.error(('`%s` is not on the PATH of Neovim'):format(name), {
      'Install it: `make install` in a checkout of Hearth, see :help hearth-setup',
      "Or name it: require('hearth').setup({ cmd = { '/path/to/hearth', 'serve' } })",
    })
  end
  local tried, done = pcall(M.try, command)
  if tried and done.code == 0 then
    return health.ok(('`%s` is %s'):format(name, vim.fn.exepath(name)))
  end
  local said = tried and done.stderr or done --[[@as string]]
  health.error(('`%s --help` failed'):format(table.concat(command, ' ')), {
    'It said: ' .. words.quoted(vim.trim(said):match('[^\n]*$') or ''),
    'Install it anew: `make install` in its checkout, see :help hearth-setup',
  })
end

--- Run the server's program, without starting the server.
---@param command string[]
---@return vim.SystemCompleted
function M.try(command)
  local help = vim.list_extend(vim.list_slice(command), { '--help' })
  return vim.system(help, { text = true, timeout = 10000 }):wait()
end

function M.check_clients()
  local clients = vim.lsp.get_clients({ name = 'hearth' })
  for _, client in ipairs(clients) do
    M.check_client(client)
  end
  if #clients > 0 then
    return
  end
  local log = 'What it said last: ' .. vim.lsp.log.get_filename()
  local stopped = status.of(0)
  if stopped then
    health.error('hearth: ' .. status.long(stopped), { log })
  elseif vim.lsp.is_enabled and not vim.lsp.is_enabled('hearth') then
    health.warn('it is not enabled', { "require('hearth').setup(), or vim.lsp.enable('hearth')" })
  else
    health.warn('no server is running', { 'One starts when a file is opened.', log })
  end
end

---@param client vim.lsp.Client
function M.check_client(client)
  local info = client.server_info or {}
  health.info(
    ('client %d: %s %s, root %s, %d buffers, %s positions'):format(
      client.id,
      info.name or 'hearth',
      info.version or '',
      client.root_dir or '(none)',
      vim.tbl_count(client.attached_buffers),
      client.offset_encoding
    )
  )
  local now = status.of(next(client.attached_buffers) or 0)
  if now then
    local advice = now.kind == 'error' and { 'In a terminal: hearth doctor' } or nil
    health[LEVELS[now.kind] or 'info']('hearth: ' .. status.long(now), advice)
  end
  if not ghost.offered(client) and not client:supports_method('textDocument/completion') then
    health.warn('this server offers no completion')
  end
end

function M.check_keys()
  health.start('hearth: keys, while ghost text or a next edit is shown')
  for name, lhs in vim.spairs(config.values.keys) do
    health.info(lhs and ('%s: %s'):format(name, lhs) or name .. ': none')
  end
end

return M
