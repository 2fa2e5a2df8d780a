/** The path of the first BigInt or cycle in `value`, as in "routing.egress_routing.0". Undefined when there is none. */
export function unserialisablePath(value: unknown): string | undefined {
  return findPath(value, [], []);
}

function findPath(value: unknown, path: string[], ancestors: object[]): string | undefined {
  if (typeof value === "bigint") return path.join(".");
  if (typeof value !== "object" || value === null) return undefined;
  if (ancestors.includes(value)) return path.join(".");
  for (const [key, member] of Object.entries(value)) {
    const found = findPath(member, [...path, key], [...ancestors, value]);
    if (found !== undefined) return found;
  }
  return undefined;
}
