-- Reads some of the members of one room, whether or not they are due.
-- ARGV[7]: where to go on, 0 at first.
-- Returns the session, where to go on, 0 at last, and user, record and time of each.
local found = redis.call('HSCAN', users, ARGV[7], 'COUNT', CHUNK)
local members = {}
for i = 1, #found[2], 2 do
  local at = redis.call('ZSCORE', seen, found[2][i])
  if at then
    members[#members + 1], members[#members + 2], members[#members + 3] = found[2][i], found[2][i + 1], at
  end
end
return {kept[1], found[1], members}
