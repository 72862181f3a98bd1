--- The one place that speaks to the user. What it quotes is others': a file's name, a checker's
--- words, a model's. None of it may hide anything, or be more than fits there.

local M = {}

local LONGEST = 1000 -- characters of a message

--- Characters that nobody sees: controls, those that turn the direction of writing, those without
--- width, and what is drawn as nothing. Pairs of the first and the last one.
local HIDDEN = {
  { 0x00, 0x08 },
  { 0x0b, 0x1f },
  { 0x7f, 0x9f },
  { 0xad, 0xad },
  { 0x34f, 0x34f },
  { 0x61c, 0x61c },
  { 0x115f, 0x1160 },
  { 0x17b4, 0x17b5 },
  { 0x180b, 0x180f },
  { 0x200b, 0x200f },
  { 0x2028, 0x202e },
  { 0x2060, 0x206f },
  { 0x3164, 0x3164 },
  { 0xd800, 0xdfff },
  { 0xfe00, 0xfe0f },
  { 0xfeff, 0xfeff },
  { 0xffa0, 0xffa0 },
  { 0xfff0, 0xfffb },
  { 0xfffe, 0xffff },
  { 0x1bca0, 0x1bca3 },
  { 0x1d173, 0x1d17a },
  { 0xe0000, 0xe0fff },
}

---@param character string in UTF-8
---@return integer
local function code_of(character)
  local first = character:byte()
  local code = first < 0x80 and first or first % (first < 0xe0 and 32 or first < 0xf0 and 16 or 8)
  for index = 2, #character do
    code = code * 64 + character:byte(index) % 64
  end
  return code
end

---@param character string
---@return boolean
local function is_hidden(character)
  local code = code_of(character)
  for _, range in ipairs(HIDDEN) do
    if code >= range[1] and code <= range[2] then
      return true
    end
  end
  return false
end

--- The text without the hidden characters that another text, such as a buffer's, has not.
---@param text string
---@param there string
---@return string
function M.without_new(text, there)
  if not text:find('[^\t\n\32-\126]') then
    return text
  end
  local kept = text:gsub('[%z\1-\127\194-\244][\128-\191]*', function(character)
    local is_new = is_hidden(character) and not there:find(character, 1, true)
    return is_new and '' or character
  end)
  return kept
end

--- What others wrote, on one line inside of a message, a list or a title.
---@param text string
---@return string
function M.quoted(text)
  local line = vim.trim((M.without_new(text:sub(1, 8 * LONGEST), ''):gsub('%s+', ' ')))
  local longer = vim.fn.strchars(line) > LONGEST
  return longer and vim.fn.strcharpart(line, 0, LONGEST - 1) .. '…' or line
end

--- Tell the user.
---@param message string may have several lines
---@param level? integer of `vim.log.levels`
function M.say(message, level)
  local lines = vim.tbl_map(M.quoted, vim.split(message, '\n', { plain = true }))
  local shown = table.concat(vim.list_slice(lines, 1, 60), '\n')
  vim.notify('hearth: ' .. shown, level or vim.log.levels.INFO)
end

return M
