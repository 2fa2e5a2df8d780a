// Arguments of scripts, in the words of an error's message.

// Taken before the script can change it.
const NativeString = String;

/** Numbers themselves, otherwise what kind of value it is. */
export function told(value: unknown): string {
  if (typeof value === "number") return NativeString(value);
  return value === null || value === undefined ? NativeString(value) : `of type ${typeof value}`;
}
