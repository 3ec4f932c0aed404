-- Writes what was put of one user, unless another process has since.
-- KEYS: as in keys.all, in their order.
-- ARGV[2...4]: user, the version that was read, the new version.
-- ARGV[5...7]: entry, history and stream id; '' for all three: the user is forgotten, and the stream id
--   that was read follows as ARGV[7].
-- ARGV[8...11]: scores in live, alive, hidden and over, '' for where the user is not.
-- Then lists, each behind the number of its rows:
--   recordings: id, recording, start key, score in recorded, score in leaving; 1 if listed, 0 if it is to be
--     taken out of the list, '' for neither
--   files: file key, recording id, file user key
--   past sessions: field, texts
--   past sessions to forget: field
--   recordings to forget: id, start key
--   files to forget: file key, file user key
--   summaries: field, summary, score in ended, the most of one user, first and last of the user's fields
--   summaries to forget: field
--   bans: user, ban, or '' to forget it
--   changes: change
-- Returns 1, also if this very commit was made before; 0 if it was overtaken.
local rooms, anchors, streams, past = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local live, alive, hidden, over = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local recordings, files, starts, recorded, leaving = KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local fileUsers, summaries, sessions, ended = KEYS[14], KEYS[15], KEYS[16], KEYS[17]
local changes, journal, bans, banned = KEYS[18], KEYS[19], KEYS[20], KEYS[21]
local user = ARGV[2]

-- The version is what stands before the first blank, as decodeEntry reads it.
local stored = redis.call('HGET', rooms, user)
local version = stored and string.match(stored, '^%S+') or ''
if version == ARGV[4] then return 1 end
if version ~= ARGV[3] then return 0 end

if ARGV[5] == '' then
  redis.call('HDEL', rooms, user)
  redis.call('HDEL', anchors, user)
  redis.call('HDEL', streams, ARGV[7])
else
  redis.call('HSET', rooms, user, ARGV[5])
  if ARGV[7] ~= '' then
    redis.call('HSET', anchors, user, ARGV[6])
    redis.call('HSET', streams, ARGV[7], user)
  end
end
for i, set in ipairs({live, alive, hidden, over}) do
  local score = ARGV[7 + i]
  if score ~= '' then
    redis.call('ZADD', set, score, user)
  else
    redis.call('ZREM', set, user)
  end
end

local at = 12
-- each hands the rows of the next list, of so many fields, to a function.
local function each(fields, write)
  local rows = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, rows do
    write(unpack(ARGV, at, at + fields - 1))
    at = at + fields
  end
end

each(6, function(id, recording, start, began, ends, listed)
  redis.call('HSET', recordings, id, recording)
  redis.call('ZADD', starts, 0, start)
  if listed == '1' then
    redis.call('ZADD', recorded, began, id)
    redis.call('ZADD', leaving, ends, id)
  elseif listed == '0' then
    redis.call('ZREM', recorded, id)
    redis.call('ZREM', leaving, id)
  end
end)
each(3, function(key, id, owner)
  redis.call('HSET', files, key, id)
  redis.call('ZADD', fileUsers, 0, owner)
end)
each(2, function(field, texts) redis.call('HSET', past, field, texts) end)
each(1, function(field) redis.call('HDEL', past, field) end)
each(2, function(id, start)
  redis.call('HDEL', recordings, id)
  redis.call('ZREM', starts, start)
  redis.call('ZREM', recorded, id)
  redis.call('ZREM', leaving, id)
end)
each(2, function(key, owner)
  redis.call('HDEL', files, key)
  redis.call('ZREM', fileUsers, owner)
end)
-- forget deletes a summary from all three keys.
local function forget(field)
  redis.call('HDEL', summaries, field)
  redis.call('ZREM', sessions, field)
  redis.call('ZREM', ended, field)
end
each(6, function(field, summary, score, most, first, last)
  redis.call('HSET', summaries, field, summary)
  redis.call('ZADD', sessions, 0, field)
  redis.call('ZADD', ended, score, field)
  local excess = redis.call('ZLEXCOUNT', sessions, first, last) - tonumber(most)
  if excess > 0 then
    for _, old in ipairs(redis.call('ZRANGEBYLEX', sessions, first, last, 'LIMIT', 0, excess)) do forget(old) end
  end
end)
each(1, forget)
each(2, function(who, ban)
  if ban == '' then
    redis.call('HDEL', bans, who)
    redis.call('ZREM', banned, who)
  else
    redis.call('HSET', bans, who, ban)
    redis.call('ZADD', banned, 0, who)
  end
end)
each(1, function(change)
  -- The first number of all is the time: a log that is begun anew does not repeat those of another.
  local last = redis.call('HGET', journal, 'changed')
  local number = string.format('%.0f', (last and tonumber(last) or now()) + 1)
  redis.call('HSET', journal, 'changed', number)
  redis.call('XADD', changes, number .. '-0', 'at', string.format('%.0f', now()), 'change', change)
end)
return 1
