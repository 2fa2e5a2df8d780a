const { apply } = Reflect;
// oxlint-disable-next-line typescript/unbound-method -- taken before the script can change it, and given its `this` below
const { slice } = String.prototype;

/** The first `most` characters of `text`, whatever the script has done to strings. */
export function cut(text: string, most: number): string {
  return apply(slice, text, [0, most]);
}
