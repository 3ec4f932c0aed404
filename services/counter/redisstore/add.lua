-- Adds to one counter, by the rules of counter.Value.Add: what changes here changes there, and
-- TestTheRuleOfACounterIsTheSameInGoAndInLua holds the two against each other. Before it stand LIMIT, the largest
-- count, in milliseconds REMEMBERED, how long a sender is, and AHEAD, how far a session
-- may be ahead of the clock and be believed; PAST, how many past sessions are kept, and in
-- milliseconds KEPT, for how long.
-- KEYS[1]: a hash with s, the session, n, the count, and for each sender
--          @sender, "number time" of its last addition.
-- KEYS[2]: a hash of past session → "count time", what it had come to and when it was replaced.
-- ARGV[2...]: session, delta, sender and number of each addition.
-- Returns the counts reached.
-- Numbers are written with %d: Redis would write them with all digits of a fraction.
local key, time = KEYS[1], now()
-- The sender of the first addition, read with the counter: most calls have one sender.
local first = '@' .. ARGV[4]
local stored = redis.call('HMGET', key, 's', 'n', first)
local session, count = tonumber(stored[1] or -1), tonumber(stored[2] or 0)
local fresh = not stored[1]

-- Most calls are one more addition of a sender that is known, under the session that is. They end here,
-- before the functions of the others are made: that is a fifth of what they cost.
if #ARGV == 5 and stored[1] == ARGV[2] and session <= time + AHEAD then
  local last = string.match(stored[3] or '', '^%d+')
  if last and tonumber(ARGV[5]) > tonumber(last) then
    count = math.min(math.max(count + tonumber(ARGV[3]), 0), LIMIT)
    redis.call('HSET', key, 'n', string.format('%d', count), first, ARGV[5] .. string.format(' %d', time))
    return {count}
  end
end

-- No fence: any session is newer than -1, and remember keeps nothing of it.
if session > time + AHEAD then session = -1 end

local function lastof(mark) return mark and tonumber(string.match(mark, '^%d+')) end

local marks, changed, reached = {[first] = lastof(stored[3])}, {}, {}

-- forget deletes the senders that have been silent for long enough, whenever a new one comes.
local function forget()
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local at = string.match(fields[i + 1], '^%d+ (%d+)$')
    if at and time - tonumber(at) >= REMEMBERED then
      redis.call('HDEL', key, fields[i])
      if not changed[fields[i]] then marks[fields[i]] = nil end -- it may have been read before
    end
  end
end

-- isnew tells whether the number is above the last of its sender.
local function isnew(sender, number)
  local field = '@' .. sender
  local last, value = marks[field], tonumber(number)
  if not last then
    last = lastof(redis.call('HGET', key, field))
    if not last then
      last = 0
      if not fresh then forget() end
    end
  end
  marks[field] = last
  if value <= last then return false end
  marks[field], changed[field] = value, number
  return true
end

-- remember keeps what the session has come to, which a newer one replaces, by the rule of
-- counter.Value.Replaced. One with a session more than it may hold forgets the oldest.
local function remember()
  if session <= 0 or count == 0 then return end
  local past, names = KEYS[2], {}
  redis.call('HSET', past, string.format('%d', session), string.format('%d %d', count, time))
  redis.call('PEXPIRE', past, KEPT)
  if redis.call('HLEN', past) <= PAST then return end
  for _, name in ipairs(redis.call('HKEYS', past)) do names[#names + 1] = name end
  table.sort(names, function(a, b) return tonumber(a) < tonumber(b) end)
  for i = 1, #names - PAST do redis.call('HDEL', past, names[i]) end
end

for i = 2, #ARGV, 4 do
  local its = tonumber(ARGV[i])
  if its < session then
    reached[#reached + 1] = 0
  else
    if its > session then
      remember()
      redis.call('DEL', key)
      redis.call('HSET', key, 's', ARGV[i], 'n', 0)
      session, count, fresh, marks, changed = its, 0, true, {}, {}
    end
    if isnew(ARGV[i + 2], ARGV[i + 3]) then
      count = math.min(math.max(count + tonumber(ARGV[i + 1]), 0), LIMIT)
    end
    reached[#reached + 1] = count
  end
end

-- In one command, at the end: a count and the marks that belong to it are written together.
local fields, at = {}, string.format(' %d', time)
for field, number in pairs(changed) do
  fields[#fields + 1] = field
  fields[#fields + 1] = number .. at
end
if #fields > 0 then
  redis.call('HSET', key, 'n', string.format('%d', count), unpack(fields))
end
return reached
