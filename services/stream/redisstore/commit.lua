-- Writes what was put of one user, unless another process has since.
-- KEYS: as in keys, in their order.
-- ARGV[2...10]: user, the version that was read, the new version, entry, anchor,
--   stream id ('': no anchor), score in live ('': not online), score in alive ('': ended), number of recordings;
-- then id, recording, start key, score in recorded, score in leaving and 1 if listed, of each;
-- then file key and recording id of each file.
-- Returns 1, also if this very commit was made before; 0 if it was overtaken.
local rooms, anchors, streams, live, alive = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local recordings, files, starts, recorded, leaving = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local user = ARGV[2]

local stored = redis.call('HGET', rooms, user)
local version = stored and string.match(stored, '^%S+') or ''
if version == ARGV[4] then return 1 end
if version ~= ARGV[3] then return 0 end

redis.call('HSET', rooms, user, ARGV[5])
if ARGV[7] ~= '' then
  redis.call('HSET', anchors, user, ARGV[6])
  redis.call('HSET', streams, ARGV[7], user)
end
for set, score in pairs({[live] = ARGV[8], [alive] = ARGV[9]}) do
  if score ~= '' then
    redis.call('ZADD', set, score, user)
  else
    redis.call('ZREM', set, user)
  end
end

local i = 11
for _ = 1, tonumber(ARGV[10]) do
  local id = ARGV[i]
  redis.call('HSET', recordings, id, ARGV[i + 1])
  redis.call('ZADD', starts, 0, ARGV[i + 2])
  if ARGV[i + 5] == '1' then
    redis.call('ZADD', recorded, ARGV[i + 3], id)
    redis.call('ZADD', leaving, ARGV[i + 4], id)
  end
  i = i + 6
end
while i < #ARGV do
  redis.call('HSET', files, ARGV[i], ARGV[i + 1])
  i = i + 2
end
return 1
