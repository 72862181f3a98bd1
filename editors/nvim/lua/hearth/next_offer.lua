--- The one edit that is offered, and whether it may be seen now.

local draw = require('hearth.next_draw')
local ghost = require('hearth.ghost')
local place = require('hearth.next_place')

local M = {}

local MOST_LINES_VISITED = 8 -- the cursor was on so many others: the user is about something else

---@class hearth.Offer
---@field client vim.lsp.Client
---@field edit hearth.InlineEdit
---@field bufnr integer where it belongs
---@field from integer the buffer that was asked about
---@field change hearth.Change
---@field shown boolean has it been on the screen
---@field jumped_to? [integer, integer] where it brought the cursor to, row and column from 0
---@field row integer of the cursor, from 1
---@field visited integer lines since it came

local offer ---@type hearth.Offer?

--- Another one takes its place.
---@param client vim.lsp.Client
---@param from integer
---@param bufnr integer
---@param edit hearth.InlineEdit
function M.set(client, from, bufnr, edit)
  M.drop('replaced')
  offer = {
    client = client,
    edit = edit,
    bufnr = bufnr,
    from = from,
    change = place.change(bufnr, edit),
    shown = false,
    row = vim.api.nvim_win_get_cursor(0)[1],
    visited = 0,
  }
  M.refresh()
end

--- Take it off the screen and out of here, because the user takes it.
---@return hearth.Offer?
function M.remove()
  local now = offer
  offer = nil
  draw.clear()
  return now
end

--- It goes without being made.
---@param reason 'rejected'|'ignored'|'replaced'
function M.drop(reason)
  local now = M.remove()
  if now and now.shown and not now.client:is_stopped() then
    now.client:notify('hearth/didRejectInlineEdit', { item = now.edit, reason = reason })
  end
end

--- The offer, if it may be on the screen: its text is still there, and nothing else has the place.
---@return hearth.Offer?
function M.visible()
  if not offer then
    return nil
  end
  local bufnr, mode = vim.api.nvim_get_current_buf(), vim.api.nvim_get_mode().mode
  local is_near = bufnr == offer.bufnr or bufnr == offer.from
  if not is_near or not (mode == 'n' or mode:sub(1, 1) == 'i') or ghost.visible(bufnr) then
    return nil
  end
  return offer
end

--- Bring the screen in line with what there is.
function M.refresh()
  if offer and not M.fits(offer) then
    return M.drop('ignored')
  end
  local now = M.visible()
  if not now then
    return draw.clear()
  end
  draw.draw(now.bufnr, now.change, place.told(now.edit, now.bufnr, now.change))
  if not now.shown then
    now.shown = true
    now.client:notify('textDocument/didShowInlineEdit', { item = now.edit })
  end
end

--- Is the buffer still what the edit was made for?
---@param now hearth.Offer
---@return boolean
function M.fits(now)
  return not now.client:is_stopped()
    and vim.api.nvim_buf_is_loaded(now.bufnr)
    and vim.lsp.util.buf_versions[now.bufnr] == now.edit.textDocument.version
end

--- The cursor moved, or the window, or what is in it.
function M.moved()
  local row = vim.api.nvim_win_get_cursor(0)[1]
  if offer and row ~= offer.row then
    offer.row = row
    offer.visited = M.is_here(offer) and 0 or offer.visited + 1
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local is_left = offer and bufnr ~= offer.bufnr and bufnr ~= offer.from
  if offer and (is_left or offer.visited >= MOST_LINES_VISITED) then
    return M.drop('ignored')
  end
  M.refresh()
end

--- Is the cursor where it belongs?
---@param now hearth.Offer
---@return boolean
function M.is_here(now)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  return vim.api.nvim_get_current_buf() == now.bufnr and place.is_at(now.change, row)
end

return M
