local config = require('hearth.config')
local ghost = require('hearth.ghost')
local health = vim.health

local M = {}

--- `:checkhealth hearth`
function M.check()
  M.check_neovim()
  M.check_program()
  M.check_clients()
  M.check_keys()
end

function M.check_neovim()
  health.start('hearth: Neovim')
  if vim.fn.has('nvim-0.11') == 0 then
    return health.error('Neovim 0.11 or newer is needed')
  end
  if not vim.lsp.inline_completion then
    return health.warn('this Neovim has no ghost text; suggestions come in the completion menu', {
      'Neovim 0.12 has it.',
    })
  end
  health.ok('ghost text is available')
  if not config.values.ghost then
    health.info('ghost text is off (setup option `ghost`)')
  end
end

function M.check_program()
  health.start('hearth: the server')
  local command = (vim.lsp.config.hearth or {}).cmd
  if type(command) ~= 'table' then
    return health.info('started by a function, not by a command')
  end
  if vim.fn.executable(command[1]) == 0 then
    return health.error(('`%s` is not on the PATH of Neovim'):format(command[1]), {
      'Install it: pip install hearth-lsp (or pipx, uv tool).',
      "Or name it: require('hearth').setup({ cmd = { '/path/to/hearth', 'serve' } })",
    })
  end
  health.ok(('`%s` is %s'):format(command[1], vim.fn.exepath(command[1])))
end

function M.check_clients()
  local clients = vim.lsp.get_clients({ name = 'hearth' })
  if #clients == 0 then
    return health.warn('no server is running', {
      "vim.lsp.enable('hearth') or require('hearth').setup(), then open a file.",
      'What the server said last: ' .. vim.lsp.log.get_filename(),
    })
  end
  for _, client in ipairs(clients) do
    M.check_client(client)
  end
end

---@param client vim.lsp.Client
function M.check_client(client)
  local status = require('hearth.status')
  local info = client.server_info or {}
  local buffers = vim.tbl_count(client.attached_buffers)
  health.info(
    ('client %d: %s %s, root %s, %d buffers, %s positions'):format(
      client.id,
      info.name or 'hearth',
      info.version or '',
      client.root_dir or '(none)',
      buffers,
      client.offset_encoding
    )
  )
  local now = status.of(next(client.attached_buffers) or 0)
  if now and now.kind == 'error' then
    health.error(status.long(now))
  elseif now then
    health.ok(status.long(now))
  end
  if not ghost.offered(client) and not client:supports_method('textDocument/completion') then
    health.warn('this server offers no completion')
  end
end

function M.check_keys()
  if not ghost.wanted() then
    return
  end
  health.start('hearth: keys, in insert mode while ghost text is shown')
  for name, lhs in vim.spairs(config.values.keys) do
    health.info(lhs and ('%s: %s'):format(name, lhs) or name .. ': none')
  end
end

return M
