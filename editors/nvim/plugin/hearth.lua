if vim.g.loaded_hearth then
  return
end
vim.g.loaded_hearth = true

vim.api.nvim_create_user_command('Hearth', function(arguments)
  require('hearth.commands').run(arguments)
end, {
  nargs = '+',
  range = true,
  bang = true,
  desc = 'Hearth: see :help hearth-commands',
  complete = function(lead, line)
    return require('hearth.commands').complete(lead, line)
  end,
})

local group = vim.api.nvim_create_augroup('hearth', {})
vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'hearth' then
      require('hearth.attach').attach(client, event.buf)
    end
  end,
})
