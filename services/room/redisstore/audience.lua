-- Reads how many came to sessions of one name.
-- ARGV[7...]: sessions. Returns "joined peak time" of each, or nil.
local found = {}
for i = 7, #ARGV do
  found[#found + 1] = redis.call('HGET', came, ARGV[i])
end
return found
