-- Counts the members of rooms.
-- Arguments: session.
return each(function(key, first)
  visit(key)
  return tonumber(ARGV[first]) == session and size() or 0
end)
