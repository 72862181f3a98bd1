--- A workspace edit as the text of a unified diff.

local M = {}

local diff = vim.text.diff or vim.diff

---@param edit lsp.WorkspaceEdit
---@param client vim.lsp.Client
---@return string[]
function M.lines(edit, client)
  local lines = {} ---@type string[]
  for _, change in ipairs(M.changes(edit)) do
    local path = vim.uri_to_fname(change.uri)
    local name = vim.fs.relpath(client.root_dir or '', path) or vim.fn.fnamemodify(path, ':t')
    local old = M.text(change.uri)
    local new = M.edited(old, change.edits, client.offset_encoding)
    table.insert(lines, '--- ' .. (#old == 0 and '/dev/null' or name))
    table.insert(lines, '+++ ' .. name)
    local shown = diff(M.joined(old), M.joined(new), { ctxlen = 3 }) --[[@as string]]
    vim.list_extend(lines, vim.split(shown:gsub('\n$', ''), '\n'))
  end
  return lines
end

--- The text edits of each file.
---@param edit lsp.WorkspaceEdit
---@return { uri: string, edits: lsp.TextEdit[] }[]
function M.changes(edit)
  local changes = {} ---@type { uri: string, edits: lsp.TextEdit[] }[]
  for uri, edits in vim.spairs(edit.changes or {}) do
    table.insert(changes, { uri = uri, edits = edits })
  end
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.textDocument then
      table.insert(changes, { uri = change.textDocument.uri, edits = change.edits })
    end
  end
  return changes
end

--- A file as it is open, else as it lies on the disk; no lines when there is none.
---@param uri string
---@return string[]
function M.text(uri)
  local name = vim.uri_to_fname(uri)
  local bufnr = vim.fn.bufnr('^' .. vim.fn.escape(name, '[]*?\\') .. '$')
  if bufnr ~= -1 and vim.api.nvim_buf_is_loaded(bufnr) then
    return vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  end
  local lines = vim.fn.filereadable(name) == 1 and vim.fn.readfile(name) or {}
  return vim.tbl_map(function(line)
    return (line:gsub('\r$', ''))
  end, lines)
end

---@param lines string[]
---@param edits lsp.TextEdit[]
---@param encoding string
---@return string[]
function M.edited(lines, edits, encoding)
  local scratch = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(scratch, 0, -1, false, lines)
  vim.lsp.util.apply_text_edits(edits, scratch, encoding)
  M.trim(scratch, #lines == 0)
  local edited = vim.api.nvim_buf_get_lines(scratch, 0, -1, false)
  vim.api.nvim_buf_delete(scratch, { force = true })
  return edited
end

--- Text for a new file ends with a line end; Neovim's buffers end without one.
---@param bufnr integer
---@param is_new boolean
function M.trim(bufnr, is_new)
  local last = vim.api.nvim_buf_get_lines(bufnr, -2, -1, false)[1]
  if is_new and last == '' and vim.api.nvim_buf_line_count(bufnr) > 1 then
    vim.api.nvim_buf_set_lines(bufnr, -2, -1, false, {})
  end
end

---@param lines string[]
---@return string
function M.joined(lines)
  return #lines == 0 and '' or table.concat(lines, '\n') .. '\n'
end

return M
