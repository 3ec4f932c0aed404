-- Adds to one counter, by the rules of counter.Value.Add.
-- KEYS[1]: a hash with s, the session, n, the count, and for each sender
--          @sender, "number time" of its last addition.
-- ARGV[2]: the largest count. ARGV[3]: milliseconds a sender is remembered.
-- ARGV[4]: milliseconds a session may be ahead of the clock and be believed.
-- ARGV[5...]: session, delta, sender and number of each addition.
-- Returns the counts reached.
local key, limit, time = KEYS[1], tonumber(ARGV[2]), now()
local stored = redis.call('HMGET', key, 's', 'n')
local session, count = tonumber(stored[1] or -1), tonumber(stored[2] or 0)
local fresh = not stored[1]
if session > time + tonumber(ARGV[4]) then session = -1 end
local marks, changed, reached = {}, {}, {}

local function forget()
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local at = string.match(fields[i + 1], '^%d+ (%d+)$')
    if at and time - tonumber(at) >= tonumber(ARGV[3]) then
      redis.call('HDEL', key, fields[i])
    end
  end
end

-- isnew tells whether the number is above the last of its sender.
local function isnew(sender, number)
  local field = '@' .. sender
  local last = marks[field]
  if not last then
    local mark = redis.call('HGET', key, field)
    if mark then
      last = tonumber(string.match(mark, '^%d+'))
    else
      last = 0
      if not fresh then forget() end
    end
  end
  marks[field] = last
  if tonumber(number) <= last then return false end
  marks[field], changed[field] = tonumber(number), number
  return true
end

for i = 5, #ARGV, 4 do
  local its = tonumber(ARGV[i])
  if its < session then
    reached[#reached + 1] = 0
  else
    if its > session then
      redis.call('DEL', key)
      redis.call('HSET', key, 's', ARGV[i], 'n', 0)
      session, count, fresh, marks, changed = its, 0, true, {}, {}
    end
    if isnew(ARGV[i + 2], ARGV[i + 3]) then
      count = math.min(math.max(count + tonumber(ARGV[i + 1]), 0), limit)
    end
    reached[#reached + 1] = count
  end
end

local fields = {}
for field, number in pairs(changed) do
  fields[#fields + 1] = field
  fields[#fields + 1] = number .. ' ' .. string.format('%.0f', time)
end
if #fields > 0 then
  redis.call('HSET', key, 'n', count, unpack(fields))
end
return reached
