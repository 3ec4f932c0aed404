-- Applies presences to one room, by the rules of room.Value.Admit and room.Value.Hear: what
-- changes here changes there.
-- ARGV[2...]: session, user, "1" for in, and in milliseconds time and age, of each.
-- Returns the verdict on each; "too_many" where the room is full.
visit(1)
settle()
arrange()
local first, members, number, peak = place, here or size(), 0, 0

-- older tells whether the last word about a user is older, as room.Member.older does.
local function older(last, isin, within, at, since)
  if last.word > 0 then
    return at > last.word or at == last.word and isin and not within
  end
  return at > -last.word and since >= last.at
end

-- note is room.IsNoted: it keeps a presence that is older than a client's word, so that what is older still is late.
local function note(user, last, member, at)
  if last.word > 0 or at <= -last.word then return end
  if member then
    redis.call('HSET', heard, user, whole(-at))
  else
    leave(user, last.at, -at, last.level, last.profile)
  end
end

-- hear is room.Value.Hear for one user. Each return is a members.Verdict, or too_many.
local function hear(user, isin, at, age)
  local since = time - age
  local member, trace = memberof(user), traceof(redis.call('HGET', traces, user))
  local last = member or trace
  if last then
    if at == math.abs(last.word) and isin == (member ~= nil) then return 'repeated' end
    if not older(last, isin, member ~= nil, at, since) then
      note(user, last, member, at)
      return 'late'
    end
  end
  local level, profile = last and last.level or '0', last and last.profile or '{}'
  if not isin then
    if trace or redis.call('ZCARD', left) < MOST then leave(user, since, at, level, profile) end
    if member then members = members - 1 end
    remove({user})
    return 'applied'
  end
  if member then
    redis.call('ZADD', seen, whole(math.max(member.at, since)), user)
    redis.call('HSET', heard, user, whole(at))
    untrace(user)
    return 'applied'
  end
  if not last and age > LATE or since < session - SKEW or since + STAY <= time then return 'late' end
  if FULL > 0 and members >= FULL then return 'too_many' end
  remove({user})
  untrace(user)
  redis.call('HSET', users, user, whole(place) .. ' ' .. level .. ' ' .. profile)
  redis.call('ZADD', order, score(level), placed(place, user))
  redis.call('ZADD', seen, whole(since), user)
  redis.call('HSET', heard, user, whole(at))
  place, members = place + 1, members + 1
  number, peak = number + 1, math.max(peak, members)
  return 'applied'
end

-- Admission as in enter.lua.
local verdicts = {}
for i = 2, #ARGV, 5 do
  local its = tonumber(ARGV[i])
  if not session or its > session or its < session and members == 0 then
    joined(number, peak)
    begin(ARGV[i])
    first, members, number, peak = nil, 0, 0, 0
  end
  local verdict = 'late'
  if its == session then
    verdict = hear(ARGV[i + 1], ARGV[i + 2] == '1', tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4]))
  end
  verdicts[#verdicts + 1] = verdict
end
joined(number, peak)
if place ~= first then
  redis.call('HSET', room, 'n', whole(place))
end
renew(true)
return verdicts
