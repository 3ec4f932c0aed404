-- Counts the members of one room.
-- ARGV[5]: session.
if tonumber(ARGV[5]) ~= session then return 0 end
return size()
