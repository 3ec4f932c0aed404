-- Stands before every script of a room, after the prelude. With enter.lua and quit.lua it
-- has the rule of a room, which is room.Value in Go: what changes here changes there, and
-- TestTheRuleOfARoomIsTheSameInGoAndInLua holds the two against each other.
-- The keys of a room:
-- 1. a hash with s, the session, n, the place of who joins next, k, the
--    kind of order: "level" or "place", and while it is brought into
--    that order c, how far that is.
-- 2. a hash of user → "place level profile".
-- 3. a sorted set of place and user, by -level or, for order by place
--    alone, by 0. Places have one length there, so they sort as bytes.
-- 4. a sorted set of users by when they last entered, in milliseconds.
-- 5. a hash of user → when a presence of the member was last heard, in milliseconds by
--    the IM service's clock, negative if a client's word came after it.
-- 6. a hash of user → "seen heard level profile", the traces of those who have left.
-- 7. a sorted set of the same users by when they left, in milliseconds.
-- 8. a hash of session → "joined peak time", how many came, and when the last. It
--    outlives the room.
-- Before it stand LATE, TRACE, SKEW, MOST, PAST and KEPT: how old a presence may be, how long
-- a trace lasts, how far clocks differ, how many traces a room has; how many sessions are
-- counted, and for how long. And as the process is configured, STAY, how long a member stays; ORDER, the order to read
-- in: "oldest", "newest" or "level"; KEEP, how long a room is kept when nobody enters any more; FULL, how many members
-- a room may have, 0 for any number; AHEAD, how far a session may be ahead of the clock and be believed. All times are
-- milliseconds.
local CHUNK = 1000
local kind = ORDER == 'level' and 'level' or 'place'
local time = now()
local due = time - STAY -- who entered then or before has left

-- Of the room in hand: its keys, what the first of them holds, and what is found out of it on the way.
local room, users, order, seen, heard, traces, left, came
local kept, session, place
local here -- how many members there are, where nobody is due
local told -- whether presences have told of the room
local begun -- in this call
local lately -- the dates of the keys have been looked at, see joined

-- visit takes the room in hand whose keys begin with KEYS[key].
local function visit(key)
  room, users, order, seen = KEYS[key], KEYS[key + 1], KEYS[key + 2], KEYS[key + 3]
  heard, traces, left, came = KEYS[key + 4], KEYS[key + 5], KEYS[key + 6], KEYS[key + 7]
  kept = redis.call('HMGET', room, 's', 'n', 'k', 'c')
  session, place = tonumber(kept[1]), tonumber(kept[2])
  if session and session > time + AHEAD then session = nil end
  here, told, begun, lately = nil, nil, nil, nil
end

-- whole writes a number as %.0f would, and sooner.
local function whole(number) return string.format('%d', number) end

local function parse(record) return string.match(record, '^(%d+) (%-?%d+) ') end

-- arranged tells whether the room is kept in our kind of order.
local function arranged() return kept[3] == kind and not kept[4] end

-- placed and score are of a member in that order.
local function placed(place, user) return string.format('%016d', tonumber(place)) .. user end
local function score(level) return kind == 'level' and whole(-tonumber(level)) or 0 end

-- size counts who has not left.
local function size() return redis.call('ZCOUNT', seen, '(' .. whole(due), '+inf') end

-- forget ends the room, but for how many came. Another thread frees its memory.
local function forget()
  redis.call('UNLINK', room, users, order, seen, heard, traces, left)
  session = nil
end

