-- Cuts one page out of the list, live rooms before recordings. It writes nothing: what
-- has left a list and stands in it still is passed over.
-- KEYS: rooms, live, alive, recordings, recorded, leaving, journal.
-- ARGV[2...7]: time to live and window in milliseconds, 1 for live, 1 for recorded, offset, limit.
-- Returns {total, users, entries, recording ids, recordings, number of the latest change}.
local rooms, live, alive = KEYS[1], KEYS[2], KEYS[3]
local recordings, recorded, leaving = KEYS[4], KEYS[5], KEYS[6]
local CHUNK = 1000 -- no more can be unpacked at once
local FEW = 64     -- so many that have left are looked up one by one
local time = now()

-- places returns where the members that have left stand in a list, in order.
local function places(list, times, last)
  local found = {}
  for i, member in ipairs(redis.call('ZRANGEBYSCORE', times, '-inf', last)) do
    found[i] = redis.call('ZRANK', list, member) or math.huge
  end
  table.sort(found)
  return found
end

-- walk collects members from a place on, without those that have left and without the
-- first of the others that are to be skipped.
local function walk(list, times, last, place, skip, limit)
  local found = {}
  while #found < limit do
    local some = redis.call('ZRANGE', list, place, place + CHUNK - 1)
    if #some == 0 then break end
    local left = redis.call('ZMSCORE', times, unpack(some))
    for i, member in ipairs(some) do
      if left[i] and tonumber(left[i]) > last then
        if skip > 0 then
          skip = skip - 1
        elseif #found < limit then
          found[#found + 1] = member
        end
      end
    end
    place = place + CHUNK
  end
  return found
end

-- cut returns the size of a list and the members on a page of it. Who leaves at last or
-- before, by times, is no more in it.
local function cut(list, times, last, offset, limit)
  local left = redis.call('ZCOUNT', times, '-inf', last)
  local size = redis.call('ZCARD', list) - left
  limit = math.min(limit, size - offset)
  if limit <= 0 then return size, {} end
  if left == 0 then return size, redis.call('ZRANGE', list, offset, offset + limit - 1) end
  if left > FEW then return size, walk(list, times, tonumber(last), 0, offset, limit) end
  local begin = offset
  for _, place in ipairs(places(list, times, last)) do
    if place <= begin then begin = begin + 1 end
  end
  return size, walk(list, times, tonumber(last), begin, 0, limit)
end

-- read returns fields of a hash, false for one that is not there, in CHUNKs.
local function read(hash, fields)
  local found = {}
  for i = 1, #fields, CHUNK do
    local some = redis.call('HMGET', hash, unpack(fields, i, math.min(i + CHUNK - 1, #fields)))
    for _, text in ipairs(some) do found[#found + 1] = text end
  end
  return found
end

local offset, limit = tonumber(ARGV[6]), tonumber(ARGV[7])
local total, size, users, ids = 0, 0, {}, {}
if ARGV[4] == '1' then
  local last = string.format('%.0f', time - tonumber(ARGV[2]))
  total, users = cut(live, alive, last, offset, limit)
  offset, limit = math.max(0, offset - total), limit - #users
end
if ARGV[5] == '1' then
  local last = string.format('%.3f', (time - tonumber(ARGV[3])) / 1000)
  size, ids = cut(recorded, leaving, last, offset, limit)
  total = total + size
end
return {total, users, read(rooms, users), ids, read(recordings, ids), redis.call('HGET', KEYS[7], 'changed') or '0'}
