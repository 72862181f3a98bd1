--- What Neovim's own ghost text lacks: nothing outdated is shown or accepted, and the server hears
--- what was shown. This file, `accept` and `others` look into `vim.lsp.inline_completion`; where
--- its inside has changed, they fall back to the plain behaviour.

local config = require('hearth.config')
local fit = require('hearth.fit')
local here = require('hearth.here')

local M = {}

local AUTOMATIC = 2 -- lsp.InlineCompletionTriggerKind
local NAMESPACE = 'nvim.lsp.inline_completion'

---@class hearth.Shown: hearth.Fit
---@field item vim.lsp.inline_completion.Item
---@field typed string the part of it that stands before the cursor already
---@field rest string the part that is shown

---@type table<vim.lsp.inline_completion.Item, true>
local told = setmetatable({}, { __mode = 'k' })

---@return boolean
function M.wanted()
  return config.values.ghost and vim.lsp.inline_completion ~= nil
end

---@param client vim.lsp.Client
---@return boolean
function M.offered(client)
  return M.wanted() and client:supports_method('textDocument/inlineCompletion')
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.enable(client, bufnr)
  vim.lsp.inline_completion.enable(true, { bufnr = bufnr })
  vim.api.nvim_create_autocmd('InsertEnter', {
    group = vim.api.nvim_create_augroup(('hearth.ghost:%d'):format(bufnr), { clear = true }),
    buffer = bufnr,
    callback = function()
      M.refine(bufnr)
    end,
  })
  vim.schedule(function()
    M.refine(bufnr)
    M.ask_if_missing(client.id)
  end)
end

--- Neovim asks once for each key. Whoever types before the server is there, or while it cannot
--- answer, would get nothing until the next key.
---@param client_id integer
function M.ask_if_missing(client_id)
  local bufnr = vim.api.nvim_get_current_buf()
  local completor = M.completor(bufnr)
  local typing = vim.startswith(vim.api.nvim_get_mode().mode, 'i')
  if not (typing and completor and completor.client_state[client_id]) then
    return
  end
  if not M.visible(bufnr) and not M.under_way(client_id, bufnr) then
    completor:automatic_request()
  end
end

--- Is there a request that has not been answered yet?
---@param client_id integer
---@param bufnr integer
---@return boolean
function M.under_way(client_id, bufnr)
  local client = vim.lsp.get_client_by_id(client_id)
  for _, request in pairs(client and client.requests or {}) do
    local ours = request.method == 'textDocument/inlineCompletion' and request.bufnr == bufnr
    if ours and request.type == 'pending' then
      return true
    end
  end
  return false
end

--- Neovim's state of the ghost text in a buffer.
---@param bufnr integer
---@return vim.lsp.inline_completion.Completor?
function M.completor(bufnr)
  local found, capability = pcall(require, 'vim.lsp._capability')
  local prototype = found and capability.all and capability.all.inline_completion
  return prototype and prototype.active and prototype.active[bufnr] or nil
end

---@param bufnr integer
function M.refine(bufnr)
  local completor = M.completor(bufnr)
  if not completor or rawget(completor, 'show') then
    return
  end
  if not (completor.show and completor.hide and completor.handler and completor.request) then
    return
  end
  local show, handler = completor.show, completor.handler

  -- Neovim takes an answer for text that has changed since; that for the new text is under way
  function completor:handler(err, result, context)
    local now = vim.lsp.util.buf_versions[bufnr]
    if M.ours(context.client_id) and context.version and context.version ~= now then
      return
    end
    handler(self, err, fit.with_plain_line_ends(result), context)
    require('hearth.others').arrived(bufnr)
  end

  -- called for each answer and each time the cursor moved
  function completor:show(hint)
    local item = self.current
    if not (item and M.ours(item.client_id)) then
      return show(self, hint)
    end
    self:hide()
    local shown = M.shown(bufnr)
    if not shown then
      self.current = nil
      if fit.typed(bufnr, item) and here.right() ~= fit.of(item).right then
        -- brackets were closed behind what was typed; which of them go with it, the server knows
        self:request(AUTOMATIC)
      end
      return
    end
    require('hearth.draw').draw(bufnr, vim.api.nvim_create_namespace(NAMESPACE), shown, hint)
    require('hearth.next_offer').refresh()
    if not told[item] then
      told[item] = true
      require('hearth.accept').shown(self, item)
    end
  end
end

---@param client_id integer
---@return boolean
function M.ours(client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  return client ~= nil and client.name == 'hearth'
end

--- What is shown at the cursor; nil when there is nothing that would change the text, or when
--- something else was typed.
---@param bufnr integer
---@return hearth.Shown?
function M.shown(bufnr)
  local completor = M.completor(bufnr)
  local item = completor and completor.current
  local typed = item and fit.typed(bufnr, item)
  if not (item and typed) then
    return nil
  end
  local made_for, rest = fit.of(item), item.insert_text:sub(#typed + 1)
  if here.right() ~= made_for.right or rest == made_for.right:sub(1, made_for.tail) then
    return nil
  end
  return { item = item, typed = typed, rest = rest, right = made_for.right, tail = made_for.tail }
end

--- Is any ghost text on the screen, whoever it comes from?
---@param bufnr integer
---@return boolean
function M.visible(bufnr)
  local namespace = vim.api.nvim_get_namespaces()[NAMESPACE]
  return namespace ~= nil
    and #vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { limit = 1 }) > 0
end

--- Is there ghost text on the screen that fits what stands there now?
---@param bufnr integer
---@return boolean
function M.acceptable(bufnr)
  local completor = M.completor(bufnr)
  local item = completor and completor.current
  local ours = item and M.ours(item.client_id)
  return M.visible(bufnr) and (not ours or M.shown(bufnr) ~= nil)
end

--- Hide the ghost text until the next answer.
---@param bufnr integer
---@return boolean
function M.dismiss(bufnr)
  local completor = M.completor(bufnr)
  local item = completor and completor.current
  if not (completor and item) then
    return false
  end
  completor:abort()
  require('hearth.growth').stop(bufnr)
  require('hearth.accept').rejected(item)
  require('hearth.next_offer').refresh()
  return true
end

return M