-- remove removes members, at most CHUNK.
local function remove(gone)
  local rows = {}
  for i, record in ipairs(redis.call('HMGET', users, unpack(gone))) do
    local place = record and parse(record)
    if place then
      rows[#rows + 1] = placed(place, gone[i])
    end
  end
  if #rows > 0 then
    redis.call('ZREM', order, unpack(rows))
  end
  redis.call('HDEL', users, unpack(gone))
  redis.call('HDEL', heard, unpack(gone))
  redis.call('ZREM', seen, unpack(gone))
end

-- faded tells whether the time of a trace of then is over, as room.Member.Faded does.
local function faded(since)
  return time - since >= TRACE or time - since < -SKEW
end

-- fade removes traces whose time is over, at most CHUNK.
local function fade()
  local gone = redis.call('ZRANGEBYSCORE', left, '-inf', whole(time - TRACE), 'LIMIT', 0, CHUNK)
  if #gone == 0 then
    gone = redis.call('ZRANGEBYSCORE', left, '(' .. whole(time + SKEW), '+inf', 'LIMIT', 0, CHUNK)
  end
  if #gone == 0 then return true end
  redis.call('HDEL', traces, unpack(gone))
  redis.call('ZREM', left, unpack(gone))
  return #gone < CHUNK
end

-- traceof reads a trace, nil for none or one whose time is over.
local function traceof(record)
  if not record then return nil end
  local since, word, level, profile = string.match(record, '^(%-?%d+) (%-?%d+) (%-?%d+) (.*)$')
  if not since or faded(tonumber(since)) then return nil end
  return {at = tonumber(since), word = tonumber(word), level = level, profile = profile}
end

-- leave keeps a trace.
local function leave(user, since, word, level, profile)
  redis.call('HSET', traces, user, whole(since) .. ' ' .. whole(word) .. ' ' .. level .. ' ' .. profile)
  redis.call('ZADD', left, whole(since), user)
end

-- untrace removes one.
local function untrace(user)
  redis.call('HDEL', traces, user)
  redis.call('ZREM', left, user)
end

-- memberof reads a member whose time is not up, else nil.
local function memberof(user)
  local record, since = redis.call('HGET', users, user), redis.call('ZSCORE', seen, user)
  if not record or not since or tonumber(since) <= due then return nil end
  local place, level, profile = string.match(record, '^(%d+) (%-?%d+) (.*)$')
  if not place then return nil end
  return {
    at = tonumber(since), word = tonumber(redis.call('HGET', heard, user) or 0),
    place = place, level = level, profile = profile,
  }
end

-- begin begins the room anew under a session, and forgets how many came to the oldest
-- others if they are too many.
local function begin(name)
  forget()
  session, place, begun, lately = tonumber(name), 0, true, false
  redis.call('HSET', room, 's', name, 'k', kind)
  if session == 0 or redis.call('HLEN', came) < PAST then return end
  local others = {}
  for _, other in ipairs(redis.call('HKEYS', came)) do
    if other ~= name then others[#others + 1] = other end
  end
  table.sort(others, function(a, b) return tonumber(a) < tonumber(b) end)
  for i = 1, #others - PAST + 1 do redis.call('HDEL', came, others[i]) end
end

-- joined counts so many more who came to the session, of whom so many were there at once. The dates of
-- the keys are looked at once in each STEP, not by everybody who comes.
local STEP = KEEP / 16
local function joined(number, peak)
  if number == 0 or session == 0 then return end
  local field = whole(session)
  local all, most, last = string.match(redis.call('HGET', came, field) or '', '^(%d+) (%d+) (%d+)$')
  lately = last and not begun and math.floor(tonumber(last) / STEP) == math.floor(time / STEP)
  if all and time - tonumber(last) < KEPT then
    number, peak = number + tonumber(all), math.max(peak, tonumber(most))
  end
  redis.call('HSET', came, field, whole(number) .. ' ' .. whole(peak) .. ' ' .. whole(time))
  if not lately then redis.call('PEXPIRE', came, whole(KEPT + STEP)) end
end

-- renew keeps the room for another while. All keys but the last begin together and need no
-- new date each time. After a jump of the clock it may be one far ahead.
local function renew(always)
  if lately and not always then return end
  local rest = redis.call('PTTL', room)
  if always or rest < KEEP * 7 / 8 or rest > KEEP then
    for _, key in ipairs({room, users, order, seen, heard, traces, left}) do redis.call('PEXPIRE', key, KEEP) end
  end
end

-- ahead counts who is said to have entered later than now: the clock was put back.
local function ahead() return redis.call('ZCOUNT', seen, '(' .. whole(time), '+inf') end

-- recall makes those who are ahead have entered now, at most CHUNK of them.
local function recall()
  if ahead() == 0 then return true end
  local some, now = redis.call('ZRANGEBYSCORE', seen, '(' .. whole(time), '+inf', 'LIMIT', 0, CHUNK), {}
  for _, user in ipairs(some) do
    now[#now + 1], now[#now + 2] = whole(time), user
  end
  redis.call('ZADD', seen, unpack(now))
  return #some < CHUNK
end

-- settle removes who has left, at most CHUNK, and tells whether that was all.
-- A room that everybody has left, and of whom no trace is left, is forgotten.
local function settle()
  told = redis.call('EXISTS', heard, left) > 0
  if told and not fade() then return false end
  -- If all are those who are neither due nor ahead, that was two calls for most rooms.
  local all = redis.call('ZCARD', seen)
  if redis.call('ZCOUNT', seen, '(' .. whole(due), whole(time)) == all then
    here = all
    return true
  end
  if not recall() then return false end
  local gone = redis.call('ZRANGEBYSCORE', seen, '-inf', whole(due), 'LIMIT', 0, CHUNK)
  if #gone == 0 then return true end
  if size() == 0 and (not told or redis.call('ZCARD', left) == 0) then
    forget()
    return true
  end
  remove(gone)
  return #gone < CHUNK
end

-- arrange brings a room that was kept in another kind of order into ours, about
-- CHUNK members at a time, and tells whether it is. A member who enters meanwhile
-- stands right, whether or not the scan comes by.
local function arrange()
  if not session then return true end
  local cursor = kept[4]
  if kept[3] ~= kind then
    cursor = '0'
    redis.call('HSET', room, 'k', kind)
  elseif not cursor then
    return true
  end
  local found = redis.call('HSCAN', users, cursor, 'COUNT', CHUNK)
  for i = 1, #found[2], 2 do
    local place, level = parse(found[2][i + 1])
    if place then
      redis.call('ZADD', order, score(level), placed(place, found[2][i]))
    end
  end
  if found[1] == '0' then
    redis.call('HDEL', room, 'c')
    return true
  end
  redis.call('HSET', room, 'c', found[1])
  return false
end
