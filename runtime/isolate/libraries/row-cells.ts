// A script's values as the databases of its account hold them.

import { told } from "./told.ts";

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
