// Type App. Counts the calls of each calling number, and blocks a number that makes too many for half an hour.
//
// Counters are in the key/value store, a new one for each window of time. Cells and edge nodes count at once and lose
// nothing: incr is atomic. A call to a watched prefix, where fraud pays, counts as several. Blocked numbers are the keys
// "fraud:blocked:<number>": GET /v1/kv?prefix=fraud:blocked: lists them, DELETE /v1/kv/fraud:blocked:<number> lets one
// go before its time.
//
// Assign it to a termination route, with the timeout 1, the Timeout Action "200 OK" and onError "continue": where the store
// does not answer, calls go on uncounted. Variables, all optional:
//
//   [fraud]
//   calls = 10
//   seconds = 60
//   watched = ["882", "883", "37128"]
//   weight = 5
//   blockSeconds = 1800
//   trusted = ["442079460000"]

const { kv, incr } = require("cxKV");

async function main(data) {
  const { calls = 10, seconds = 60, watched = [], weight = 5, trusted = [] } = data.fraud ?? {};
  const { blockSeconds = 1_800 } = data.fraud ?? {};
  const { cli = "", dest_number: dialled = "" } = data.routing;
  const caller = String(cli).replace(/\D/g, "").slice(0, 20) || "anonymous";
  if (trusted.includes(caller)) return data;

  const window = Math.floor(Date.now() / (seconds * 1_000));
  const points = watched.some((prefix) => String(dialled).startsWith(prefix)) ? weight : 1;
  const [blocked, count] = await Promise.all([
    kv.get(`fraud:blocked:${caller}`),
    incr(`fraud:calls:${caller}:${window}`, points, 2 * seconds),
  ]);
  if (blocked !== null) throw new Error("603 Caller Blocked");
  if (count <= calls) return data;

  const evidence = `${count} points in ${seconds} s, last to ${dialled}`;
  console.warn("blocked", caller, evidence);
  await kv.set(`fraud:blocked:${caller}`, evidence, blockSeconds);
  throw new Error("603 Caller Blocked");
}
