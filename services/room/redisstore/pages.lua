-- Reads pages of one room. It writes nothing: who is due is skipped.
-- ARGV[2...]: session, offset and limit of each.
-- Returns 1 if the room is to be settled, else 0; then for each page the size of
-- the room, and user and record of each member.
visit(1)
local gone, total = 0, 0
if session then
  gone, total = redis.call('ZCOUNT', seen, '-inf', whole(due)), size()
end

local function rows(first, last)
  return redis.call(ORDER == 'newest' and 'ZREVRANGE' or 'ZRANGE', order, first, last)
end

-- put appends users and their records to a page.
local function put(page, found)
  for first = 1, #found, CHUNK do
    local some = {unpack(found, first, math.min(first + CHUNK - 1, #found))}
    for i, record in ipairs(redis.call('HMGET', users, unpack(some))) do
      page[#page + 1], page[#page + 2] = some[i], record
    end
  end
end

-- ranked takes members by their place in the order: nobody is due.
local function ranked(offset, limit)
  local found, stop = {}, math.min(offset + limit, redis.call('ZCARD', order))
  for first = offset, stop - 1, CHUNK do
    for _, row in ipairs(rows(first, math.min(first + CHUNK, stop) - 1)) do
      found[#found + 1] = string.sub(row, 17)
    end
  end
  return found
end

-- skipping goes through the order past those who are due: they are few.
local left
local function skipping(offset, limit)
  if not left then
    left = {}
    for _, user in ipairs(redis.call('ZRANGEBYSCORE', seen, '-inf', whole(due))) do left[user] = true end
  end
  local found, passed = {}, 0
  for first = 0, redis.call('ZCARD', order) - 1, CHUNK do
    for _, row in ipairs(rows(first, first + CHUNK - 1)) do
      local user = string.sub(row, 17)
      if not left[user] then
        if passed >= offset then found[#found + 1] = user end
        passed = passed + 1
        if #found == limit then return found end
      end
    end
  end
  return found
end

-- sorted puts those who are not due in order: they are fewer, or the room is not
-- in our order yet.
local all
local function sorted(offset, limit)
  if not all then
    all = {}
    local present = redis.call('ZRANGEBYSCORE', seen, '(' .. whole(due), '+inf')
    for first = 1, #present, CHUNK do
      local some = {unpack(present, first, math.min(first + CHUNK - 1, #present))}
      for i, record in ipairs(redis.call('HMGET', users, unpack(some))) do
        local place, level = parse(record or '')
        if place then all[#all + 1] = {some[i], tonumber(place), tonumber(level)} end
      end
    end
    table.sort(all, function(a, b)
      if ORDER == 'level' and a[3] ~= b[3] then return a[3] > b[3] end
      if ORDER == 'newest' then return a[2] > b[2] end
      return a[2] < b[2]
    end)
  end
  local found = {}
  for i = offset + 1, math.min(offset + limit, #all) do found[#found + 1] = all[i][1] end
  return found
end

-- Three ways, the cheapest that is right: by place where nobody is due, past those who are where
-- they are few, and by sorting all who are not where the others are more.
local pages = {0}
if session and (gone > 0 or not arranged() or ahead() > 0) then pages[1] = 1 end
for i = 2, #ARGV, 3 do
  local page, offset, limit = {0}, tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  if tonumber(ARGV[i]) == session then
    page[1] = total
    if limit > 0 and offset < total then
      if not arranged() or gone > total then
        put(page, sorted(offset, limit))
      elseif gone > 0 then
        put(page, skipping(offset, limit))
      else
        put(page, ranked(offset, limit))
      end
    end
  end
  pages[#pages + 1] = page
end
return pages
