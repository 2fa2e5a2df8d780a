/** A part of a path, whatever it contains. */
export function part(text: string | number): string {
  return encodeURIComponent(text);
}
