// Type Script. Gives each call a calling number by chance out of ranges, the same one on every route and gateway.
//
// A range is the first and the last number, both included; larger ranges are taken more often. A call whose own number is
// in one of the ranges keeps it.
//
// Assign it to a termination route. Variables:
//
//   [cli]
//   ranges = [[442079460000, 442079460099], [441632960000, 441632960019]]

function main(data) {
  const { ranges = [] } = data.cli ?? {};
  const { routing } = data;
  const isOwn = ranges.some(([first, last]) => routing.cli >= first && routing.cli <= last);
  if (ranges.length === 0 || isOwn) return data;

  const cli = String(anyOf(ranges));
  routing.cli = cli;
  // A gateway has a calling number of its own, and a route may be without gateways.
  for (const { gw } of routing.egress_routing ?? []) {
    for (const gateway of Object.values(gw ?? {})) gateway.cli = cli;
  }
  return data;
}

function anyOf(ranges) {
  const sizes = ranges.map(([first, last]) => last - first + 1);
  let at = Math.floor(Math.random() * sizes.reduce((sum, size) => sum + size, 0));
  let index = 0;
  while (at >= sizes[index]) {
    at -= sizes[index];
    index += 1;
  }
  return ranges[index][0] + at;
}
