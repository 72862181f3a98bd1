local M = {}

---@class hearth.Inspection what `hearth/inspect` answered
---@field prompt? string
---@field pieces? table[]
---@field left_out? table[]
---@field members? table
---@field next_edit? string

--- As Markdown.
---@param result hearth.Inspection
---@return string[]
function M.lines(result)
  local lines = { '# What the model is sent', '' }
  M.add_list(lines, '## Pieces', result.pieces)
  M.add_list(lines, '## Left out', result.left_out)
  if type(result.members) == 'table' then
    local kind = result.members.complete and 'only one of these' or 'rather one of these'
    M.add_list(lines, ('## Behind the dot, %s'):format(kind), result.members.names)
  end
  M.add_text(lines, '## Prompt', result.prompt or '')
  if result.next_edit then
    table.insert(lines, '')
    M.add_text(lines, '## What the model for next edits is asked', result.next_edit)
  end
  return lines
end

---@param lines string[]
---@param title string
---@param text string
function M.add_text(lines, title, text)
  vim.list_extend(lines, { title, '', '````text' })
  vim.list_extend(lines, vim.split(text, '\n', { plain = true }))
  table.insert(lines, '````')
end

---@param lines string[]
---@param title string
---@param entries? table[]
function M.add_list(lines, title, entries)
  table.insert(lines, title)
  table.insert(lines, '')
  for _, entry in ipairs(entries or {}) do
    table.insert(lines, '- ' .. M.one_line(entry))
  end
  if not entries or #entries == 0 then
    table.insert(lines, 'none')
  end
  table.insert(lines, '')
end

---@param entry any
---@return string
function M.one_line(entry)
  if type(entry) ~= 'table' then
    return tostring(entry)
  end
  local words = {} ---@type string[]
  for name, value in vim.spairs(entry) do
    -- the text itself is part of the prompt below
    if name ~= 'text' and type(value) ~= 'table' then
      table.insert(words, ('%s: %s'):format(name, tostring(value):gsub('\n', '⏎')))
    end
  end
  return table.concat(words, ', ')
end

return M
