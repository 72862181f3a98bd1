--- The buffer that a conversation is shown in.

local view = require('hearth.view')

local M = {}

local BUFFER = 'hearth://chat'

--- Show it, and begin a new answer in it.
---@param question string
---@return integer bufnr
function M.begin(question)
  local bufnr = M.find() or M.create()
  view.show(bufnr)
  local empty = vim.api.nvim_buf_line_count(bufnr) == 1
    and vim.api.nvim_buf_get_lines(bufnr, 0, 1, false)[1] == ''
  vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(bufnr), 0 })
  view.append(bufnr, ('%s## %s\n\n'):format(empty and '' or '\n\n', question:gsub('\n', ' ')))
  return bufnr
end

function M.clear()
  local bufnr = M.find()
  if bufnr then
    vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, { '' })
  end
end

---@return integer? bufnr
function M.find()
  local bufnr = vim.fn.bufnr('^' .. BUFFER .. '$')
  return bufnr ~= -1 and bufnr or nil
end

---@return integer bufnr
function M.create()
  local bufnr = view.open(BUFFER, { '' }, 'markdown')
  local function map(lhs, call, desc)
    vim.keymap.set('n', lhs, call, { buffer = bufnr, desc = desc })
  end
  map('<C-c>', function()
    require('hearth.chat').stop()
  end, 'Stop the answer')
  map('ga', function()
    require('hearth.put').apply()
  end, 'Apply the code at the cursor')
  map('<CR>', function()
    require('hearth.ask').show()
  end, 'Ask')
  map('gy', require('hearth.fence').yank, 'Yank the code at the cursor')
  return bufnr
end

--- What the model was shown, as Markdown.
---@param used { path: string, range?: lsp.Range, why: string }[]
---@return string
function M.sources(used)
  local lines = {} ---@type string[]
  for _, source in ipairs(used) do
    local range = source.range
    local place = type(range) == 'table' -- the server's null may come as `vim.NIL`
        and (':%d-%d'):format(range.start.line + 1, range['end'].line)
      or ''
    table.insert(lines, ('- `%s%s`: %s'):format(source.path, place, source.why))
  end
  return #lines == 0 and '' or '\n\nShown to the model:\n\n' .. table.concat(lines, '\n')
end

--- What was to go along with a question and did not.
---@param left_out { name: string, reason: string }[]
---@return string
function M.left_out(left_out)
  local lines = vim.tbl_map(function(each)
    return ('*not shown to the model: %s (%s)*'):format(each.name, each.reason)
  end, left_out)
  return #lines == 0 and '' or '\n\n' .. table.concat(lines, '\n')
end

return M
