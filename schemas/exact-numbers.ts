// JSON whose numbers stay as they are written, also where JavaScript would round them: ids of 64 bits, say.

/** A number that JavaScript would round, as it was written: `JSON.stringify` writes it so again. */
export type ExactNumber = { readonly rawJSON: string };

/** What may have a number in it that does not come out of JavaScript as it went in. */
const MAYBE_LONG = /[\d.]{16}|e\+?\d{3}/i;
/** As many digits as may be rounded. */
const MANY_DIGITS = 16;
const MANTISSA = /^-?[\d.]+/;

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

// Of later versions of the language than our types know.
const parse: (text: string, reviver?: Reviver) => unknown = JSON.parse;
const rawJson: unknown = Reflect.get(JSON, "rawJSON");
const isRawJson: unknown = Reflect.get(JSON, "isRawJSON");

/**
 * Parses JSON, with an `ExactNumber` for each number that JavaScript would round. Throws a SyntaxError. Needs stack for each
 * level of the nesting.
 */
export function parseWithExactNumbers(text: string): unknown {
  if (!MAYBE_LONG.test(text) || typeof rawJson !== "function") return parse(text);
  return parse(text, (_key, value, { source } = {}) => {
    if (typeof value !== "number" || source === undefined) return value;
    return isRounded(value, source) ? rawJson(source) : value;
  });
}

/** Whether JavaScript makes of `source` a number that it writes with other digits. */
function isRounded(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  const digits = (MANTISSA.exec(source)?.[0] ?? "").replace(/\D/g, "").length;
  return digits >= MANY_DIGITS && JSON.stringify(value) !== source;
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return typeof isRawJson === "function" && isRawJson(value) === true;
}
