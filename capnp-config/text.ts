/**
 * Writes `text` as a Cap'n Proto literal. Every string of a config passes here, so that none can close its quotes
 * and add configuration.
 */
export function quote(text: string): string {
  const escaped = Array.from(new TextEncoder().encode(text), (byte) => {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${escaped.join("")}"`;
}

/** A Cap'n Proto list of literals. */
export function quoteAll(texts: readonly string[]): string {
  return `[${texts.map(quote).join(", ")}]`;
}
