// JSON of data with numbers that JavaScript would round, such as ids of 64 bits: one that the script leaves as it was goes out
// as it came in.

/** What the engine wrote for numbers: where each stands, and what each was rounded to, "" where that is not clear. */
export type ExactNumbers = {
  places: WeakMap<object, Record<string, string>>;
  values: Map<number, string>;
};

/** As many digits as may be rounded. */
const MOST_DIGITS = 16;
const DIGITS = /^-?\d[\d.]*/;

// oxlint-disable-next-line max-params -- as JSON.parse calls it
type Reviver = (
  this: object,
  key: string,
  value: unknown,
  context?: { source?: string },
) => unknown;

// Taken before the script can change them. Of later versions of the language than our types know.
const parse: (text: string, reviver?: Reviver) => unknown = JSON.parse;
const rawJson: unknown = Reflect.get(JSON, "rawJSON");
const { stringify } = JSON;
const { create } = Object;

/** What JSON means. `exact` has the numbers that were rounded, undefined where there are none. */
export type Exactly = { value: unknown; exact: ExactNumbers | undefined };

/** Parses JSON. `isLong`: what `hasLongNumber` says of it. Throws a SyntaxError. */
export function parseExactly(text: string, isLong = hasLongNumber(text)): Exactly {
  return isLong ? parseLong(text) : { value: parse(text), exact: undefined };
}

function parseLong(text: string): Exactly {
  const exact: ExactNumbers = { places: new WeakMap(), values: new Map() };
  try {
    const value = parse(text, function (key, number, { source } = {}) {
      if (typeof number === "number" && source !== undefined && isRounded(source)) {
        keep(exact, { holder: this, key, number, source });
      }
      return number;
    });
    return { value, exact: exact.values.size === 0 ? undefined : exact };
  } catch (error) {
    // Of data that are nested very deep, the numbers are rounded.
    if (error instanceof RangeError) return { value: parse(text), exact: undefined };
    throw error;
  }
}

/** Whether JSON may have numbers that are rounded: so many digits in a row, one of which then stands at every so many characters. */
export function hasLongNumber(text: string): boolean {
  for (let at = MOST_DIGITS - 1; at < text.length; at += MOST_DIGITS) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let from = at;
    let to = at;
    while (isDigit(text.charCodeAt(from - 1))) from -= 1;
    while (isDigit(text.charCodeAt(to + 1))) to += 1;
    if (to - from + 1 >= MOST_DIGITS) return true;
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

type Rounded = { holder: object; key: string; number: number; source: string };

function keep({ places, values }: ExactNumbers, { holder, key, number, source }: Rounded): void {
  const place: Record<string, string> = places.get(holder) ?? create(null);
  place[key] = source;
  places.set(holder, place);
  // Two that are rounded to the same can be told apart where they stand, and nowhere else.
  values.set(number, (values.get(number) ?? source) === source ? source : "");
}

/** The JSON of `value`, with `exact` numbers as they came. As JSON.stringify where there are none. */
export function stringifyExactly(
  value: unknown,
  exact: ExactNumbers | undefined,
): string | undefined {
  if (exact === undefined || typeof rawJson !== "function") return stringify(value);
  return stringify(value, replacerFor(exact, rawJson));
}

type Replacer = (this: object, key: string, member: unknown) => unknown;

function replacerFor(exact: ExactNumbers, raw: CallableFunction): Replacer {
  return function (this: object, key, member) {
    if (typeof member !== "number") return member;
    const inPlace = exact.places.get(this)?.[key];
    const isInPlace = inPlace !== undefined && Number(inPlace) === member;
    const source = isInPlace ? inPlace : exact.values.get(member);
    return source === undefined || source === "" ? member : raw(source);
  };
}

function isRounded(source: string): boolean {
  return (DIGITS.exec(source)?.[0].replace(/\D/g, "").length ?? 0) >= MOST_DIGITS;
}
