-- Lets members out of one room, by the rules of room.Value.Quits and room.Value.Quit, and forgets it
-- with the last. What changes here changes there.
-- ARGV[7...]: session, user and "1" if there is to be a trace, of each.
local traced = false
for i = 7, #ARGV, 3 do
  if tonumber(ARGV[i]) == session then
    local user = ARGV[i + 1]
    if ARGV[i + 2] ~= '' then
      local last = redis.call('ZCARD', left) < MOST and memberof(user)
      last = last or traceof(redis.call('HGET', traces, user))
      if last then
        leave(user, time, -math.abs(last.word), last.level, last.profile)
        traced = true
      end
    end
    remove({user})
  end
end
if session and size() == 0 and redis.call('ZCARD', left) == 0 then
  forget()
elseif traced then
  renew(true)
end
