// Tells promises from values.

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    "then" in value &&
    typeof value.then === "function"
  );
}

/** Why `value` is rejected, undefined when it is not rejected by now. Does not wait for it. */
export async function rejectionOf(
  value: PromiseLike<unknown>,
): Promise<{ reason: unknown } | undefined> {
  if (!(value instanceof Promise)) return undefined;
  try {
    await Promise.race([value, Promise.resolve()]);
    return undefined;
  } catch (reason) {
    return { reason };
  }
}
