-- Puts members of one room back as they were.
-- ARGV[7]: session. ARGV[8...]: user, place, level, when the member entered and
-- profile of each, at most CHUNK.
if kept[1] ~= ARGV[7] then
  forget()
  redis.call('HSET', room, 's', ARGV[7], 'k', kind)
  place = nil
end
local known = {}
for i = 8, #ARGV, 5 do known[#known + 1] = ARGV[i] end
remove(known) -- whoever came twice holds the last place
for i = 8, #ARGV, 5 do
  local user, his, level = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  redis.call('HSET', users, user, his .. ' ' .. level .. ' ' .. ARGV[i + 4])
  redis.call('ZADD', order, score(level), at(his, user))
  redis.call('ZADD', seen, ARGV[i + 3], user)
  place = math.max(place or 0, tonumber(his) + 1)
end
redis.call('HSET', room, 'n', whole(place))
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[4])
end
