// Type App. Refuses calls to numbers on the do-not-call list.
//
// The list is in the key/value store, one key for each number: "dnc:447700900999". Whatever the value, the key counts. Put
// numbers there by hand, PUT /v1/kv/dnc:447700900999 {"value": "asked on 3 November"}, or by do-not-call-import.js.
//
// Assign it to a termination route, with the timeout 1, the Timeout Action "200 OK" and onError "continue": where the store
// does not answer, calls go on unchecked. Variables of the customer or the assignment, all optional:
//
//   [dnc]
//   list = "dnc"
//   country = "44"
//   reason = "604 Number on DNC List"

const { kv } = require("cxKV");

async function main(data) {
  const { list = "dnc", country = "44", reason = "604 Number on DNC List" } = data.dnc ?? {};
  const number = international(data.routing.dest_number, country);
  if (number === "") return data;
  const entry = await kv.get(`${list}:${number}`);
  if (entry !== null) {
    console.log("refused", number, entry);
    throw new Error(reason);
  }
  return data;
}

/** 07700 900999, 0044..., +44... and 44... are the same number. */
function international(dialled = "", country) {
  const number = String(dialled)
    .replace(/[^\d+]/g, "")
    .slice(0, 20);
  if (number.startsWith("+")) return number.slice(1);
  if (number.startsWith("00")) return number.slice(2);
  return number.startsWith("0") ? country + number.slice(1) : number;
}
