--- What goes along with the next question besides the file that it is about.

local place = require('hearth.place')
local words = require('hearth.words')

local M = {}

---@class hearth.Attachment of `hearth/chat`, in the server's PROTOCOL.md
---@field kind 'file'|'selection'|'symbol'|'problems'|'changes'|'text'
---@field uri? string
---@field range? lsp.Range
---@field text? string
---@field problems? table[]

---@class hearth.Attached
---@field name string
---@field attachment hearth.Attachment

local GIT = { 'git', '-c', 'core.fsmonitor=false', '--no-pager', 'diff', '--no-color' }
local PATIENCE_MS = 5000
local SEVERITIES = { 'error', 'warning', 'information', 'hint' }

---@type hearth.Attached[]
local attached = {}

--- `:Hearth add`: the lines of the range, this file, another one, `problems` or `changes`.
---@param client vim.lsp.Client
---@param arguments hearth.Arguments
---@param what string
function M.add(client, arguments, what)
  if what == 'problems' then
    return M.put('problems', M.problems())
  elseif what == 'changes' then
    return M.put('changes', M.changes())
  elseif what ~= '' then
    local path = vim.fn.fnamemodify(vim.fn.expand(what), ':p')
    if vim.fn.filereadable(path) ~= 1 then
      return require('hearth.client').complain(('there is no file %s'):format(what))
    end
    return M.put(vim.fn.fnamemodify(path, ':t'), { kind = 'file', uri = vim.uri_from_fname(path) })
  elseif arguments.range > 0 then
    local about = place.of(client, arguments)
    local part = { kind = 'selection', uri = about.textDocument.uri, range = about.range }
    return M.put(place.name(arguments), part)
  end
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t')
  M.put(name, { kind = 'file', uri = vim.uri_from_bufnr(0) })
end

---@param name string
---@param attachment hearth.Attachment
function M.put(name, attachment)
  for _, other in ipairs(attached) do
    if other.name == name and vim.deep_equal(other.attachment, attachment) then
      return
    end
  end
  table.insert(attached, { name = name, attachment = attachment })
  words.say(('%s goes along with the next question'):format(table.concat(M.names(), ', ')))
  require('hearth.ask').redraw()
end

---@return string[]
function M.names()
  return vim.tbl_map(function(each)
    return each.name
  end, attached)
end

function M.clear()
  attached = {}
  require('hearth.ask').redraw()
end

--- What goes along with this question, and not with the one behind it.
---@param question string
---@return hearth.Attachment[]
function M.take(question)
  local taken = vim.tbl_map(function(each)
    return each.attachment
  end, attached)
  local kinds = {} ---@type table<string, boolean>
  for _, each in ipairs(taken) do
    kinds[each.kind] = true
  end
  if question:find('#problems%f[^%w_]') and not kinds.problems then
    table.insert(taken, M.problems())
  end
  if question:find('#changes%f[^%w_]') and not kinds.changes then
    table.insert(taken, M.changes())
  end
  M.clear()
  return taken
end

--- Of the file that questions are about; where that has none, of all files.
---@return hearth.Attachment
function M.problems()
  local source = require('hearth.chat').source()
  local found = source and vim.diagnostic.get(source) or {}
  if #found == 0 then
    found = vim.diagnostic.get()
  end
  local problems = {} ---@type table[]
  for _, each in ipairs(found) do
    local start = { line = each.lnum, character = each.col }
    table.insert(problems, {
      uri = vim.uri_from_bufnr(each.bufnr),
      range = { start = start, ['end'] = start },
      message = each.message,
      severity = SEVERITIES[each.severity],
      source = each.source,
    })
  end
  return { kind = 'problems', problems = #problems > 0 and problems or nil }
end

--- The uncommitted changes of the repository around the file that questions are about.
---@return hearth.Attachment
function M.changes()
  local source = require('hearth.chat').source()
  local folder = source and vim.fs.dirname(vim.api.nvim_buf_get_name(source)) or vim.fn.getcwd()
  local command = vim.list_extend(vim.deepcopy(GIT), { '--no-ext-diff', '--no-textconv', 'HEAD' })
  local started, process = pcall(vim.system, command, { cwd = folder, text = true })
  local done = started and process:wait(PATIENCE_MS) or nil
  return { kind = 'changes', text = done and done.code == 0 and done.stdout or '' }
end

return M
