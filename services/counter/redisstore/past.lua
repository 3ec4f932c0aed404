-- Reads what a past session has come to, by the rule of counter.Past. Before it stands KEPT, for how
-- long that is kept, in milliseconds.
-- KEYS[1]: a hash of session → "count time". ARGV[2]: a session. Returns the count, or what is
-- damaged as it is.
local text = redis.call('HGET', KEYS[1], ARGV[2])
if not text then return 0 end
local count, at = string.match(text, '^(%d+) (%d+)$')
if not count then return text end
if now() - tonumber(at) >= KEPT then return 0 end
return tonumber(count)
