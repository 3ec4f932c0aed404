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
-- ARGV[2]: milliseconds a member stays.
-- ARGV[3]: the order to read in: "oldest", "newest" or "level".
-- ARGV[4]: milliseconds a room is kept when nobody enters any more.
-- ARGV[5]: how many members a room may have, 0 for any number.
-- ARGV[6]: milliseconds a session may be ahead of the clock and be believed.
-- ARGV[7...]: what the script is to do, beginning with a session each time.
local room, users, order, seen = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
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

-- at and score are of a member in KEYS[3].
local function at(place, user) return string.format('%016d', tonumber(place)) .. user end
local function score(level) return kind == 'level' and whole(-tonumber(level)) or 0 end

-- size counts who has not left.
local function size() return redis.call('ZCOUNT', seen, '(' .. whole(due), '+inf') end

-- forget ends the room. Another thread frees its memory.
local function forget()
  redis.call('UNLINK', room, users, order, seen)
  session = nil
end

-- remove removes members, at most CHUNK.
local function remove(gone)
  local rows = {}
  for i, record in ipairs(redis.call('HMGET', users, unpack(gone))) do
    local place = record and parse(record)
    if place then
      rows[#rows + 1] = at(place, gone[i])
    end
  end
  if #rows > 0 then
    redis.call('ZREM', order, unpack(rows))
  end
  redis.call('HDEL', users, unpack(gone))
  redis.call('ZREM', seen, unpack(gone))
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
-- A room that everybody has left is forgotten.
local here -- how many members there are, where that is known
local function settle()
  here = redis.call('ZCOUNT', seen, '(' .. whole(due), whole(time))
  if here == redis.call('ZCARD', seen) then return true end
  here = nil
  if not recall() then return false end
  local gone = redis.call('ZRANGEBYSCORE', seen, '-inf', whole(due), 'LIMIT', 0, CHUNK)
  if #gone == 0 then return true end
  if size() == 0 then
    forget()
    return true
  end
  remove(gone)
  return #gone < CHUNK
end

-- arrange brings a room that was kept in another kind of order into ours, about
-- CHUNK members at a time, and tells whether it is. Who enters meanwhile stands
-- right, whether or not the scan comes by.
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
      redis.call('ZADD', order, score(level), at(place, found[2][i]))
    end
  end
  if found[1] == '0' then
    redis.call('HDEL', room, 'c')
    return true
  end
  redis.call('HSET', room, 'c', found[1])
  return false
end
