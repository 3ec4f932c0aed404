-- Adds to counters, by the rules of counter.Value.Add: what changes here changes there, and
-- TestTheRuleOfACounterIsTheSameInGoAndInLua holds the two against each other. Before it stand LIMIT, the largest
-- count, in milliseconds REMEMBERED, how long a sender is, and AHEAD, how far a session
-- may be ahead of the clock and be believed; PAST, how many past sessions are kept, and in
-- milliseconds KEPT, for how long. The keys of a counter are
-- 1. a hash with s, the session, n, the count, and for each sender
--    @sender, "number time" of its last addition;
-- 2. a hash of past session → "count time", what it had come to and when it was replaced.
-- Its arguments are session, delta, sender and number of each addition, at least one.
-- Returns the counts reached, or the only one.
-- Numbers are written with %d: Redis would write them with all digits of a fraction.
local time = now()
local at = string.format(' %d', time)

local function lastof(mark) return mark and tonumber(string.match(mark, '^%d+')) end

-- all adds by all of the rules. first and last are the places of its arguments, stored is what is kept of the counter
-- and of the sender of the first addition.
local function all(key, past, first, last, stored)
  local session, count = tonumber(stored[1] or -1), tonumber(stored[2] or 0)
  local fresh = not stored[1]

  -- No fence: any session is newer than -1, and remember keeps nothing of it.
  if session > time + AHEAD then session = -1 end

  local marks, changed, reached = {['@' .. ARGV[first + 2]] = lastof(stored[3])}, {}, {}

  -- forget deletes the senders that have been silent for long enough, whenever a new one comes.
  local function forget()
    local fields = redis.call('HGETALL', key)
    for i = 1, #fields, 2 do
      local since = string.match(fields[i + 1], '^%d+ (%d+)$')
      if since and time - tonumber(since) >= REMEMBERED then
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
    local names = {}
    redis.call('HSET', past, string.format('%d', session), string.format('%d %d', count, time))
    redis.call('PEXPIRE', past, KEPT)
    if redis.call('HLEN', past) <= PAST then return end
    for _, name in ipairs(redis.call('HKEYS', past)) do names[#names + 1] = name end
    table.sort(names, function(a, b) return tonumber(a) < tonumber(b) end)
    for i = 1, #names - PAST do redis.call('HDEL', past, names[i]) end
  end

  for i = first, last, 4 do
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
  local fields = {}
  for field, number in pairs(changed) do
    fields[#fields + 1] = field
    fields[#fields + 1] = number .. at
  end
  if #fields > 0 then
    redis.call('HSET', key, 'n', string.format('%d', count), unpack(fields))
  end
  return reached
end

return each(function(key, first, last)
  local counter, mark, number = KEYS[key], '@' .. ARGV[first + 2], ARGV[first + 3]
  -- Most calls are of one sender.
  local stored = redis.call('HMGET', counter, 's', 'n', mark)
  -- Most are one more addition of a sender that is known, under the session that is. They end here, without the
  -- functions and tables of the others, which are a fifth of what such a call costs.
  if last - first == 3 and stored[1] == ARGV[first] and tonumber(stored[1]) <= time + AHEAD then
    local before = lastof(stored[3])
    if before and tonumber(number) > before then
      local count = math.min(math.max(tonumber(stored[2] or 0) + tonumber(ARGV[first + 1]), 0), LIMIT)
      redis.call('HSET', counter, 'n', string.format('%d', count), mark, number .. at)
      return count
    end
  end
  return all(counter, KEYS[key + 1], first, last, stored)
end)
