--- The next edit: asked for after the user's, shown where it is, gone to and made with a key.

local ask = require('hearth.next_ask')
local offer = require('hearth.next_offer')

local M = {}

local PAUSE_MS = 250 -- after the user's last change

--- The version of a buffer that an edit of ours made.
---@type table<integer, integer>
local made = {}

--- Follow what the user does in a buffer.
---@param client vim.lsp.Client
---@param bufnr integer
function M.watch(client, bufnr)
  local group = vim.api.nvim_create_augroup(('hearth.next:%d'):format(bufnr), { clear = true })
  ---@param events string[]
  ---@param call fun()
  local function on(events, call)
    vim.api.nvim_create_autocmd(events, {
      group = group,
      buffer = bufnr,
      callback = function()
        if client:is_stopped() then
          return true
        end
        call()
      end,
    })
  end
  on({ 'TextChanged', 'TextChangedI', 'TextChangedP' }, function()
    offer.refresh()
    if vim.lsp.util.buf_versions[bufnr] ~= made[bufnr] then
      ask.cancel(client)
      ask.soon(client, bufnr, PAUSE_MS)
    end
  end)
  on({ 'CursorMoved', 'CursorMovedI', 'WinScrolled', 'ModeChanged' }, offer.moved)
  on({ 'InsertLeave', 'BufWritePost', 'BufEnter' }, function()
    offer.moved()
    if not offer.visible() then
      ask.soon(client, bufnr, PAUSE_MS)
    end
  end)
end

--- Is it on the screen?
---@return boolean
function M.shown()
  return offer.visible() ~= nil
end

--- Does a key that is also for other things take it now? Not in a menu, in a snippet, or where a
--- Tab would indent.
---@return boolean
function M.ready()
  local now = offer.visible()
  if not now or vim.fn.pumvisible() == 1 or vim.snippet.active() then
    return false
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local is_normal = vim.api.nvim_get_mode().mode == 'n'
  return is_normal
    or vim.deep_equal(now.jumped_to, { row - 1, column })
    or vim.api.nvim_get_current_line():sub(1, column):match('%S') ~= nil
end

--- Go to the place; at the place, make the edit.
---@return boolean taken false: there is none
function M.take()
  local now = offer.visible()
  if not now then
    return false
  end
  if offer.is_here(now) then
    M.apply(now)
  else
    M.go_to(now)
  end
  return true
end

---@param now hearth.Offer
function M.go_to(now)
  vim.cmd("normal! m'")
  now.jumped_to = now.change.spot
  if vim.api.nvim_get_current_buf() ~= now.bufnr then
    vim.api.nvim_set_current_buf(now.bufnr)
  end
  vim.api.nvim_win_set_cursor(0, { now.change.spot[1] + 1, now.change.spot[2] })
  offer.moved()
end

---@param now hearth.Offer
function M.apply(now)
  local bufnr, client, change = now.bufnr, now.client, now.change
  offer.remove()
  local edit = { range = now.edit.range, newText = now.edit.text }
  vim.lsp.util.apply_text_edits({ edit }, bufnr, client.offset_encoding)
  made[bufnr] = vim.lsp.util.buf_versions[bufnr]
  local row = math.min(change.first + math.max(change.count, 1), vim.fn.line('$'))
  vim.api.nvim_win_set_cursor(0, { row, #vim.fn.getline(row) })
  client:request('workspace/executeCommand', {
    command = now.edit.command.command,
    arguments = now.edit.command.arguments,
  }, function()
    ask.soon(client, bufnr, 0)
  end, bufnr)
end

--- The user does not want it.
---@return boolean declined false: there is none
function M.decline()
  if not offer.visible() then
    return false
  end
  offer.drop('rejected')
  return true
end

return M
