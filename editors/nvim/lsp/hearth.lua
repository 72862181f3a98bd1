---@brief
---
--- Hearth keeps a code model warm on your own machine; `:help hearth-setup` says how to install it.

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
    ['hearth/completionGrew'] = function(_, grown, context)
      require('hearth.growth').show(context.client_id, grown)
    end,
    ['hearth/chooseModel'] = function()
      require('hearth.models').offer()
    end,
    ['hearth/preview'] = function(_, piece)
      require('hearth.preview').on_piece(piece)
    end,
    ['hearth/documentText'] = function(_, params, context)
      local client = assert(vim.lsp.get_client_by_id(context.client_id))
      return require('hearth.documents').text(client, params.uri)
    end,
    ['hearth/definitions'] = function(_, params, context)
      local client = assert(vim.lsp.get_client_by_id(context.client_id))
      return require('hearth.definitions').find(client, params)
    end,
    ['hearth/members'] = function(_, params, context)
      local client = assert(vim.lsp.get_client_by_id(context.client_id))
      return require('hearth.members').find(client, params)
    end,
    ['window/showMessage'] = function(_, params)
      require('hearth.client').say(params)
    end,
    ['$/progress'] = function(err, params, context)
      local is_ours = require('hearth.chat').on_progress(params)
        or require('hearth.commit').on_progress(params)
      if not is_ours then
        vim.lsp.handlers['$/progress'](err, params, context)
      end
    end,
  },
  commands = {
    ['hearth.explain'] = function(command, context)
      local client = assert(vim.lsp.get_client_by_id(context.client_id))
      require('hearth.chat').explain(client, command.arguments[1])
    end,
  },
  before_init = function(params, config)
    params.initializationOptions = config.settings.hearth
    local can = params.capabilities
    local ghost = require('hearth.ghost').wanted()
    can.experimental = {
      hearth = {
        preview = true,
        documentText = true,
        definitions = true,
        members = true,
        completionGrew = ghost,
        chooseModel = true,
        nextEdit = { otherFiles = true },
      },
    }
    can.textDocument.codeAction.disabledSupport = true
    -- Neovim can, and does not say so; without it no file for new tests could be made
    can.workspace.workspaceEdit.documentChanges = true
    -- Neovim 0.12 would ask without showing the change, and then for a key after each one;
    -- `:Hearth act` shows the diff, and undo takes a change back in one step
    can.workspace.workspaceEdit.changeAnnotationSupport = nil
    if not ghost then
      -- the server then offers its suggestions in the completion menu instead
      can.textDocument.inlineCompletion = nil
    end
  end,
  on_exit = function(code, signal, client_id)
    require('hearth.status').stopped(client_id, code, signal)
    vim.schedule(function()
      require('hearth.chat').on_exit(client_id)
    end)
  end,
}
