-- Stands before every script of a room, after the prelude. With enter.lua and quit.lua it
-- has the rule of a room, which is room.Value in Go: what changes here changes there, and
-- TestTheRuleOfARoomIsTheSameInGoAndInLua holds the two against each other.
-- KEYS[1]: a hash with s, the session, n, the place of who joins next, k, the
--          kind of order: "level" or "place", and while it is brought into
--          that order c, how far that is.
-- KEYS[2]: a hash of user → "place level profile".
-- KEYS[3]: a sorted set of place and user, by -level or, for order by place
--          alone, by 0. Places have one length there, so they sort as bytes.
-- KEYS[4]: a sorted set of users by when they last entered, in milliseconds.
-- KEYS[5]: a hash of user → when a presence of the member was last heard, in milliseconds by
--          the IM service's clock, negative if a client's word came after it.
-- KEYS[6]: a hash of user → "seen heard level profile", the traces of those who have left.
-- KEYS[7]: a sorted set of the same users by when they left, in milliseconds.
-- KEYS[8]: a hash of session → "joined peak time", how many came, and when the last. It
--          outlives the room.
-- Before it stand LATE, TRACE, SKEW, MOST, PAST and KEPT: how old a presence may be, how long
-- a trace lasts, how far clocks differ, how many traces a room has; how many sessions are
-- counted, and for how long. All times are milliseconds.
-- ARGV[2]: milliseconds a member stays.
-- ARGV[3]: the order to read in: "oldest", "newest" or "level".
-- ARGV[4]: milliseconds a room is kept when nobody enters any more.
-- ARGV[5]: how many members a room may have, 0 for any number.
-- ARGV[6]: milliseconds a session may be ahead of the clock and be believed.
-- ARGV[7...]: what the script is to do, beginning with a session each time.
local room, users, order, seen = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local heard, traces, left, came = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local CHUNK = 1000
local kind = ARGV[3] == 'level' and 'level' or 'place'
local time = now()
local due = time - tonumber(ARGV[2]) -- who entered then or before has left
local kept = redis.call('HMGET', room, 's', 'n', 'k', 'c')
local session, place = tonumber(kept[1]), tonumber(kept[2])
if session and session > time + tonumber(ARGV[6]) then session = nil end

-- whole writes a number as %.0f would, and sooner.
local function whole(number) return string.format('%d', number) end

local function parse(record) return string.match(record, '^(%d+) (%-?%d+) ') end

-- arranged tells whether the order of KEYS[3] is of our kind.
local function arranged() return kept[3] == kind and not kept[4] end

-- placed and score are of a member in KEYS[3].
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
local begun -- in this call
local lately -- the dates of the keys have been looked at, see joined
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
local STEP = tonumber(ARGV[4]) / 16
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
  local keep, rest = tonumber(ARGV[4]), redis.call('PTTL', room)
  if always or rest < keep * 7 / 8 or rest > keep then
    for i = 1, 7 do redis.call('PEXPIRE', KEYS[i], keep) end
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
local here -- how many members there are, where nobody is due
local told -- whether presences have told of the room
local function settle()
  told = redis.call('EXISTS', heard, left) > 0
  if told and not fade() then return false end
  -- Two counts that find nothing cost less than one that finds everybody.
  if redis.call('ZCOUNT', seen, '-inf', whole(due)) == 0 and ahead() == 0 then
    here = redis.call('ZCARD', seen)
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
