-- Deletes what the journal keeps no longer, a chunk of each.
-- KEYS: summaries, sessions, ended, changes.
-- ARGV[2...6]: time to live of summaries and of changes in milliseconds, how many changes are kept anyway, chunk.
-- Returns 1 if there may be more.
local time, chunk = now(), tonumber(ARGV[5])
local old = redis.call('ZRANGEBYSCORE', KEYS[3], string.format('%.0f', tonumber(ARGV[2]) - time), '+inf', 'LIMIT', 0, chunk)
if #old > 0 then
  redis.call('HDEL', KEYS[1], unpack(old))
  redis.call('ZREM', KEYS[2], unpack(old))
  redis.call('ZREM', KEYS[3], unpack(old))
end
-- The oldest changes go, as many as are too many, and only those that are old enough.
local excess = math.min(redis.call('XLEN', KEYS[4]) - tonumber(ARGV[4]), chunk)
local ttl, gone = tonumber(ARGV[3]), 0
if excess > 0 then
  local first
  for _, entry in ipairs(redis.call('XRANGE', KEYS[4], '-', '+', 'COUNT', excess + 1)) do
    first = entry[1]
    if gone == excess or ttl > 0 and tonumber(entry[2][2]) > time - ttl then break end
    gone = gone + 1
  end
  if gone > 0 then redis.call('XTRIM', KEYS[4], 'MINID', first) end
end
return (#old == chunk or gone == chunk) and 1 or 0
