-- Lets members out of one room, by the rule of room.Value.Quits, and forgets it with the last.
-- ARGV[7...]: session and user of each.
for i = 7, #ARGV, 2 do
  if tonumber(ARGV[i]) == session then
    remove({ARGV[i + 1]})
  end
end
if session and size() == 0 then
  forget()
end
