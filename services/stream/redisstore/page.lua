-- Cuts one page out of the list, live rooms before recordings.
-- KEYS: rooms, live, alive, recordings, recorded, leaving.
-- ARGV[2...6]: time to live and window in milliseconds, 1 for live, 1 for recorded, offset, limit.
-- ARGV[8]: how many may leave a list in one run.
-- Returns {users} whose session is due and must be settled first, {} to be asked
-- once more, or {users, total, entries, recordings, users of the entries, ids of
-- the recordings}.
local rooms, live, alive = KEYS[1], KEYS[2], KEYS[3]
local recordings, recorded, leaving = KEYS[4], KEYS[5], KEYS[6]
local time, chunk = now(), tonumber(ARGV[8])

local due = redis.call('ZRANGEBYSCORE', alive, '-inf', string.format('%.0f', time - tonumber(ARGV[2])), 'LIMIT', 0, chunk)
if #due > 0 then return {due} end

local window = string.format('%.3f', (time - tonumber(ARGV[3])) / 1000)
local gone = redis.call('ZRANGEBYSCORE', leaving, '-inf', window, 'LIMIT', 0, chunk)
if #gone > 0 then
  redis.call('ZREM', recorded, unpack(gone))
  redis.call('ZREM', leaving, unpack(gone))
  return {{}}
end

-- cut returns the size of a list, what stands on the page of it, and its names.
local function cut(list, texts, offset, limit)
  local size = redis.call('ZCARD', list)
  if limit <= 0 or offset >= size then return size, {}, {} end
  local found = {}
  local members = redis.call('ZRANGE', list, offset, math.min(offset + limit, size) - 1)
  for i = 1, #members, 1000 do -- no more can be unpacked at once
    local some = redis.call('HMGET', texts, unpack(members, i, math.min(i + 999, #members)))
    for _, text in ipairs(some) do found[#found + 1] = text end
  end
  return size, found, members
end

local offset, limit = tonumber(ARGV[6]), tonumber(ARGV[7])
local total, size, entries, rows, users, ids = 0, 0, {}, {}, {}, {}
if ARGV[4] == '1' then
  total, entries, users = cut(live, rooms, offset, limit)
  offset, limit = math.max(0, offset - total), limit - #users
end
if ARGV[5] == '1' then
  size, rows, ids = cut(recorded, recordings, offset, limit)
  total = total + size
end
return {{}, total, entries, rows, users, ids}
