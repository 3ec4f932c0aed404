-- Counts the members of one room.
-- ARGV[7]: session.
if tonumber(ARGV[7]) ~= session then return 0 end
return size()
