// Type Script. Decides who may call a DID: by the calling number, or by the lack of one.
//
// Prefixes are of international numbers without "+". A number on both lists is refused. Where "allow" has any prefix,
// no other caller gets through.
//
// Assign it to a DID. Variables, all optional:
//
//   [inbound]
//   anonymous = false
//   block = ["4490", "1900", "442079460999"]
//   allow = ["44", "353"]

const WITHHELD = new Set(["", "anonymous", "private", "restricted", "unavailable", "unknown"]);

function main(data) {
  const { anonymous = true, block = [], allow = [] } = data.inbound ?? {};
  const cli = String(data.routing.cli ?? "").trim();
  if (WITHHELD.has(cli.toLowerCase())) {
    if (!anonymous) throw new Error("433 Anonymity Disallowed");
    return data;
  }
  const number = cli.replace(/^(\+|00)/, "");
  const isIn = (prefixes) => prefixes.some((prefix) => number.startsWith(prefix));
  if (isIn(block)) throw new Error("603 Caller Blocked");
  if (allow.length > 0 && !isIn(allow)) throw new Error("403 Caller Not Allowed");
  return data;
}
