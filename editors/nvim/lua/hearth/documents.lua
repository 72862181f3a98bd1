local M = {}

--- What the server asks for when its copy of a document may be out of step with the buffer.
---@param client vim.lsp.Client
---@param uri string
---@return { text: string, version: integer }|userdata null for a document that is not open here
function M.text(client, uri)
  for bufnr in pairs(client.attached_buffers) do
    if vim.uri_from_bufnr(bufnr) == uri then
      -- Neovim holds changes back for a moment; any notification sends them first, so that the
      -- server has the version of this text when it comes
      client:notify('$/setTrace', { value = 'off' })
      return {
        text = vim.lsp._buf_get_full_text(bufnr),
        version = vim.lsp.util.buf_versions[bufnr],
      }
    end
  end
  return vim.NIL
end

return M
