-- Sends the lines of a file in turn; at the end says what was done, for the program that runs it.

local requests = {}
local last = 0

function init(args)
  local headers = { ["Content-Type"] = "application/json" }
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, line)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency, each)
  local e = summary.errors
  io.write(string.format('\ndone {"requests":%d,"bytes":%d,"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}\n',
    summary.requests, summary.bytes, e.connect, e.read, e.write, e.status, e.timeout))
end
