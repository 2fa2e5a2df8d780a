/** Deepest nesting of a result. Each level costs stack wherever the result is walked, here and at the routing engine. */
export const MAX_DEPTH = 500;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True for JSON text nested deeper than `MAX_DEPTH`. Needs no stack itself. */
export function isTooDeep(json: string): boolean {
  if (count(json, "{") + count(json, "[") <= MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    // [ and {, then ] and }: bit 5 apart from each other.
    else if ((code | 0x20) === 0x7b) depth += 1;
    else if ((code | 0x20) === 0x7d) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** How often `character` is there, or more than `MAX_DEPTH`. Searching is the engine's own work, and quick. */
function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
    found += 1;
    if (found > MAX_DEPTH) break;
  }
  return found;
}

/** Where the string that opens at `start` closes. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) {
    at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at;
}
