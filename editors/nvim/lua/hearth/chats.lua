--- Earlier conversations, which the server keeps.

local chat = require('hearth.chat')
local lsp = require('hearth.client')
local words = require('hearth.words')

local M = {}

---@class hearth.Kept
---@field conversation string
---@field title string
---@field started number seconds since 1970
---@field workspace string
---@field turns { question: string, answer: string, used: table[] }[]

local deleted = '' -- the last one

--- Choose one and go on with it; those of this workspace come first.
---@param client vim.lsp.Client
function M.choose(client)
  M.list(client, function(chats)
    if #chats == 0 then
      return words.say('no chats are saved')
    end
    local options = { prompt = 'Hearth: previous chats', format_item = M.label }
    vim.ui.select(chats, options, function(chosen)
      if chosen then
        chat.resume(chosen)
      end
    end)
  end)
end

---@param client vim.lsp.Client
---@param on_chats fun(chats: hearth.Kept[])
function M.list(client, on_chats)
  lsp.request(client, 'hearth/chat/list', {}, function(chats)
    local here = client.root_dir or ''
    local own, others = {}, {} ---@type hearth.Kept[], hearth.Kept[]
    for _, each in ipairs(chats or {}) do
      table.insert(each.workspace == here and own or others, each)
    end
    on_chats(vim.list_extend(own, others))
  end)
end

---@param kept hearth.Kept
---@return string
function M.label(kept)
  local folder = kept.workspace ~= '' and vim.fs.basename(kept.workspace) or '-'
  local day = os.date('%Y-%m-%d %H:%M', math.floor(kept.started))
  return words.quoted(('%s  %s  %s'):format(day, folder, kept.title))
end

---@param client vim.lsp.Client
---@param title string
function M.rename(client, title)
  local params = { conversation = chat.conversation(), title = title }
  lsp.request(client, 'hearth/chat/rename', params, function(known)
    words.say(known and ('the chat is called "%s"'):format(title) or 'there is no chat to rename')
  end)
end

--- Delete the conversation that is shown.
---@param client vim.lsp.Client
function M.delete(client)
  local conversation = chat.conversation()
  lsp.request(client, 'hearth/chat/delete', { conversation = conversation }, function(known)
    if not known then
      return words.say('there is no chat to delete')
    end
    deleted = conversation
    chat.new()
    words.say('the chat was deleted; ":Hearth undelete" takes that back')
  end)
end

---@param client vim.lsp.Client
function M.undelete(client)
  lsp.request(client, 'hearth/chat/restore', { conversation = deleted }, function(known)
    if not known then
      return words.say('no chat was deleted')
    end
    M.list(client, function(chats)
      for _, each in ipairs(chats) do
        if each.conversation == deleted then
          chat.resume(each)
        end
      end
    end)
  end)
end

return M
