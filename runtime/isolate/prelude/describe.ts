// Any value of a script as text for people. Nothing a script hands in makes it throw.

const { stringify } = JSON;

/** Strings as they are, errors with their stack, the rest as JSON where it can be. */
export function describeValue(value: unknown): string {
  try {
    if (typeof value === "string") return value;
    if (value instanceof Error) return describeError(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "function") return `[Function ${value.name || "anonymous"}]`;
    if (typeof value !== "object" || value === null) return String(value);
    return describeObject(value);
  } catch {
    return "[a value that cannot be shown]";
  }
}

/** A script may have put anything in these places. */
function describeError({ stack, message }: { stack?: unknown; message: unknown }): string {
  if (typeof stack === "string") return stack;
  return typeof message === "string" ? message : "Error";
}

/** The objects around a member, the nearest first. No array: its elements would meet a script's setters. */
type Ancestors = { object: object; around: Ancestors } | undefined;

function describeObject(value: object): string {
  let ancestors: Ancestors;
  return stringify(value, function (this: object, _key, member: unknown) {
    while (ancestors !== undefined && ancestors.object !== this) ancestors = ancestors.around;
    const shown = replacement(member);
    if (typeof shown !== "object" || shown === null) return shown;
    if (isAmong(ancestors, shown)) return "[Circular]";
    ancestors = { object: shown, around: ancestors };
    return shown;
  });
}

function isAmong(ancestors: Ancestors, object: object): boolean {
  for (let at = ancestors; at !== undefined; at = at.around) {
    if (at.object === object) return true;
  }
  return false;
}

/** What JSON has no words for, in words that it has. */
function replacement(member: unknown): unknown {
  if (typeof member === "bigint" || typeof member === "function" || typeof member === "symbol") {
    return describeValue(member);
  }
  if (member instanceof Error) return { name: member.name, message: member.message };
  if (member instanceof Map) return Object.fromEntries(member);
  if (member instanceof Set) return [...member];
  return member;
}
