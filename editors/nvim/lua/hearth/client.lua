local words = require('hearth.words')

local M = {}

local METHOD_NOT_FOUND = -32601
local LEVELS = { vim.log.levels.ERROR, vim.log.levels.WARN } -- by lsp.MessageType

---@param message string
function M.complain(message)
  words.say(message, vim.log.levels.ERROR)
end

local REPEATED_MS = 1000
local last = { text = '', at = -REPEATED_MS }

--- What the server wants to be read. It may say the same twice, as a status and as an answer; the
--- answer comes right behind, and may be shown where it was asked for.
---@param params lsp.ShowMessageParams
function M.say(params)
  local text = params.message:gsub('^Hearth: ', '')
  vim.defer_fn(function()
    if text ~= last.text or vim.uv.now() - last.at > REPEATED_MS then
      M.told(text)
      words.say(text, LEVELS[params.type])
    end
  end, 50)
end

--- The user reads this already.
---@param text string
function M.told(text)
  last = { text = text, at = vim.uv.now() }
end

--- The client of the current buffer (in a window of Hearth's own any one), or nil after saying
--- that there is none.
---@return vim.lsp.Client?
function M.current()
  local in_own = vim.startswith(vim.api.nvim_buf_get_name(0), 'hearth://')
  local client = vim.lsp.get_clients({ name = 'hearth', bufnr = not in_own and 0 or nil })[1]
  if not client then
    M.complain('not attached to this buffer, see :checkhealth hearth')
  end
  return client
end

--- Ask the server; an answer that is an error is shown, and `on_result` is not called.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param on_result fun(result: any)
---@param on_error? fun()
---@param bufnr? integer whose changes the server must know first; the current one unless told
---@return integer? request_id
function M.request(client, method, params, on_result, on_error, bufnr)
  local sent, id = client:request(method, params, function(err, result)
    if not err then
      return on_result(result)
    end
    if on_error then
      on_error()
    end
    if err.code == METHOD_NOT_FOUND then
      return M.complain(('this server does not offer %s'):format(method))
    end
    if err.code ~= vim.lsp.protocol.ErrorCodes.RequestCancelled then
      M.complain(err.message)
    end
  end, bufnr or vim.api.nvim_get_current_buf())
  if not sent then
    M.complain('the server has stopped, see :checkhealth hearth')
  end
  return id
end

--- Run one of the server's commands.
---@param client vim.lsp.Client
---@param command string
---@param arguments? any[]
function M.execute(client, command, arguments)
  local provider = client.server_capabilities.executeCommandProvider
  if not (provider and vim.list_contains(provider.commands, command)) then
    return M.complain(('this server does not offer %s'):format(command))
  end
  local params = { command = command, arguments = arguments }
  M.request(client, 'workspace/executeCommand', params, function() end)
end

return M
