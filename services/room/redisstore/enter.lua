-- Lets members into rooms, by the rules of room.Value.Admit and room.Value.Enter: what changes
-- here changes there. Members are read and written CHUNK by CHUNK, as a command takes only so
-- many arguments.
-- Arguments: session, user, level ("" for the one he has) and profile of each.
-- Returns the numbers of those for whom the room is full.
local members -- how many the room has
local number, peak -- of those who join
local began -- the place of who joins next, as it is kept; nil where it is to be kept anew
-- Of the members of one CHUNK: their records, who of them has entered, and what
-- is to be written of them.
local known, entered, records, rows, times
local words, remembered -- of the same members, where presences have told of the room

local function clear() known, entered, records, rows, times, words, remembered = {}, {}, {}, {}, {}, {}, {} end

-- look asks for the records of the members from ARGV[i] to ARGV[last].
local function look(i, last)
  clear()
  local asked = {}
  for j = i + 1, math.min(i + 4 * CHUNK, last), 4 do asked[#asked + 1] = ARGV[j] end
  for j, record in ipairs(redis.call('HMGET', users, unpack(asked))) do
    known[asked[j]] = record
  end
  if not told then return end
  for j, word in ipairs(redis.call('HMGET', heard, unpack(asked))) do words[asked[j]] = word end
  for j, trace in ipairs(redis.call('HMGET', traces, unpack(asked))) do remembered[asked[j]] = trace end
end

-- write sends what look's members have become. It comes before the next look, which reads some
-- of them again if a user enters twice.
local function write()
  if #records > 0 then
    redis.call('HSET', users, unpack(records))
    redis.call('ZADD', order, unpack(rows))
  end
  if #times > 0 then
    redis.call('ZADD', seen, unpack(times))
  end
end

-- anew begins another session. What was to be written of the one before goes with it, but for
-- how many came.
local function anew(name)
  joined(number, peak)
  begin(name)
  began, members, number, peak, told = nil, 0, 0, 0, false
  clear()
end

-- says makes a client's word the last about a user whom a presence has told of.
local function says(user)
  local word, trace = words[user], traceof(remembered[user])
  if trace then word = trace.word end
  if remembered[user] then untrace(user) end
  word = tonumber(word or 0)
  if word ~= 0 then redis.call('HSET', heard, user, whole(-math.abs(word))) end
  words[user], remembered[user] = nil, nil
end

-- overdue tells of one who is due: more are than settle removes.
local function overdue(user)
  if here then return false end
  local since = redis.call('ZSCORE', seen, user)
  return not since or tonumber(since) <= due
end

-- enter is room.Value.Enter for one user, false where the room is full. A damaged record, and one
-- of a member who is overdue, counts as none.
local function enter(user, level, profile)
  local before, his, had = known[user], nil, '0'
  if before and (not parse(before) or not entered[user] and overdue(user)) then
    remove({user})
    before = false
    if told then words[user] = nil end
  end
  if before then
    his, had = parse(before)
  else
    if FULL > 0 and members >= FULL then return false end
    his, place, members = whole(place), place + 1, members + 1
    number, peak = number + 1, math.max(peak, members)
  end
  if level == '' then level = had end
  local record = his .. ' ' .. level .. ' ' .. profile
  if record ~= before then
    records[#records + 1], records[#records + 2] = user, record
    rows[#rows + 1], rows[#rows + 2] = score(level), placed(his, user)
  end
  if told then says(user) end
  if not entered[user] then
    times[#times + 1], times[#times + 2] = whole(time), user
  end
  known[user], entered[user] = record, true
  return true
end

return each(function(key, first, last)
  visit(key)
  settle()
  arrange()
  local refused = {}
  began, members, number, peak = place, here or size(), 0, 0
  for i = first, last, 4 do
    if (i - first) % (4 * CHUNK) == 0 then
      if i > first then write() end
      look(i, last)
    end
    local its = tonumber(ARGV[i])
    -- room.Value.Admit: a later session, or any other where nobody is left to fence.
    if not session or its > session or its < session and members == 0 then anew(ARGV[i]) end
    if its == session and not enter(ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) then
      refused[#refused + 1] = (i - first) / 4
    end
  end
  write()
  joined(number, peak)
  if place ~= began then redis.call('HSET', room, 'n', whole(place)) end
  renew(false)
  return refused
end)
