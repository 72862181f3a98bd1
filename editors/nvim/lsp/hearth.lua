---@brief
---
--- Hearth keeps a code model warm on your own machine: `pip install hearth-lsp`.

---@type vim.lsp.Config
return {
  cmd = { 'hearth', 'serve' },
  -- no `filetypes`: every kind of file; the server's own settings say where it keeps quiet
  root_markers = { 'hearth.toml', '.git' },
  settings = { hearth = vim.empty_dict() },
  handlers = {
    ['hearth/status'] = function(_, status, context)
      require('hearth.status').update(context.client_id, status)
    end,
    ['$/progress'] = function(err, params, context)
      if not require('hearth.chat').on_progress(params) then
        vim.lsp.handlers['$/progress'](err, params, context)
      end
    end,
  },
  before_init = function(params, config)
    params.initializationOptions = config.settings.hearth
    if not require('hearth.ghost').wanted() then
      -- the server then offers its suggestions in the completion menu instead
      params.capabilities.textDocument.inlineCompletion = nil
    end
  end,
  on_exit = function(code, signal, client_id)
    require('hearth.status').stopped(client_id, code, signal)
  end,
}
