-- Puts members of one room, and traces of others, back as they were.
-- ARGV[2]: session. ARGV[3...]: user, place, level, when the member entered, the last presence,
-- "1" for a trace, and profile of each, at most CHUNK.
visit(1)
local FIELDS = 7
-- Another session takes the room over, as the later record of a backup holds.
if kept[1] ~= ARGV[2] then
  forget()
  redis.call('HSET', room, 's', ARGV[2], 'k', kind)
  place = nil
end
local known = {}
for i = 3, #ARGV, FIELDS do known[#known + 1] = ARGV[i] end
remove(known) -- whoever came twice holds the last place
for i = 3, #ARGV, FIELDS do
  local user, his, level, since, word = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  if ARGV[i + 5] ~= '' then
    leave(user, tonumber(since), tonumber(word), level, ARGV[i + 6])
  else
    redis.call('HSET', users, user, his .. ' ' .. level .. ' ' .. ARGV[i + 6])
    redis.call('ZADD', order, score(level), placed(his, user))
    redis.call('ZADD', seen, since, user)
    if word ~= '0' then redis.call('HSET', heard, user, word) end
    place = math.max(place or 0, tonumber(his) + 1)
  end
end
redis.call('HSET', room, 'n', whole(place or 0))
renew(true)
