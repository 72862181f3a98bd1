--- Code of an answer into the file that the question was about: shown as a diff, and taken or left.

local act = require('hearth.act')
local lsp = require('hearth.client')

local M = {}

local CHOICES = { { 'insert at the cursor', 'cursor' }, { 'replace the whole file', 'file' } }

--- Apply the code around the cursor: in the place of what has its name, else as the user chooses.
function M.apply()
  local code = require('hearth.fence').around_cursor()
  local bufnr = require('hearth.chat').source()
  if not code then
    return lsp.complain('there is no code to apply')
  end
  local client = bufnr and vim.lsp.get_clients({ name = 'hearth', bufnr = bufnr })[1]
  if not bufnr or not client then
    return lsp.complain('there is no open file that the question was about')
  end
  M.fit(client, bufnr, code, 'auto', function(found)
    if found then
      return M.offer(client, bufnr, found)
    end
    local options = {
      prompt = 'Nothing there has the name of this code:',
      format_item = function(choice)
        return choice[1]
      end,
    }
    vim.ui.select(CHOICES, options, function(choice)
      if choice then
        M.fit(client, bufnr, code, choice[2], function(put)
          if put then
            M.offer(client, bufnr, put)
          end
        end)
      end
    end)
  end)
end

---@class hearth.Fitting
---@field edits lsp.TextEdit[]
---@field what string

---@param client vim.lsp.Client
---@param bufnr integer
---@param code string[]
---@param how 'auto'|'cursor'|'file'
---@param on_found fun(found?: hearth.Fitting)
function M.fit(client, bufnr, code, how, on_found)
  local window = vim.fn.bufwinid(bufnr)
  local start = { line = 0, character = 0 }
  if window ~= -1 then
    start = vim.lsp.util.make_position_params(window, client.offset_encoding).position
  end
  lsp.request(client, 'hearth/chat/fit', {
    textDocument = { uri = vim.uri_from_bufnr(bufnr) },
    code = table.concat(code, '\n'),
    range = { start = start, ['end'] = start },
    how = how,
  }, function(found)
    on_found(type(found) == 'table' and found or nil)
  end, nil, bufnr)
end

---@param client vim.lsp.Client
---@param bufnr integer
---@param found hearth.Fitting
function M.offer(client, bufnr, found)
  local preview = require('hearth.preview')
  local snapshot = act.snapshot(client, bufnr)
  local edit = { changes = { [vim.uri_from_bufnr(bufnr)] = found.edits } }
  local title = require('hearth.words').quoted('in the place of ' .. found.what)
  local window = preview.open(title, function() end)
  preview.offer(window, require('hearth.diff').lines(edit, client), function()
    act.apply(snapshot, edit)
  end)
end

return M
