local ghost = require('hearth.ghost')
local next_edit = require('hearth.next_edit')

local M = {}

---@class hearth.Action
---@field key string its name in the options
---@field mode 'i'|'n'
---@field call string of `require('hearth')`
---@field desc string
---@field ready fun(bufnr: integer, is_free: boolean): boolean is_free: the key has no other work

---@param bufnr integer
---@return boolean
local function is_ghost(bufnr)
  return ghost.acceptable(bufnr) and not M.choosing_from_menu()
end

--- Where nothing is shown, and the key has no work of its own, it asks.
---@param bufnr integer
---@param is_free boolean
---@return boolean
local function is_ghost_or_free(bufnr, is_free)
  local asks = is_free and ghost.completor(bufnr) ~= nil
  return (asks or ghost.acceptable(bufnr)) and not M.choosing_from_menu()
end

---@param key string
---@param desc string
---@param ready? fun(bufnr: integer, is_free: boolean): boolean
---@return hearth.Action
local function of_ghost(key, desc, ready)
  return { key = key, mode = 'i', call = key, desc = desc, ready = ready or is_ghost }
end

---@type hearth.Action[]
local GHOST = {
  of_ghost('accept', 'accept the ghost text'),
  of_ghost('accept_word', 'accept a word of the ghost text'),
  of_ghost('accept_line', 'accept a line of the ghost text'),
  of_ghost('dismiss', 'hide the ghost text'),
  of_ghost('next', 'show the next answer', is_ghost_or_free),
  of_ghost('prev', 'show the answer before'),
}

---@param key string
---@param mode 'i'|'n'
---@return hearth.Action
local function takes(key, mode)
  local desc = 'take the next edit'
  return { key = key, mode = mode, call = 'next_edit', desc = desc, ready = next_edit.ready }
end

---@param key string
---@param mode 'i'|'n'
---@return hearth.Action
local function declines(key, mode)
  local desc, ready = 'decline the next edit', next_edit.shown
  return { key = key, mode = mode, call = 'decline_edit', desc = desc, ready = ready }
end

---@type hearth.Action[]
local NEXT_EDIT = {
  takes('next_edit', 'i'),
  takes('next_edit', 'n'),
  declines('dismiss', 'i'), -- <Esc> has its own work there
  declines('decline_edit', 'n'),
}

--- Map the keys in a buffer. Each does its old work where Hearth has nothing for it. Of the
--- actions on one key, the first that is ready acts.
---@param bufnr integer
---@param keys hearth.Keys
---@param has { ghost: boolean, next_edit: boolean }
function M.map(bufnr, keys, has)
  local actions = vim.list_extend({}, has.ghost and GHOST or {})
  vim.list_extend(actions, has.next_edit and NEXT_EDIT or {})
  local at = {} ---@type table<string, hearth.Action[]>
  for _, action in ipairs(actions) do
    local lhs = keys[action.key]
    if lhs and lhs ~= '' then
      local place = action.mode .. vim.keycode(lhs)
      at[place] = at[place] or {}
      table.insert(at[place], action)
    end
  end
  for _, on_one in pairs(at) do
    M.map_one(bufnr, on_one[1].mode, keys[on_one[1].key] --[[@as string]], on_one)
  end
end

---@param bufnr integer
---@param mode 'i'|'n'
---@param lhs string
---@param actions hearth.Action[]
function M.map_one(bufnr, mode, lhs, actions)
  local told = vim.tbl_map(function(action)
    return action.desc
  end, actions)
  local desc = 'Hearth: ' .. table.concat(told, ', or ')
  local before = M.find(vim.api.nvim_buf_get_keymap(bufnr, mode), lhs)
  if before and before.desc == desc then
    return
  end
  vim.keymap.set(mode, lhs, function()
    local old = before or M.find(vim.api.nvim_get_keymap(mode), lhs)
    for _, action in ipairs(actions) do
      if action.ready(bufnr, not old) then
        -- CTRL-G u: what is accepted can be undone by itself
        local undo = mode == 'i' and '<C-g>u' or ''
        return ('%s<Cmd>lua require("hearth").%s()<CR>'):format(undo, action.call)
      end
    end
    return M.fall_back(old, lhs)
  end, { buffer = bufnr, expr = true, replace_keycodes = true, desc = desc })
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
