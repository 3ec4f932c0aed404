-- Reads pages of one room.
-- ARGV[5...]: session, offset and limit of each.
-- Returns for each page the size of the room, then user and record of each
-- member; or nothing if it is to be called again, as more is to be done first
-- than is done in one run.
if not settle() or not arrange() then return {} end

local function rows(first, last)
  return redis.call(ARGV[3] == 'newest' and 'ZREVRANGE' or 'ZRANGE', order, first, last)
end

local function page(offset, limit)
  local total = redis.call('ZCARD', order)
  local found, stop = {total}, math.min(offset + limit, total)
  for first = offset, stop - 1, CHUNK do
    local some = rows(first, math.min(first + CHUNK, stop) - 1)
    for i, row in ipairs(some) do some[i] = string.sub(row, 17) end
    for i, record in ipairs(redis.call('HMGET', users, unpack(some))) do
      found[#found + 1] = some[i]
      found[#found + 1] = record
    end
  end
  return found
end

local pages = {}
for i = 5, #ARGV, 3 do
  if tonumber(ARGV[i]) == session then
    pages[#pages + 1] = page(tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]))
  else
    pages[#pages + 1] = {0}
  end
end
return pages
