---@class hearth.Keys
---@field accept? string|false
---@field accept_word? string|false
---@field accept_line? string|false
---@field dismiss? string|false
---@field next? string|false
---@field prev? string|false
---@field next_edit? string|false also in normal mode
---@field decline_edit? string|false in normal mode; in insert mode it is `dismiss`

---@class hearth.Config
---@field cmd? string[] how the server is started, `{ 'hearth', 'serve' }` unless told
---@field ghost? boolean ghost text where Neovim can (0.12); else suggestions come in the menu
---@field menu_autotrigger? boolean without ghost text: open the menu while typing
---@field keys? hearth.Keys only while what they are for is shown; false: no such key
---@field rest_ms? integer the cursor has come to rest after this time; the server then reads ahead
---@field settings? table what the server is told, as in `hearth.toml`

local M = {}

---@type hearth.Config
local DEFAULTS = {
  ghost = true,
  menu_autotrigger = false,
  keys = {
    accept = '<Tab>',
    accept_word = '<M-Right>',
    accept_line = '<M-C-Right>',
    dismiss = '<C-]>',
    next = '<M-]>',
    prev = '<M-[>',
    next_edit = '<Tab>',
    decline_edit = '<Esc>',
  },
  rest_ms = 300,
  settings = vim.empty_dict(),
}

---@type hearth.Config
M.values = DEFAULTS

---@param options hearth.Config
function M.set(options)
  vim.validate('options', options, 'table')
  for name in pairs(options) do
    if DEFAULTS[name] == nil and name ~= 'cmd' then
      require('hearth.words').say(
        ('there is no option "%s", see :help hearth-options'):format(name),
        vim.log.levels.WARN
      )
    end
  end
  M.values = vim.tbl_deep_extend('force', DEFAULTS, options)
end

return M
