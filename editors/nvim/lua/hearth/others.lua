--- The answers besides the one that is shown: asked for at the first step, then gone through.

local ghost = require('hearth.ghost')

local M = {}

local INVOKED = 1 -- lsp.InlineCompletionTriggerKind

---@class hearth.Step
---@field count integer
---@field version integer of the buffer when it was asked for

--- Steps that wait for the answers, by buffer.
---@type table<integer, hearth.Step>
local waiting = {}

--- Show the answer so many places further; behind the last one comes the first. Where nothing is
--- shown, ask for all that is missing there.
---@param count integer
---@return boolean stepped false: there is nobody to ask
function M.step(count)
  local bufnr = vim.api.nvim_get_current_buf()
  local completor = ghost.completor(bufnr)
  if not completor then
    return false
  end
  local can_ask = completor.request and completor.count_items
  if can_ask and not ghost.visible(bufnr) then
    completor:request(INVOKED)
    return true
  end
  if not can_ask or completor:count_items() > 1 then
    vim.lsp.inline_completion.select({ bufnr = bufnr, count = count })
    return true
  end
  waiting[bufnr] = { count = count, version = vim.lsp.util.buf_versions[bufnr] }
  completor:request(INVOKED)
  return true
end

--- An answer came, and its first item is shown.
---@param bufnr integer
function M.arrived(bufnr)
  local step = waiting[bufnr]
  waiting[bufnr] = nil
  if step and step.version == vim.lsp.util.buf_versions[bufnr] then
    -- with one item alone this shows (1/1): there is no other
    vim.lsp.inline_completion.select({ bufnr = bufnr, count = step.count })
  end
end

return M
