// What texts the database keeps.

/** Neither a half character nor NUL comes back from the database as it went in. */
const UNSTORABLE = /[\p{Cs}\0]/u;

/** Whether the database gives `text` back as it is. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}
