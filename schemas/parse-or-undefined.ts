/** What JSON text means, undefined where it is none: for texts that something which may have gone wrong has written. */
export function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
