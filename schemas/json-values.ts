// Looks at what JSON may mean. No imports: isolates carry this file.

// Taken before a script can change it.
const { isArray } = Array;

/** An object that is no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !isArray(value);
}

/** The list itself, an empty one in the place of anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return isArray(value) ? value : [];
}
