// A script's values as the databases of its account hold them.

// Taken before the script can change them.
const { stringify } = JSON;
const { isFinite } = Number;
const NativeDate = Date;
const NativeString = String;
const NativeTypeError = TypeError;

/** Dates as ISO text, other objects and lists as JSON. Throws where the value is nothing that a column holds: "Cannot `what` is ..." */
export function cellOf(value: unknown, what: string): string | number | boolean | null {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && isFinite(value)) return value;
  if (typeof value === "bigint") return NativeString(value);
  const text = typeof value === "object" ? textOf(value) : undefined;
  if (text !== undefined) return text;
  throw new NativeTypeError(`Cannot ${what} is ${told(value)}`);
}

function textOf(value: object): string | undefined {
  const text: unknown = value instanceof NativeDate ? value.toISOString() : stringify(value);
  return typeof text === "string" ? text : undefined;
}

/** A value in an error's message: numbers themselves, otherwise what kind of value it is. */
export function told(value: unknown): string {
  if (typeof value === "number") return NativeString(value);
  return value === null || value === undefined ? NativeString(value) : `of type ${typeof value}`;
}
