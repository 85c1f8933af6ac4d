-- wrk's side of the authority bench: sends each prepared CSR once, then stops.
local requests = {}

-- Not before: the Host header is known only here.
function init()
  for line in io.lines(os.getenv("HAKKO_BENCH_REQUESTS")) do
    local path, token, key, csr = line:match("^(%S+) (%S+) (%S+) (%S+)$")
    requests[#requests + 1] = wrk.format("POST", path, {
      ["Host"] = wrk.headers["Host"],
      ["Authorization"] = "Bearer " .. token,
      ["Idempotency-Key"] = key,
      ["Content-Type"] = "application/json",
    }, '{"csr":"' .. csr .. '"}')
  end
end

local sent = 0

function request()
  sent = sent + 1
  if sent >= #requests then wrk.thread:stop() end
  return requests[math.min(sent, #requests)]
end

function done(summary, latency)
  io.write(string.format(
    '\nRESULT {"requests":%d,"errors":%d,"durationMs":%f,"p50Ms":%f,"p99Ms":%f}\n',
    summary.requests,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    summary.duration / 1000, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
