-- Lets members into one room.
-- ARGV[5...]: session, user, level ("" for the one he has) and profile of each.
settle()
arrange()
local first = place
-- Of the members of one CHUNK: their records, who of them has entered, and what
-- is to be written of them.
local known, entered, records, rows, times = {}, {}, {}, {}, {}

-- look asks for the records of the members from ARGV[i] on.
local function look(i)
  local asked = {}
  for j = i + 1, math.min(i + 4 * CHUNK, #ARGV), 4 do asked[#asked + 1] = ARGV[j] end
  for j, record in ipairs(redis.call('HMGET', users, unpack(asked))) do
    known[asked[j]] = record
  end
end

local function write()
  if #records > 0 then
    redis.call('HSET', users, unpack(records))
    redis.call('ZADD', order, unpack(rows))
  end
  if #times > 0 then
    redis.call('ZADD', seen, unpack(times))
  end
  known, entered, records, rows, times = {}, {}, {}, {}, {}
end

local function begin(name)
  forget()
  session, place, first = tonumber(name), 0, nil
  redis.call('HSET', room, 's', name, 'k', kind)
  known, entered, records, rows, times = {}, {}, {}, {}, {}
end

local function enter(user, level, profile)
  local before, his, had = known[user], nil, '0'
  if before and not entered[user] and tonumber(redis.call('ZSCORE', seen, user)) <= due then
    remove({user}) -- more have left than settle removes
    before = false
  end
  if before then
    his, had = parse(before)
  else
    his, place = whole(place), place + 1
  end
  if level == '' then level = had end
  local record = his .. ' ' .. level .. ' ' .. profile
  if record ~= before then
    records[#records + 1], records[#records + 2] = user, record
    rows[#rows + 1], rows[#rows + 2] = score(level), at(his, user)
  end
  if not entered[user] then
    times[#times + 1], times[#times + 2] = whole(time), user
  end
  known[user], entered[user] = record, true
end

for i = 5, #ARGV, 4 do
  if (i - 5) % (4 * CHUNK) == 0 then
    write()
    look(i)
  end
  local its = tonumber(ARGV[i])
  if not session or its > session then begin(ARGV[i]) end
  if its == session then enter(ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
end
write()

if place ~= first then
  redis.call('HSET', room, 'n', whole(place))
end
-- All keys begin together. They need no new date each time.
local keep = tonumber(ARGV[4])
if redis.call('PTTL', room) < keep * 7 / 8 then
  for _, key in ipairs(KEYS) do
    redis.call('PEXPIRE', key, keep)
  end
end
