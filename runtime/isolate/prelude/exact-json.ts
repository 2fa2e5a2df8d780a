// JSON of data with numbers that JavaScript would round, such as ids of 64 bits: one that the script leaves as it was goes out
// as it came in.

/** What the engine wrote for a number, by the name it stands under and the value it was rounded to. */
export type ExactNumbers = ReadonlyMap<string, string>;

/** As many digits as may be rounded. */
const LONG_NUMBER = /\d{16}/;
const DIGITS = /^-?\d[\d.]*/;

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

// Taken before the script can change them. Of later versions of the language than our types know.
const parse: (text: string, reviver?: Reviver) => unknown = JSON.parse;
const rawJson: unknown = Reflect.get(JSON, "rawJSON");
const { stringify } = JSON;

/** Parses JSON. `exact` has the numbers that were rounded, undefined where there are none. Throws a SyntaxError. */
export function parseExactly(text: string): { value: unknown; exact: ExactNumbers | undefined } {
  if (!LONG_NUMBER.test(text)) return { value: parse(text), exact: undefined };
  const exact = new Map<string, string>();
  const value = parse(text, (key, number, { source } = {}) => {
    if (typeof number !== "number" || source === undefined || !isRounded(source)) return number;
    const place = placeOf(key, number);
    // Two that are rounded to the same cannot be told apart.
    exact.set(place, (exact.get(place) ?? source) === source ? source : "");
    return number;
  });
  return { value, exact: exact.size === 0 ? undefined : exact };
}

/** The JSON of `value`, with `exact` numbers as they came. As JSON.stringify where there are none. */
export function stringifyExactly(
  value: unknown,
  exact: ExactNumbers | undefined,
): string | undefined {
  if (exact === undefined || typeof rawJson !== "function") return stringify(value);
  return stringify(value, (key, member: unknown) => {
    if (typeof member !== "number") return member;
    const source = exact.get(placeOf(key, member));
    return source === undefined || source === "" ? member : rawJson(source);
  });
}

function isRounded(source: string): boolean {
  return (DIGITS.exec(source)?.[0].replace(/\D/g, "").length ?? 0) >= 16;
}

function placeOf(key: string, value: number): string {
  return `${value} ${key}`;
}
