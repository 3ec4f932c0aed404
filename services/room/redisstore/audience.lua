-- Reads how many came to sessions of names.
-- Arguments: sessions. Returns "joined peak time" of each, or nil.
return each(function(key, first, last)
  visit(key)
  local found = {}
  for i = first, last do
    found[#found + 1] = redis.call('HGET', came, ARGV[i])
  end
  return found
end)
