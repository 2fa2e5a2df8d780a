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

function describeObject(value: object): string {
  const ancestors: unknown[] = [];
  return stringify(value, function (this: unknown, _key, member: unknown) {
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop();
    if (typeof member === "bigint" || typeof member === "function" || typeof member === "symbol") {
      return describeValue(member);
    }
    if (member instanceof Error) return { name: member.name, message: member.message };
    if (member instanceof Map) return Object.fromEntries(member);
    if (member instanceof Set) return [...member];
    if (typeof member !== "object" || member === null) return member;
    if (ancestors.includes(member)) return "[Circular]";
    ancestors.push(member);
    return member;
  });
}
