-- Reads some of the members of one room, whether or not they are due, and with the first of them
-- all traces.
-- ARGV[2]: where to go on, 0 at first.
-- Returns the session, where to go on, 0 at last, user, record, time and last presence of each
-- member, and user and record of each trace.
visit(1)
local found = redis.call('HSCAN', users, ARGV[2], 'COUNT', CHUNK)
local members = {}
for i = 1, #found[2], 2 do
  local since = redis.call('ZSCORE', seen, found[2][i])
  if since then -- without it nobody knows when the member leaves
    members[#members + 1], members[#members + 2], members[#members + 3] = found[2][i], found[2][i + 1], since
    members[#members + 1] = redis.call('HGET', heard, found[2][i]) or '0'
  end
end
return {kept[1], found[1], members, ARGV[2] == '0' and redis.call('HGETALL', traces) or {}}
