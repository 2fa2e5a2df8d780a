import { BlockList, isIP } from "node:net";

/**
 * Ranges that lead to other places than the public internet and that workerd counts to it.
 * Private, link-local, loopback, multicast and reserved ranges are outside of its "public" by themselves.
 */
const NOT_PUBLIC = [
  // "This network", documentation, 6to4 relays, benchmarks.
  "0.0.0.0/8",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  // Everything but 2000::/3, the global unicast addresses. In it are the ranges that hold IPv4 addresses, private ones
  // too: mapped, compatible, translated, NAT64.
  "::/3",
  "4000::/2",
  "8000::/1",
  // Teredo and others, documentation, 6to4.
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
];

/**
 * The ranges to deny, but for those that lie within one of `opened`. A range in `opened` that is the narrower of the
 * two needs no care here: workerd goes by the narrowest range that holds an address, and denies where two are equal.
 */
export function closedRanges(opened: readonly string[]): string[] {
  return NOT_PUBLIC.filter((range) => !opened.some((wider) => isWithin(range, wider)));
}

function isWithin(range: string, wider: string): boolean {
  const inner = parseRange(range);
  const outer = parseRange(wider);
  if (inner === undefined || outer === undefined) return false;
  if (inner.family !== outer.family || inner.bits < outer.bits) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.bits, outer.family);
  return list.check(inner.address, inner.family);
}

type Range = { address: string; bits: number; family: "ipv4" | "ipv6" };

function parseRange(text: string): Range | undefined {
  const [, address = "", bits] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  return { address, bits: Number(bits), family: version === 4 ? "ipv4" : "ipv6" };
}
