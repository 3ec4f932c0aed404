-- Lets members out of rooms, by the rules of room.Value.Quits and room.Value.Quit, and forgets a room
-- with the last. What changes here changes there.
-- Arguments: session, user and "1" if there is to be a trace, of each.
return each(function(key, first, last)
  visit(key)
  local traced = false
  for i = first, last, 3 do
    if tonumber(ARGV[i]) == session then
      local user = ARGV[i + 1]
      if ARGV[i + 2] ~= '' then
        local trace = redis.call('ZCARD', left) < MOST and memberof(user)
        trace = trace or traceof(redis.call('HGET', traces, user))
        if trace then
          leave(user, time, -math.abs(trace.word), trace.level, trace.profile)
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
end)
