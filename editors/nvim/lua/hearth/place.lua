--- What a command is about: the lines of its range, else the cursor.

local M = {}

---@class hearth.Place
---@field textDocument { uri: string }
---@field range lsp.Range

---@param client vim.lsp.Client
---@param arguments hearth.Arguments
---@return hearth.Place
function M.of(client, arguments)
  local encoding = client.offset_encoding
  if arguments.range == 0 then
    local params = vim.lsp.util.make_position_params(0, encoding)
    local cursor = { start = params.position, ['end'] = params.position }
    return { textDocument = params.textDocument, range = cursor }
  end
  local last = vim.api.nvim_buf_get_lines(0, arguments.line2 - 1, arguments.line2, false)[1]
  local first, behind = { arguments.line1, 0 }, { arguments.line2, #last }
  return vim.lsp.util.make_given_range_params(first, behind, 0, encoding)
end

--- For a heading: `example.py:3-9`.
---@param arguments hearth.Arguments
---@return string
function M.name(arguments)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t')
  if arguments.range == 0 then
    return ('%s:%d'):format(name, vim.api.nvim_win_get_cursor(0)[1])
  end
  return ('%s:%d-%d'):format(name, arguments.line1, arguments.line2)
end

--- What any tool says about the place.
---@param client vim.lsp.Client
---@param arguments hearth.Arguments
---@return lsp.Diagnostic[]
function M.problems(client, arguments)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  local first = arguments.range == 0 and row or arguments.line1
  local last = arguments.range == 0 and row or arguments.line2
  local found = {} ---@type lsp.Diagnostic[]
  for _, problem in ipairs(vim.diagnostic.get(0)) do
    if problem.lnum < last and (problem.end_lnum or problem.lnum) >= first - 1 then
      table.insert(found, M.as_lsp(client, problem))
    end
  end
  return found
end

--- Not as another server sent it: that one may count its columns in another way.
---@param client vim.lsp.Client
---@param problem vim.Diagnostic
---@return lsp.Diagnostic
function M.as_lsp(client, problem)
  local row, column = problem.lnum, problem.col
  local end_row, end_column = problem.end_lnum or row, problem.end_col or column
  local sent = vim.tbl_get(problem, 'user_data', 'lsp') or {}
  return {
    range = {
      start = M.position(client, row, column),
      ['end'] = M.position(client, end_row, end_column),
    },
    message = problem.message,
    severity = problem.severity,
    source = problem.source,
    code = problem.code,
    relatedInformation = sent.relatedInformation,
  }
end

---@param client vim.lsp.Client
---@param row integer from 0
---@param column integer in bytes, from 0
---@return lsp.Position
function M.position(client, row, column)
  local line = vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1] or ''
  local character = vim.str_utfindex(line, client.offset_encoding, math.min(column, #line))
  return { line = row, character = character }
end

return M
