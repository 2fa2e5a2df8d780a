// Which hosts an owner lets a script reach.

import { EGRESS_HOST } from "../../schemas/egress-host.ts";

/** A host and port of the network, both as a URL spells them. */
export type Target = { host: string; port: string };

/** The parts of "*.example.com:8443". An entry without a port means every port. */
type HostPattern = { isSubdomains: boolean; host: string; port: string | undefined };

/** The host and port that `url` leads to. */
export function targetOf({ protocol, hostname, port }: URL): Target {
  const host = withoutRootDot(hostname);
  return { host, port: port === "" ? (protocol === "https:" ? "443" : "80") : port };
}

/** Reads one entry of a script's egress hosts. Undefined where it names no host. */
export function parseHostPattern(entry: string): HostPattern | undefined {
  const [, star, text = "", port] = EGRESS_HOST.exec(entry) ?? [];
  // A URL spells each host in one way: lower case, international names in ASCII, addresses in full.
  const url = URL.parse(`http://${text}`);
  if (url === null) return undefined;
  return { isSubdomains: star !== undefined, host: withoutRootDot(url.hostname), port };
}

export function matchesHost(pattern: HostPattern, { host, port }: Target): boolean {
  if (pattern.port !== undefined && Number(pattern.port) !== Number(port)) return false;
  return pattern.isSubdomains ? host.endsWith(`.${pattern.host}`) : host === pattern.host;
}

/** "example.com." and "example.com" are one host. */
function withoutRootDot(host: string): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}
