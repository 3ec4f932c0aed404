-- Frees what no page of one room shows any more, and brings the room into our
-- kind of order, a chunk at a time. Returns 1 if there is more to do.
visit(1)
local settled = settle()
if arrange() and settled then return 0 end
return 1
