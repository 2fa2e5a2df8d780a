// Numbers in texts for people.

/** `count` with a comma at every third digit, as all texts have it. */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}
