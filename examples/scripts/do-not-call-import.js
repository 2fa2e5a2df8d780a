// Type App. Reads a CSV file over HTTP and puts its numbers on the do-not-call list that do-not-call-list.js asks.
//
// The file has a line with the names of its columns, one of which is "number". A number stays on the list for as many days
// as it is told here after it was last in the file, so that one that is taken out of the file leaves the list by itself.
//
// Create it with "limits": {"cpuMs": 2000, "wallMs": 30000, "subrequests": 1000}, and run it once an hour:
// POST /run/do-not-call-import. A run takes 900 numbers and remembers where it stopped; the next one goes on there, or with
// {"restart": true} at the top.
// Variables of its environment: DNC_CSV_URL, DNC_CSV_TOKEN (a bearer token, optional), DNC_DAYS (30 without it).

const axios = require("axios");
const { parse } = require("csv-parse/sync");
const { kv, ko } = require("cxKV");

const MOST = 900;
const AT_ONCE = 50;

async function main({ restart = false }) {
  const { DNC_CSV_URL: url, DNC_CSV_TOKEN: token, DNC_DAYS: days = "30" } = process.env;
  if (!url) throw new Error("Set DNC_CSV_URL, an environment variable of this script");
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const { data: text } = await axios.get(url, { headers, timeout: 10_000, responseType: "text" });

  const rows = parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true });
  const numbers = rows.map(({ number = "" }) => number.replace(/\D/g, ""));
  const start = restart ? 0 : Number(await kv.get("dnc-import:next"));
  const part = numbers.slice(start, start + MOST);
  const good = part.filter((number) => number.length >= 7 && number.length <= 15);

  for (let at = 0; at < good.length; at += AT_ONCE) {
    const some = good.slice(at, at + AT_ONCE);
    await Promise.all(some.map((number) => kv.set(`dnc:${number}`, "import", days * 86_400)));
  }

  const end = start + part.length;
  const next = end < numbers.length ? end : 0;
  await kv.set("dnc-import:next", next);
  const report = { imported: good.length, refused: part.length - good.length, next };
  await ko.set("dnc-import:report", { ...report, at: new Date() });
  return report;
}
