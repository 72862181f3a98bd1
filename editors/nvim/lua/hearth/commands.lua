local server = require('hearth.server')

local M = {}

---@alias hearth.Arguments vim.api.keyset.create_user_command.command_args
---@alias hearth.Command fun(client: vim.lsp.Client, arguments: hearth.Arguments, rest: string)

---@type table<string, hearth.Command>
local COMMANDS = {}

---@param arguments hearth.Arguments
function M.run(arguments)
  local name, rest = arguments.args:match('^(%S+)%s*(.*)$')
  local command = COMMANDS[name]
  if not command then
    return server.complain(('there is no ":Hearth %s", see :help hearth-commands'):format(name))
  end
  local client = server.client()
  if client then
    command(client, arguments, rest)
  end
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  if line:match('Hearth!?%s+%S+%s') then
    return {}
  end
  local names = vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, vim.tbl_keys(COMMANDS))
  table.sort(names)
  return names
end

function COMMANDS.status()
  local status = require('hearth.status')
  local now = status.of(vim.api.nvim_get_current_buf())
  vim.notify(now and status.long(now) or 'hearth: not running')
end

function COMMANDS.pause(client)
  server.execute(client, 'hearth.pause')
end

function COMMANDS.resume(client)
  server.execute(client, 'hearth.resume')
end

function COMMANDS.model(client, _, name)
  local settings = client.settings.hearth or {}
  local completion = settings.completion or {}
  if name == '' then
    vim.notify('hearth: model ' .. (completion.model or "(the server's default)"))
    return
  end
  client.settings.hearth = vim.tbl_deep_extend('force', settings, { completion = { model = name } })
  client:notify('workspace/didChangeConfiguration', { settings = client.settings })
end

function COMMANDS.inspect(client)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  server.request(client, 'hearth/inspect', params, function(result)
    require('hearth.view').open(
      'hearth://inspect',
      require('hearth.inspect').lines(result),
      'markdown'
    )
  end)
end

function COMMANDS.act(client, arguments)
  vim.lsp.buf.code_action({
    filter = function(_, client_id)
      -- Neovim 0.11 does not tell it
      return client_id == nil or client_id == client.id
    end,
    range = arguments.range > 0 and M.marks(arguments) or nil,
  })
end

function COMMANDS.explain(client, arguments)
  local params = M.selection(client, arguments)
  params.message = 'Explain this code.'
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t')
  local title = ('Explain %s:%d-%d'):format(name, arguments.line1, arguments.line2)
  require('hearth.chat').ask(client, title, params)
end

function COMMANDS.chat(client, arguments, question)
  if arguments.bang then
    require('hearth.chat').new()
  end
  local params = {}
  if arguments.range > 0 then
    params = M.selection(client, arguments)
  elseif vim.lsp.buf_is_attached(0, client.id) then
    params.textDocument = vim.lsp.util.make_text_document_params(0)
  end
  if question ~= '' then
    params.message = question
    return require('hearth.chat').ask(client, question, params)
  end
  vim.ui.input({ prompt = 'Ask Hearth: ' }, function(typed)
    if typed and typed ~= '' then
      params.message = typed
      require('hearth.chat').ask(client, typed, params)
    end
  end)
end

---@param arguments hearth.Arguments
---@return { start: integer[], end: integer[] }
function M.marks(arguments)
  local last = vim.api.nvim_buf_get_lines(0, arguments.line2 - 1, arguments.line2, false)[1]
  return { start = { arguments.line1, 0 }, ['end'] = { arguments.line2, #last } }
end

--- The lines of the command's range (the current line without one) as a document and a range.
---@param client vim.lsp.Client
---@param arguments hearth.Arguments
---@return table
function M.selection(client, arguments)
  local marks = M.marks(arguments)
  local encoding = client.offset_encoding
  return vim.lsp.util.make_given_range_params(marks.start, marks['end'], 0, encoding)
end

return M
