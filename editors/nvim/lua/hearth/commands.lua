local place = require('hearth.place')
local lsp = require('hearth.client')

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
    return lsp.complain(('there is no ":Hearth %s", see :help hearth-commands'):format(name))
  end
  local client = lsp.current()
  if client then
    command(client, arguments, rest)
  end
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  if line:match('Hearth!?%s+add%s') then
    return vim.list_extend({ 'changes', 'problems' }, vim.fn.getcompletion(lead, 'file'))
  end
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
  require('hearth.words').say(now and status.long(now) or 'not running')
end

function COMMANDS.pause(client)
  lsp.execute(client, 'hearth.pause')
end

function COMMANDS.resume(client)
  lsp.execute(client, 'hearth.resume')
end

function COMMANDS.fetch(client, _, rest)
  lsp.execute(client, rest == 'stop' and 'hearth.stopFetching' or 'hearth.fetch')
end

function COMMANDS.model(client, _, name)
  if name == '' then
    return require('hearth.models').choose(client)
  end
  require('hearth.models').use(client, name)
end

function COMMANDS.inspect(client)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  lsp.request(client, 'hearth/inspect', params, function(result)
    if not result then
      return lsp.complain('nothing is sent to a model from here')
    end
    require('hearth.view').open(
      'hearth://inspect',
      require('hearth.inspect').lines(result),
      'markdown'
    )
  end)
end

COMMANDS['next'] = function(client)
  require('hearth.next_ask').by_hand(client)
end

function COMMANDS.act(client, arguments, instruction)
  if instruction ~= '' then
    return require('hearth.act').instruct(client, arguments, instruction)
  end
  require('hearth.act').choose(client, arguments)
end

function COMMANDS.explain(client, arguments)
  local params = place.of(client, arguments) --[[@as table]]
  params.action = 'explain'
  require('hearth.chat').ask(client, 'Explain ' .. place.name(arguments), params)
end

function COMMANDS.commit(client)
  require('hearth.commit').write(client)
end

function COMMANDS.stop()
  require('hearth.commit').stop()
  require('hearth.chat').stop()
end

COMMANDS['continue'] = function(client)
  require('hearth.chat').go_on(client)
end

function COMMANDS.chat(client, arguments, question)
  if arguments.bang then
    require('hearth.chat').new()
  end
  local params = {}
  if arguments.range > 0 then
    params = place.of(client, arguments) --[[@as table]]
  elseif vim.lsp.buf_is_attached(0, client.id) then
    params.textDocument = vim.lsp.util.make_text_document_params(0)
  end
  if question ~= '' then
    params.message = question
    return require('hearth.chat').ask(client, question, params)
  end
  if vim.startswith(vim.api.nvim_buf_get_name(0), 'hearth://') then
    return require('hearth.ask').show()
  end
  local name = params.textDocument and vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t') or ''
  if arguments.range > 0 then
    name = place.name(arguments)
  end
  require('hearth.chat').from(vim.api.nvim_get_current_buf())
  require('hearth.ask').open(client, params, name)
end

function COMMANDS.add(client, arguments, what)
  if arguments.bang then
    return require('hearth.attachments').clear()
  end
  require('hearth.attachments').add(client, arguments, what)
end

function COMMANDS.chats(client)
  require('hearth.chats').choose(client)
end

function COMMANDS.rename(client, _, title)
  require('hearth.chats').rename(client, title)
end

function COMMANDS.delete(client)
  require('hearth.chats').delete(client)
end

function COMMANDS.undelete(client)
  require('hearth.chats').undelete(client)
end

return M
