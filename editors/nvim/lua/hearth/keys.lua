local ghost = require('hearth.ghost')

local M = {}

---@class hearth.Action
---@field call string
---@field desc string
---@field asks? boolean where nothing is shown, and the key has no work of its own, it asks

---@type table<string, hearth.Action>
local ACTIONS = {
  accept = { call = 'accept', desc = 'Hearth: accept the ghost text' },
  accept_word = { call = 'accept_word', desc = 'Hearth: accept a word of the ghost text' },
  accept_line = { call = 'accept_line', desc = 'Hearth: accept a line of the ghost text' },
  dismiss = { call = 'dismiss', desc = 'Hearth: hide the ghost text' },
  next = { call = 'next', desc = 'Hearth: show the next answer', asks = true },
  prev = { call = 'prev', desc = 'Hearth: show the answer before' },
}

--- Map the keys in a buffer. Each does its old work while no ghost text is shown.
---@param bufnr integer
---@param keys hearth.Keys
function M.map(bufnr, keys)
  for name, action in pairs(ACTIONS) do
    local lhs = keys[name]
    if lhs and lhs ~= '' then
      M.map_one(bufnr, lhs, action)
    end
  end
end

---@param bufnr integer
---@param lhs string
---@param action hearth.Action
function M.map_one(bufnr, lhs, action)
  local before = M.find(vim.api.nvim_buf_get_keymap(bufnr, 'i'), lhs)
  if before and before.desc == action.desc then
    return
  end
  vim.keymap.set('i', lhs, function()
    local old = before or M.find(vim.api.nvim_get_keymap('i'), lhs)
    local asks = action.asks and not old and ghost.completor(bufnr)
    if (asks or ghost.acceptable(bufnr)) and not M.choosing_from_menu() then
      -- CTRL-G u: what is accepted can be undone by itself
      return ('<C-g>u<Cmd>lua require("hearth").%s()<CR>'):format(action.call)
    end
    return M.fall_back(old, lhs)
  end, { buffer = bufnr, expr = true, replace_keycodes = true, desc = action.desc })
end

--- An entry of the menu is selected: the keys belong to the menu.
---@return boolean
function M.choosing_from_menu()
  return vim.fn.pumvisible() == 1 and vim.fn.complete_info({ 'selected' }).selected >= 0
end

---@param maps vim.api.keyset.get_keymap[]
---@param lhs string
---@return vim.api.keyset.get_keymap?
function M.find(maps, lhs)
  local raw = vim.keycode(lhs)
  for _, map in ipairs(maps) do
    if vim.keycode(map.lhs) == raw then
      return map
    end
  end
end

--- The keys that do what `lhs` did before.
---@param map? vim.api.keyset.get_keymap
---@param lhs string
---@return string
function M.fall_back(map, lhs)
  if not map then
    return lhs
  end
  if map.expr == 1 then
    local keys = map.callback and map.callback() or vim.api.nvim_eval(map.rhs)
    return type(keys) == 'string' and keys or ''
  end
  if map.callback then
    -- text may not change inside an expression mapping
    vim.schedule(map.callback)
    return ''
  end
  vim.api.nvim_feedkeys(vim.keycode(map.rhs), map.noremap == 1 and 'in' or 'im', false)
  return ''
end

return M
