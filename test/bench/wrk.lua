-- The load generator's side of the bench, run by wrk; wrk.ts is the other side and says in the environment what to do.
--   BENCH_PATHS   file with the paths to POST to in turn, one a line
--   BENCH_FIRST   number of the path to begin with
--   BENCH_BODY    file with the body of every request
--   BENCH_TOKEN   bearer token, or empty
--   BENCH_RATE    requests a second over all connections, or empty for as fast as the answers come
--   BENCH_EXPECT  text that each answer begins with, or empty to look at status codes alone, which costs less

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } bench_time;
  int clock_gettime(int clock, bench_time *now);
]]
local CLOCK_MONOTONIC = 1

local function setting(name)
  local text = os.getenv("BENCH_" .. name)
  return text ~= "" and text or nil
end

local time = ffi.new("bench_time")
local function nowMs()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, time)
  return tonumber(time.seconds) * 1e3 + tonumber(time.nanoseconds) / 1e6
end

local paths = {}
for path in io.lines(setting("PATHS")) do paths[#paths + 1] = path end
wrk.method = "POST"
wrk.path = paths[1]
wrk.body = assert(io.open(setting("BODY"))):read("*a")
wrk.headers["Content-Type"] = "application/json"
local token = setting("TOKEN")
if token then wrk.headers["Authorization"] = "Bearer " .. token end

-- Without a function of this name wrk sends the same bytes again and again, without asking.
if #paths > 1 then
  local requests = {}
  local sent = tonumber(setting("FIRST"))
  function init()
    for number, path in ipairs(paths) do requests[number] = wrk.format(nil, path) end
  end
  function request()
    sent = sent + 1
    return requests[(sent - 1) % #requests + 1]
  end
end

-- Each request has its moment on one schedule for all connections. Whichever connection is free takes the next, in
-- whole milliseconds, and at once what is overdue.
local rate = tonumber(setting("RATE"))
if rate then
  local due
  function delay()
    local now = nowMs()
    due = (due or now) + 1e3 / rate
    return math.max(0, math.floor(due - now + 0.5))
  end
end

wrong = 0
local expected = setting("EXPECT")
if expected then
  function response(_, _, body)
    if body:sub(1, #expected) ~= expected then wrong = wrong + 1 end
  end
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function done(summary, latency)
  local wrongs = 0
  for _, thread in ipairs(threads) do wrongs = wrongs + thread:get("wrong") end
  local errors = summary.errors
  local function ms(microseconds) return microseconds / 1e3 end
  io.stderr:write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50Ms":%.3f,"p99Ms":%.3f,"p999Ms":%.3f,"maxMs":%.3f,'
      .. '"errors":{"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d,"wrong":%d}}\n',
    summary.requests, summary.duration / 1e6,
    ms(latency:percentile(50)), ms(latency:percentile(99)), ms(latency:percentile(99.9)), ms(latency.max),
    errors.connect, errors.read, errors.write, errors.timeout, errors.status, wrongs))
end
