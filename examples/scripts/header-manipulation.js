// Type Script. Tells each carrier who calls, in the way that this carrier is to hear it.
//
// Towards every destination, internal headers are removed and X-Customer-ID is replaced. Towards a trusted carrier the
// calling number goes into P-Asserted-Identity; no other carrier gets to see one. A route is a trusted carrier's where all
// its gateways are, by their ids. To replace a header is to remove it and to add it: removals come first.
//
// Assign it to a termination route. Variables, all but the domain optional:
//
//   [identity]
//   domain = "sip.example.net"
//   trusted = ["301", "302"]
//   remove = ["X-Internal-Route", "X-Debug"]

const IDENTITY = "P-Asserted-Identity";

function main(data) {
  const { routing } = data;
  const { domain = "invalid", trusted = [], remove = [] } = data.identity ?? {};
  removeHeaders(routing, [...remove, "X-Customer-ID"]);
  addHeader(routing, "X-Customer-ID", String(routing.account_id ?? "unknown"));

  for (const route of routing.egress_routing ?? []) {
    const gateways = Object.keys(route.gw ?? {});
    const isTrusted = gateways.length > 0 && gateways.every((id) => trusted.includes(id));
    // The engine's own value of a header that every destination gets anew.
    route.headers = (route.headers ?? []).filter(({ key }) => key !== "X-Customer-ID");
    removeHeaders(route, [IDENTITY]);
    if (isTrusted) addHeader(route, IDENTITY, `<sip:${routing.cli}@${domain}>`);
  }
  return data;
}

function addHeader(target, key, value) {
  target.headers = [...(target.headers ?? []), { key, value }];
}

function removeHeaders(target, names) {
  const added = names.map((key) => ({ key }));
  target.remove_headers = [...(target.remove_headers ?? []), ...added];
}
