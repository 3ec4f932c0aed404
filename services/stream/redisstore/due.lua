-- Finds users whose record time has changed, and takes recordings that have left the
-- list out of it, which the log of changes tells.
-- KEYS: alive, hidden, over, recorded, leaving, changes, journal.
-- ARGV[2...4]: milliseconds that a record waits in alive, hidden and over. ARGV[5]: the window in
-- milliseconds. ARGV[6]: how many of each at most.
-- Returns {users}, and whether there may be more recordings to take out.
local time, chunk = now(), tonumber(ARGV[6])
-- Users are only found: what time does to them is decided in Go, see stream.Settle.
local users = {}
local function add(some)
  for _, user in ipairs(some) do users[#users + 1] = user end
end
for i, set in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do
  add(redis.call('ZRANGEBYSCORE', set, '-inf', string.format('%.0f', time - tonumber(ARGV[1 + i])), 'LIMIT', 0, chunk))
end
-- A clock that had jumped ahead has left these in the future.
for _, set in ipairs({KEYS[1], KEYS[2]}) do
  add(redis.call('ZRANGEBYSCORE', set, string.format('(%.0f', time), '+inf', 'LIMIT', 0, chunk))
end
local gone = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', string.format('%.3f', (time - tonumber(ARGV[5])) / 1000), 'LIMIT', 0, chunk)
if #gone > 0 then
  redis.call('ZREM', KEYS[4], unpack(gone))
  redis.call('ZREM', KEYS[5], unpack(gone))
  local last = redis.call('HGET', KEYS[7], 'changed')
  local number = last and tonumber(last) or time
  for _, id in ipairs(gone) do
    number = number + 1
    redis.call('XADD', KEYS[6], string.format('%.0f-0', number), 'at', string.format('%.0f', time), 'unlisted', id)
  end
  redis.call('HSET', KEYS[7], 'changed', string.format('%.0f', number))
end
return {users, #gone == chunk and 1 or 0}
