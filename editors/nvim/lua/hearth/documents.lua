local M = {}

--- The buffer of a document, nil when it is not open here.
---@param client vim.lsp.Client
---@param uri string
---@return integer?
function M.buffer(client, uri)
  for bufnr in pairs(client.attached_buffers) do
    if vim.uri_from_bufnr(bufnr) == uri then
      return bufnr
    end
  end
end

--- What the server asks for when its copy of a document may be out of step with the buffer.
---@param client vim.lsp.Client
---@param uri string
---@return { text: string, version: integer }|userdata null for a document that is not open here
function M.text(client, uri)
  local bufnr = M.buffer(client, uri)
  if not bufnr then
    return vim.NIL
  end
  -- Neovim holds changes back for a moment; any notification sends them first, so that the
  -- server has the version of this text when it comes
  client:notify('$/setTrace', { value = 'off' })
  return { text = vim.lsp._buf_get_full_text(bufnr), version = vim.lsp.util.buf_versions[bufnr] }
end

return M
